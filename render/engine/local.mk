# Sources of render/engine, and of the door of render/
librender_a_SOURCES += \
	render/catalogue.c render/content_hash.c render/dump.c render/engine.h render/engine/blob.h \
	render/engine/controls.c render/engine/controls.h render/engine/cycle_cache.c \
	render/engine/cycle_cache.h render/engine/denormals.h render/engine/envelope.c render/engine/envelope.h \
	render/engine/event.c render/engine/event.h render/engine/event_impl.h render/engine/file_set.c \
	render/engine/file_set.h render/engine/finish.c render/engine/finish.h render/engine/instrument_voice.c \
	render/engine/k_weighting.c render/engine/k_weighting.h render/engine/limiter.c render/engine/limiter.h \
	render/engine/loudness.c render/engine/loudness.h render/engine/master.c render/engine/master.h render/engine/master_deliver.c render/engine/master_impl.h \
	render/engine/mix.c render/engine/mix.h render/engine/note.c render/engine/note.h render/engine/path.c \
	render/engine/parcel.c render/engine/parcel.h render/engine/path.h render/engine/pool.c render/engine/pool.h render/engine/rest.c \
	render/engine/rest.h render/engine/run.c render/engine/run.h render/engine/sample_voice.c \
	render/engine/saver.c render/engine/saver.h render/engine/schedule.c render/engine/schedule.h \
	render/engine/score.c render/engine/score.h render/engine/score_impl.h render/engine/score_rest.c render/engine/song.c render/engine/song.h \
	render/engine/tempo.c render/engine/tempo.h render/engine/tile.c render/engine/tile.h \
	render/engine/track.c render/engine/track.h render/engine/true_peak.c render/engine/true_peak.h \
	render/engine/tune.c render/engine/tune.h render/engine/voice.c render/engine/voice.h render/engine/voice_store.c render/engine/voice_store.h render/estimate.c \
	render/events.c render/render.c render/spec.c

check_PROGRAMS += tests/unit/test_bank tests/unit/test_engine tests/unit/test_examples tests/unit/test_plan tests/unit/test_voice
TESTS += tests/unit/test_bank tests/unit/test_engine tests/unit/test_examples tests/unit/test_plan tests/unit/test_voice
tests_unit_test_engine_SOURCES = tests/unit/test_engine.c tests/lib/graph.c tests/lib/graph.h tests/lib/test.c
tests_unit_test_engine_LDADD = librender.a libbase.a $(RENDER_LIBS) $(CHECK_LIBS)
tests_unit_test_examples_SOURCES = \
	tests/unit/test_examples.c tests/lib/bands.c tests/lib/bands.h tests/lib/render.c tests/lib/render.h \
	$(RENDERING_SOURCES)
tests_unit_test_examples_LDADD = librender.a libbase.a $(RENDER_LIBS) $(CHECK_LIBS)
tests_unit_test_bank_SOURCES = tests/unit/test_bank.c tests/lib/graph.c tests/lib/graph.h tests/lib/test.c
tests_unit_test_bank_LDADD = librender.a libbase.a $(RENDER_LIBS) $(CHECK_LIBS)
tests_unit_test_plan_SOURCES = tests/unit/test_plan.c tests/lib/graph.c tests/lib/graph.h tests/lib/test.c
tests_unit_test_plan_LDADD = librender.a libbase.a $(RENDER_LIBS) $(CHECK_LIBS)
check_PROGRAMS += tests/unit/test_schedule
TESTS += tests/unit/test_schedule
tests_unit_test_schedule_SOURCES = tests/unit/test_schedule.c tests/lib/graph.c tests/lib/graph.h tests/lib/test.c
tests_unit_test_schedule_LDADD = librender.a libbase.a $(RENDER_LIBS) $(CHECK_LIBS)
tests_unit_test_voice_SOURCES = tests/unit/test_voice.c tests/lib/test.c
tests_unit_test_voice_LDADD = librender.a libbase.a $(RENDER_LIBS) $(CHECK_LIBS)

# What becomes of the mix.
MASTER_TESTS = tests/unit/test_budget tests/unit/test_formats tests/unit/test_levels tests/unit/test_master tests/unit/test_stems
MASTER_TESTS += tests/unit/test_window
check_PROGRAMS += $(MASTER_TESTS)
TESTS += $(MASTER_TESTS)
RENDERING_SOURCES = tests/lib/rendering.c tests/lib/rendering.h tests/lib/test.c tests/lib/test.h
tests_unit_test_budget_SOURCES = tests/unit/test_budget.c $(RENDERING_SOURCES)
tests_unit_test_budget_LDADD = librender.a libbase.a $(RENDER_LIBS) $(CHECK_LIBS)
tests_unit_test_formats_SOURCES = tests/unit/test_formats.c $(RENDERING_SOURCES)
tests_unit_test_formats_LDADD = librender.a libbase.a $(RENDER_LIBS) $(CHECK_LIBS)
tests_unit_test_levels_SOURCES = tests/unit/test_levels.c tests/lib/test.c tests/lib/test.h
tests_unit_test_levels_LDADD = librender.a libbase.a $(RENDER_LIBS) $(CHECK_LIBS)
tests_unit_test_master_SOURCES = tests/unit/test_master.c $(RENDERING_SOURCES)
tests_unit_test_master_LDADD = librender.a libbase.a $(RENDER_LIBS) $(CHECK_LIBS)
tests_unit_test_stems_SOURCES = tests/unit/test_stems.c $(RENDERING_SOURCES)
tests_unit_test_stems_LDADD = librender.a libbase.a $(RENDER_LIBS) $(CHECK_LIBS)
tests_unit_test_window_SOURCES = tests/unit/test_window.c $(RENDERING_SOURCES)
tests_unit_test_window_LDADD = librender.a libbase.a $(RENDER_LIBS) $(CHECK_LIBS)
ENGINE_FIGURE_TESTS = tests/unit/test_path tests/unit/test_sampler tests/unit/test_synth
check_PROGRAMS += $(ENGINE_FIGURE_TESTS)
TESTS += $(ENGINE_FIGURE_TESTS)
FIGURE_TESTS += $(ENGINE_FIGURE_TESTS)
tests_unit_test_path_SOURCES = tests/unit/test_path.c tests/lib/figure.c tests/lib/figure.h tests/lib/test.c
tests_unit_test_path_LDADD = librender.a libbase.a $(RENDER_LIBS) $(CHECK_LIBS)
tests_unit_test_sampler_SOURCES = tests/unit/test_sampler.c tests/lib/figure.c tests/lib/figure.h \
	tests/lib/listen.c tests/lib/listen.h tests/lib/test.c
tests_unit_test_sampler_LDADD = librender.a libbase.a $(RENDER_LIBS) $(CHECK_LIBS)
tests_unit_test_synth_SOURCES = tests/unit/test_synth.c tests/lib/figure.c tests/lib/figure.h \
	tests/lib/listen.c tests/lib/listen.h tests/lib/test.c
tests_unit_test_synth_LDADD = librender.a libbase.a $(RENDER_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_estimate
TESTS += tests/unit/test_estimate
tests_unit_test_estimate_SOURCES = tests/unit/test_estimate.c tests/lib/test.c tests/lib/test.h
tests_unit_test_estimate_LDADD = librender.a libbase.a $(RENDER_LIBS) $(CHECK_LIBS)

# What a kernel costs, for estimates.
EXTRA_DIST += render/cost.def
