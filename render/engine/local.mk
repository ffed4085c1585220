# Sources of render/engine, and of the door of render/
librender_a_SOURCES += \
	render/catalogue.c render/content_hash.c render/dump.c render/engine.h render/events.c render/render.c render/spec.c \
	render/engine/envelope.c render/engine/envelope.h \
	render/engine/event.c render/engine/event.h \
	render/engine/mix.c render/engine/mix.h \
	render/engine/note.c render/engine/note.h \
	render/engine/pool.c render/engine/pool.h \
	render/engine/run.c render/engine/run.h \
	render/engine/schedule.c render/engine/schedule.h \
	render/engine/score.c render/engine/score.h \
	render/engine/song.c render/engine/song.h \
	render/engine/tempo.c render/engine/tempo.h \
	render/engine/tile.c render/engine/tile.h \
	render/engine/track.c render/engine/track.h \
	render/engine/voice.c render/engine/voice.h

check_PROGRAMS += tests/unit/test_engine tests/unit/test_examples tests/unit/test_plan tests/unit/test_voice
TESTS += tests/unit/test_engine tests/unit/test_examples tests/unit/test_plan tests/unit/test_voice
tests_unit_test_engine_SOURCES = tests/unit/test_engine.c tests/lib/graph.c tests/lib/graph.h tests/lib/test.c
tests_unit_test_engine_LDADD = librender.a libbase.a $(RENDER_LIBS) $(CHECK_LIBS)
tests_unit_test_examples_SOURCES = tests/unit/test_examples.c tests/lib/render.c tests/lib/render.h tests/lib/test.c
tests_unit_test_examples_LDADD = librender.a libbase.a $(RENDER_LIBS) $(CHECK_LIBS)
tests_unit_test_plan_SOURCES = tests/unit/test_plan.c tests/lib/graph.c tests/lib/graph.h tests/lib/test.c
tests_unit_test_plan_LDADD = librender.a libbase.a $(RENDER_LIBS) $(CHECK_LIBS)
tests_unit_test_voice_SOURCES = tests/unit/test_voice.c tests/lib/test.c
tests_unit_test_voice_LDADD = librender.a libbase.a $(RENDER_LIBS) $(CHECK_LIBS)
