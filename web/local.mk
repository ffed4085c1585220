# The page. `make web` makes web/dist from the sources with npm; embed.sh turns that into C, which becomes part of the
# binary (server/page_data.c). configure decides whether: see --enable-web. A release tarball has web/dist in it.
PAGE_FILES = \
	web/build.mjs web/lezer-plugin.mjs \
	web/package.json web/package-lock.json web/tsconfig.json \
	web/src/api-types.ts \
	web/src/api.ts \
	web/src/audio/context.ts \
	web/src/audio/fft.ts \
	web/src/audio/live-sound.ts \
	web/src/audio/live-transport.ts \
	web/src/audio/outline.ts \
	web/src/audio/peaks.ts \
	web/src/audio/score.ts \
	web/src/audio/spectrogram.ts \
	web/src/audio/spectrum.worker.ts \
	web/src/audio/stem-mixer.ts \
	web/src/audio/transport.ts \
	web/src/audio/wav-reader.ts \
	web/src/catalogue.ts \
	web/src/curl.ts \
	web/src/dom.ts \
	web/src/draft.ts \
	web/src/dropped.ts \
	web/src/editor/completion.ts \
	web/src/editor/diagnostics.ts \
	web/src/editor/editor.ts \
	web/src/editor/hash-comment.ts \
	web/src/editor/language.ts \
	web/src/editor/phonon.grammar \
	web/src/editor/sounding.ts \
	web/src/editor/theme.ts \
	web/src/follow.ts \
	web/src/grammar.d.ts \
	web/src/icon.svg \
	web/src/index.html \
	web/src/key.ts \
	web/src/main.ts \
	web/src/media.ts \
	web/src/offsets.ts \
	web/src/rendering.ts \
	web/src/sample-names.ts \
	web/src/server-events.ts \
	web/src/share.ts \
	web/src/style.css \
	web/src/ui/estimate.ts \
	web/src/ui/format.ts \
	web/src/ui/jobs.ts \
	web/src/ui/library.ts \
	web/src/ui/options.ts \
	web/src/ui/player.ts \
	web/src/ui/problems.ts \
	web/src/ui/progress.ts \
	web/src/ui/samples.ts \
	web/src/ui/status.ts \
	web/src/ui/stems.ts \
	web/src/ui/tabs.ts \
	web/src/ui/theme.ts \
	web/src/ui/uploads.ts \
	web/src/ui/waveform.ts \
	web/src/upload.ts
EXTRA_DIST += $(PAGE_FILES) web/embed.sh web/test.mjs web/test/grammar.test.ts web/test/sound.test.ts web/test/text.test.ts
EXTRA_DIST += tests/web/run tests/web/run.mjs tests/web/package.json tests/web/package-lock.json \
	tests/web/page.mjs tests/web/service.mjs \
	tests/web/access.test.mjs tests/web/assets.test.mjs tests/web/editor.test.mjs tests/web/keys.test.mjs \
	tests/web/library.test.mjs tests/web/live.test.mjs tests/web/playing.test.mjs tests/web/samples.test.mjs \
	tests/web/sharing.test.mjs

.PHONY: web
web:
	cd $(srcdir)/web && \
		{ test -n "`find node_modules/.package-lock.json -newer package-lock.json 2>/dev/null`" || \
		npm ci --loglevel=error --no-audit --no-fund; } && \
		npm run --silent check && npm run --silent build

if WEB
EXTRA_DIST += web/dist
BUILT_SOURCES += web/page.inc
CLEANFILES += web/page.inc

web/page.inc: $(srcdir)/web/dist/manifest.tsv $(srcdir)/web/embed.sh
	$(AM_V_GEN)$(MKDIR_P) web && $(srcdir)/web/embed.sh $(srcdir)/web/dist >$@.tmp && mv $@.tmp $@

server/page_data.$(OBJEXT): web/page.inc
endif

if WEB_FROM_SOURCE
$(srcdir)/web/dist/manifest.tsv: $(PAGE_FILES)
	$(MAKE) web
endif
