# Sourced by run.sh and test.sh: what a fresh Debian 12 lacks, and how to get it.
# shellcheck disable=SC2034 # the lists are used by the scripts that source this
BUILD_PACKAGES="gcc libc6-dev make autoconf automake pkg-config ca-certificates curl
 libmicrohttpd-dev libgnutls28-dev libjansson-dev libsqlite3-dev libsndfile1-dev libsamplerate0-dev libkissfft-dev libebur128-dev liburing-dev libsodium-dev nettle-dev
 libcurl4-openssl-dev libseccomp-dev libpng-dev zlib1g-dev"
# shellcheck disable=SC2034
WEB_PACKAGES="nodejs npm"
# What bench/service/service.py puts beside the service; nothing installs them by itself.
# shellcheck disable=SC2034
BENCH_PACKAGES="beanstalkd redis-server nginx-light"
# shellcheck disable=SC2034
TEST_PACKAGES="check python3 sqlite3 sox ffmpeg nodejs npm chromium fonts-dejavu-core man-db mandoc shellcheck
 strace tzdata xz-utils file python3-yaml libseccomp2 bash zsh fish aria2 openssl"

# Not for a build or its tests: for make analyze, check-valgrind, coverage, fuzz, fuzz-afl and fuzz-coverage.
# shellcheck disable=SC2034
ANALYSIS_PACKAGES="clang clang-tidy clang-format llvm cppcheck valgrind gcovr afl++"

# Names of those that are not installed.
missing_packages() {
	for p in "$@"; do
		[ "$(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null)" = installed ] || printf '%s ' "$p"
	done
}

# node and npm often come from elsewhere than Debian's packages.
drop_if_present() {
	for p in "$@"; do
		case $p in
		nodejs) command -v node >/dev/null 2>&1 || printf '%s ' "$p" ;;
		npm) command -v npm >/dev/null 2>&1 || printf '%s ' "$p" ;;
		*) printf '%s ' "$p" ;;
		esac
	done
}

# Installs what is missing; without root, says what that is and ends.
ensure_packages() {
	# shellcheck disable=SC2046,SC2086 # lists of words
	missing=$(missing_packages $(drop_if_present "$@"))
	[ -n "$missing" ] || return 0
	if ! command -v apt-get >/dev/null 2>&1 || [ "$(id -u)" -ne 0 ]; then
		echo "These packages are missing; please install them (as root) and start again:" >&2
		echo "  apt-get install -y --no-install-recommends $missing" >&2
		exit 69
	fi
	echo "Installing: $missing"
	apt-get update -q
	# shellcheck disable=SC2086
	DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing
}

# build_page: makes web/dist, unless it is newer than what it is made from.
build_page() {
	if [ -z "$(find web -path web/node_modules -prune -o -path web/dist -prune -o -newer web/dist/manifest.tsv -type f -print 2>&1)" ]; then
		return 0
	fi
	(cd web && npm ci --loglevel=error --no-audit --no-fund && npm run --silent check && npm run --silent build)
}

# build_tree FOLDER CONFIGURE_OPTION...: configures once, then brings the program up to date.
build_tree() {
	folder=$1
	shift
	[ -x configure ] || ./autogen.sh
	mkdir -p "$folder"
	if [ ! -f "$folder/Makefile" ]; then
		(cd "$folder" && "$OLDPWD/configure" --quiet "$@")
	elif [ -f web/dist/manifest.tsv ] && grep -q 'undef HAVE_PAGE' "$folder/config.h"; then
		# It was configured when there was no page.
		(cd "$folder" && ./config.status --quiet --recheck && ./config.status --quiet)
	fi
	make -C "$folder" -s -j "$(nproc)"
}
