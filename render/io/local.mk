librender_a_SOURCES += \
	render/io/dither.c render/io/dither.h render/io/encode.c render/io/encode.h render/io/file_head.c \
	render/io/file_head.h render/io/interleave.c render/io/interleave.h render/io/kit.c render/io/kit.h render/io/kit_cymbals.c render/io/kit_kicks.c \
	render/io/kit_patch.h render/io/kit_snares.c render/io/kit_synth.h render/io/kit_table.c \
	render/io/kit_toms.c render/io/kit_tones.c render/io/ogg_page.c render/io/ogg_page.h \
	render/io/outgoing.c render/io/outgoing.h render/io/pcm.c render/io/pcm.h render/io/peaks.c render/io/sample_decode.c \
	render/io/sample_decode.h render/io/sample_digest.c render/io/sample_digest.h render/io/sample_folder.c \
	render/io/sample_folder.h render/io/sample_mix.c render/io/sample_mix.h render/io/sample_stamp.c \
	render/io/sample_raw.c render/io/sample_raw.h \
	render/io/sample_stamp.h render/io/samples.c render/io/samples.h render/io/spectrum.c render/io/vfile.c render/io/vfile.h

check_PROGRAMS += tests/unit/test_encode tests/unit/test_kit tests/unit/test_samples
TESTS += tests/unit/test_encode tests/unit/test_kit tests/unit/test_samples
tests_unit_test_encode_SOURCES = tests/unit/test_encode.c tests/lib/test.c tests/lib/test.h
tests_unit_test_encode_LDADD = librender.a libbase.a $(RENDER_LIBS) $(CHECK_LIBS)
tests_unit_test_kit_SOURCES = tests/unit/test_kit.c tests/lib/test.c tests/lib/test.h
tests_unit_test_kit_LDADD = librender.a libbase.a $(RENDER_LIBS) $(CHECK_LIBS)
tests_unit_test_samples_SOURCES = tests/unit/test_samples.c tests/lib/test.c tests/lib/test.h
tests_unit_test_samples_LDADD = librender.a libbase.a $(RENDER_LIBS) $(CHECK_LIBS)
