# Benchmarks: `make bench-nodes` prints the time per sample of every kernel;
# `make bench` runs them beside their peers (node and npm needed) and writes bench/RESULTS.md.
EXTRA_PROGRAMS = bench/bench_nodes bench/bench_patterns
bench_bench_nodes_SOURCES = bench/bench_nodes.c
bench_bench_nodes_LDADD = librender.a libbase.a $(RENDER_LIBS)
# Benchmarks: `make bench` runs them beside their peers (node and npm needed) and writes bench/RESULTS.md.
EXTRA_PROGRAMS = bench/bench_patterns
EXTRA_PROGRAMS += bench/bench_voices
bench_bench_voices_SOURCES = bench/bench_voices.c
bench_bench_voices_LDADD = librender.a libbase.a $(RENDER_LIBS)
CLEANFILES += bench/bench_voices
bench_bench_patterns_SOURCES = bench/bench_patterns.c
bench_bench_patterns_LDADD = librender.a libbase.a $(RENDER_LIBS)
CLEANFILES += bench/bench_nodes bench/bench_patterns
EXTRA_DIST += bench/RESULTS.md bench/patterns.txt bench/run.sh bench/strudel/haps.mjs bench/strudel/package.json \
	bench/strudel/package-lock.json bench/strudel/no-kabelsalat/index.mjs bench/strudel/no-kabelsalat/package.json

.PHONY: bench bench-nodes
bench-nodes: bench/bench_nodes
	bench/bench_nodes
EXTRA_PROGRAMS = bench/bench_limits bench/bench_patterns
bench_bench_limits_SOURCES = bench/bench_limits.c tests/lib/blowup.c tests/lib/blowup.h
bench_bench_limits_LDADD = librender.a libbase.a $(RENDER_LIBS)
bench_bench_patterns_SOURCES = bench/bench_patterns.c
bench_bench_patterns_LDADD = librender.a libbase.a $(RENDER_LIBS)
CLEANFILES += bench/bench_limits bench/bench_patterns
EXTRA_DIST += bench/RESULTS.md bench/patterns.txt bench/run.sh bench/strudel/haps.mjs bench/strudel/package.json \
	bench/strudel/package-lock.json bench/strudel/no-kabelsalat/index.mjs bench/strudel/no-kabelsalat/package.json

.PHONY: bench bench-limits
bench-limits: bench/bench_limits
	bench/bench_limits

bench: bench/bench_patterns
	$(srcdir)/bench/run.sh $(abs_builddir)
