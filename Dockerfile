# phonond in a container: docker build -t phonond . && docker run -p 8080:8080 -v phonond:/data phonond
# Nothing in it depends on the processor: docker buildx build --platform linux/amd64,linux/arm64 .
FROM debian:bookworm-slim AS page
RUN apt-get update \
 && apt-get install -y --no-install-recommends nodejs npm ca-certificates \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /src/web
COPY web/package.json web/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY web .
RUN npm run build

FROM debian:bookworm-slim AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends gcc libc6-dev make autoconf automake pkg-config \
      libmicrohttpd-dev libgnutls28-dev libjansson-dev libsqlite3-dev libsndfile1-dev libsamplerate0-dev libkissfft-dev libebur128-dev \
      liburing-dev libsodium-dev nettle-dev libcurl4-openssl-dev libseccomp-dev libpng-dev zlib1g-dev \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
COPY --from=page /src/web/dist web/dist
RUN ./autogen.sh \
 && mkdir build && cd build \
 && ../configure --prefix=/usr --localstatedir=/var \
 && make -j "$(nproc)" \
 && make install-strip DESTDIR=/out

FROM debian:bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends libmicrohttpd12 libgnutls30 libjansson4 libsqlite3-0 libsndfile1 libsamplerate0 \
      libkissfft-float131 libebur128-1 liburing2 libsodium23 libnettle8 libcurl4 libseccomp2 libpng16-16 zlib1g ca-certificates tzdata \
 && rm -rf /var/lib/apt/lists/* \
 && install -d -o 65532 -g 65532 /data
COPY --from=build /out/usr/bin/phonond /usr/bin/phonond
COPY --from=build /out/usr/share/phonond /usr/share/phonond
ARG VERSION=0.1.0
ARG REVISION=unknown
ARG CREATED=1970-01-01T00:00:00Z
LABEL org.opencontainers.image.title="phonond" \
      org.opencontainers.image.description="HTTP render service for the Phonon pattern language" \
      org.opencontainers.image.source="https://github.com/phonond/phonond" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.created="$CREATED" \
      org.opencontainers.image.licenses="MIT"
USER 65532:65532
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=3s --start-period=5s CMD ["phonond", "health"]
# Inside the container every address is the container's own; who may reach it is the port mapping's matter.
ENTRYPOINT ["phonond"]
CMD ["serve", "--listen=0.0.0.0", "--no-auth", "--data=/data"]
