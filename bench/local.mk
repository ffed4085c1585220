# Benchmarks. `make bench` runs all that bench/RESULTS.md shows and writes it (half an hour; packages nodejs, npm,
# supercollider-server and csound needed, faust used where there is one); `make bench SECTIONS="scaling jobs"` prints some of it, BENCH_SECONDS makes the
# renders shorter. The other targets are for work on one part: time per sample of every kernel, of voices, and of
# refusing programs that are too large.
EXTRA_PROGRAMS = bench/bench_limits bench/bench_nodes bench/bench_patterns bench/bench_voices \
	bench/jobs bench/latency bench/service/load bench/simulate
CLEANFILES += $(EXTRA_PROGRAMS)
bench_bench_limits_SOURCES = bench/bench_limits.c tests/lib/blowup.c tests/lib/blowup.h
bench_bench_limits_LDADD = librender.a libbase.a $(RENDER_LIBS)
bench_bench_nodes_SOURCES = bench/bench_nodes.c
bench_bench_nodes_LDADD = librender.a libbase.a $(RENDER_LIBS)
bench_bench_patterns_SOURCES = bench/bench_patterns.c
bench_bench_patterns_LDADD = librender.a libbase.a $(RENDER_LIBS)
bench_bench_voices_SOURCES = bench/bench_voices.c
bench_bench_voices_LDADD = librender.a libbase.a $(RENDER_LIBS)
TRACED = bench/lib/traced.c bench/lib/traced.h
bench_jobs_SOURCES = bench/jobs.c $(TRACED)
bench_jobs_LDADD = librender.a libbase.a $(RENDER_LIBS)
bench_latency_SOURCES = bench/latency.c $(TRACED)
bench_latency_LDADD = librender.a libbase.a $(RENDER_LIBS)
bench_service_load_SOURCES = bench/service/load.c
bench_simulate_SOURCES = bench/simulate.c bench/lib/costs.c bench/lib/costs.h $(TRACED)
bench_simulate_LDADD = librender.a libbase.a $(RENDER_LIBS)
EXTRA_DIST += bench/RESULTS.md bench/estimate.py bench/patterns.txt bench/run.sh bench/strudel/haps.mjs bench/strudel/package.json \
	bench/strudel/package-lock.json bench/strudel/no-kabelsalat/index.mjs bench/strudel/no-kabelsalat/package.json \
	bench/engine/bench.py bench/engine/csound.py bench/engine/faust.py bench/engine/faust_main.c bench/engine/w5.dsp bench/engine/scsynth.py bench/engine/synthdef.py bench/engine/workloads.py \
	bench/engine/w1.ph bench/engine/w2.ph bench/engine/w3.ph bench/engine/w4.ph bench/engine/w5.ph bench/engine/w6.ph

.PHONY: bench bench-engine bench-estimate bench-limits bench-nodes bench-voices
bench: phonond bench/bench_nodes bench/bench_patterns bench/jobs bench/latency bench/simulate
	$(srcdir)/bench/run.sh $(abs_builddir) $(SECTIONS)
bench-engine: phonond
	python3 $(srcdir)/bench/engine/bench.py $(abs_builddir)/phonond
bench-estimate: phonond
	python3 $(srcdir)/bench/estimate.py $(abs_builddir)/phonond $(srcdir) 10
bench-limits: bench/bench_limits
	bench/bench_limits
bench-nodes: bench/bench_nodes
	bench/bench_nodes
bench-voices: bench/bench_voices
	bench/bench_voices kernels
	bench/bench_voices programs

# Promise 4 at its full length: minutes of work.
EXTRA_DIST += bench/memory.py
.PHONY: bench-memory
bench-memory: phonond
	python3 $(srcdir)/bench/memory.py $(abs_builddir)/phonond $(srcdir)/examples/m.ph

# The service beside beanstalkd, Redis and nginx (Debian packages beanstalkd, redis-server, nginx-light), in one run; writes
# bench/SERVICE.md. SECTIONS and BENCH_SECONDS as above.
EXTRA_DIST += bench/SERVICE.md bench/service/service.py bench/service/scale.py
.PHONY: bench-service scale
bench-service: phonond bench/service/load
	python3 $(srcdir)/bench/service/service.py $(abs_builddir)/phonond $(abs_builddir)/bench/service/load $(SECTIONS) >SERVICE.md.new
	test -n "$(SECTIONS)" || cp SERVICE.md.new $(srcdir)/bench/SERVICE.md
	cat SERVICE.md.new && rm SERVICE.md.new
# Memory, descriptors and queries with 5,000 event streams and 50,000 queued jobs.
scale: phonond bench/service/load
	python3 $(srcdir)/bench/service/scale.py $(abs_builddir)/phonond $(abs_builddir)/bench/service/load 5000 50000
