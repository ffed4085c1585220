# Sources of render/pattern: values and time, nodes, transforms, text.
librender_a_SOURCES += \
	render/pattern/accelerate.c render/pattern/arp.c render/pattern/beat.c render/pattern/bite.c \
	render/pattern/chance.c render/pattern/chop.c render/pattern/chord.c render/pattern/chunk.c \
	render/pattern/combine.c render/pattern/compress.c render/pattern/control.c render/pattern/control.h \
	render/pattern/cycles.c render/pattern/degrade.c render/pattern/displace.c render/pattern/early.c \
	render/pattern/equal.c render/pattern/euclid.c render/pattern/event.c render/pattern/every.c \
	render/pattern/fast.c render/pattern/ghost.c render/pattern/hurry.c render/pattern/inside.c \
	render/pattern/iter.c render/pattern/jux.c render/pattern/late.c render/pattern/layer.c \
	render/pattern/legato.c render/pattern/mini.c render/pattern/mini_cursor.c render/pattern/mini_lex.c \
	render/pattern/mini_lex.h render/pattern/mini_parser.h render/pattern/mini_step.c render/pattern/node.h \
	render/pattern/note.c render/pattern/numeric.c render/pattern/off.c render/pattern/palindrome.c \
	render/pattern/param.c render/pattern/pattern.c render/pattern/pattern.h render/pattern/period.c \
	render/pattern/ply.c render/pattern/plywith.c render/pattern/press.c render/pattern/print.c \
	render/pattern/query.c render/pattern/random.c render/pattern/range.c render/pattern/rational.c \
	render/pattern/rational.h render/pattern/read_out.c render/pattern/repeat.c render/pattern/reset.c \
	render/pattern/rev.c render/pattern/rot.c render/pattern/run.c render/pattern/scale.c \
	render/pattern/shuffle.c render/pattern/signal.c render/pattern/signal.h render/pattern/slice.c \
	render/pattern/slow.c render/pattern/smooth.c render/pattern/sometimes.c render/pattern/source.h \
	render/pattern/source_chance.c render/pattern/source_parts.c render/pattern/source_registry.c \
	render/pattern/source_signal.c render/pattern/source_switch.c render/pattern/span.c \
	render/pattern/spin.c render/pattern/striate.c render/pattern/stripe.c render/pattern/stut.c \
	render/pattern/superimpose.c render/pattern/swing.c render/pattern/transform.h \
	render/pattern/transform_registry.c render/pattern/value.c render/pattern/when.c \
	render/pattern/within.c render/pattern/zoom.c

EXTRA_DIST += render/pattern/transforms.def render/pattern/sources.def

# The conformance vectors, and the program that answers them.
check_PROGRAMS += tests/answer_vectors
tests_answer_vectors_SOURCES = tests/answer_vectors.c
tests_answer_vectors_LDADD = librender.a libbase.a $(JANSSON_LIBS) $(RENDER_LIBS)
dist_check_SCRIPTS += tests/vectors/run.sh tests/vectors/programs.sh
TESTS += tests/vectors/run.sh
# Starts the program hundreds of times; what it asks, answer_vectors asks of the instrumented engine as well.
if !SANITIZED
TESTS += tests/vectors/programs.sh
endif
EXTRA_DIST += tests/vectors/README.md tests/vectors/check.py tests/vectors/programs.py tests/vectors/error.jsonl tests/vectors/mini.jsonl \
	tests/vectors/transform.jsonl

check_PROGRAMS += tests/unit/test_rational tests/unit/test_note tests/unit/test_mini tests/unit/test_pattern \
	tests/unit/test_transforms
TESTS += tests/unit/test_rational tests/unit/test_note tests/unit/test_mini tests/unit/test_pattern \
	tests/unit/test_transforms
tests_unit_test_rational_SOURCES = tests/unit/test_rational.c tests/lib/test.c tests/lib/test.h
tests_unit_test_rational_LDADD = librender.a libbase.a $(RENDER_LIBS) $(CHECK_LIBS)
tests_unit_test_note_SOURCES = tests/unit/test_note.c tests/lib/test.c tests/lib/test.h
tests_unit_test_note_LDADD = librender.a libbase.a $(RENDER_LIBS) $(CHECK_LIBS)
tests_unit_test_mini_SOURCES = tests/unit/test_mini.c tests/lib/test.c tests/lib/test.h
tests_unit_test_mini_LDADD = librender.a libbase.a $(RENDER_LIBS) $(CHECK_LIBS)
tests_unit_test_pattern_SOURCES = tests/unit/test_pattern.c tests/lib/test.c tests/lib/test.h
tests_unit_test_pattern_LDADD = librender.a libbase.a $(RENDER_LIBS) $(CHECK_LIBS)
tests_unit_test_transforms_SOURCES = tests/unit/test_transforms.c tests/lib/onsets.c tests/lib/onsets.h tests/lib/test.c tests/lib/test.h
tests_unit_test_transforms_LDADD = librender.a libbase.a $(RENDER_LIBS) $(CHECK_LIBS)
