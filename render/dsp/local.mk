# Functions of the language: one file each, listed in nodes.def.
librender_a_SOURCES += \
	render/dsp/add.c render/dsp/adsr.c render/dsp/ar.c render/dsp/attack.c render/dsp/begin.c render/dsp/bpf.c \
	render/dsp/cat.c render/dsp/cut.c render/dsp/cycle_select.c render/dsp/delay.c render/dsp/div.c render/dsp/end.c render/dsp/envelope.h render/dsp/gate.h \
	render/dsp/gain.c render/dsp/hpf.c render/dsp/kernel.h render/dsp/lpf.c render/dsp/min.c render/dsp/mul.c \
	render/dsp/n.c render/dsp/neg.c render/dsp/node.h render/dsp/noise.c render/dsp/note.c render/dsp/osc.c \
	render/dsp/osc.h render/dsp/pan.c render/dsp/registry.c render/dsp/release.c render/dsp/reverb.c \
	render/dsp/s.c render/dsp/saw.c render/dsp/simd.h render/dsp/sine.c render/dsp/slowcat.c render/dsp/speed.c render/dsp/square.c \
	render/dsp/stack.c render/dsp/sub.c render/dsp/svf.h render/dsp/tri.c
librender_a_SOURCES += \
	render/dsp/bitcrush.c render/dsp/coarse.c render/dsp/compressor.c render/dsp/decimator.c render/dsp/distort.c \
	render/dsp/dynamics.h render/dsp/expander.c render/dsp/grain.h render/dsp/granular.c render/dsp/hold.h \
	render/dsp/limiter.c render/dsp/oversample.h render/dsp/pan2_l.c render/dsp/pan2_r.c render/dsp/pitch_shift.c \
	render/dsp/sidechain_compressor.c render/dsp/transient_shaper.c render/dsp/widener.c
librender_a_SOURCES += \
	render/dsp/ad.c render/dsp/asr.c render/dsp/contour.h render/dsp/curve.c render/dsp/env.c render/dsp/env_trig.c \
	render/dsp/gate.c render/dsp/line.c render/dsp/segments.c render/dsp/tadsr.c render/dsp/tar.c render/dsp/trig.c \
	render/dsp/xline.c
EXTRA_DIST += render/dsp/nodes.def

DSP_TESTS = tests/unit/test_filter tests/unit/test_nodes tests/unit/test_osc tests/unit/test_simd
check_PROGRAMS += $(DSP_TESTS)
TESTS += $(DSP_TESTS)
tests_unit_test_filter_SOURCES = tests/unit/test_filter.c tests/lib/test.c tests/lib/test.h
tests_unit_test_filter_LDADD = librender.a libbase.a $(RENDER_LIBS) $(CHECK_LIBS)
tests_unit_test_nodes_SOURCES = tests/unit/test_nodes.c tests/lib/test.c tests/lib/test.h
tests_unit_test_nodes_LDADD = librender.a libbase.a $(RENDER_LIBS) $(CHECK_LIBS)
tests_unit_test_osc_SOURCES = tests/unit/test_osc.c tests/lib/test.c tests/lib/test.h
tests_unit_test_osc_LDADD = librender.a libbase.a $(RENDER_LIBS) $(CHECK_LIBS)
tests_unit_test_simd_SOURCES = tests/unit/test_simd.c tests/lib/test.c tests/lib/test.h
tests_unit_test_simd_LDADD = librender.a libbase.a $(RENDER_LIBS) $(CHECK_LIBS)

EFFECT_TESTS = tests/unit/test_distortion tests/unit/test_dynamics tests/unit/test_envelope tests/unit/test_grains
FIGURE_TESTS += $(EFFECT_TESTS)
check_PROGRAMS += $(EFFECT_TESTS)
TESTS += $(EFFECT_TESTS)
tests_unit_test_distortion_SOURCES = tests/unit/test_distortion.c $(KERNEL_FIXTURES)
tests_unit_test_distortion_LDADD = librender.a libbase.a $(RENDER_LIBS) $(CHECK_LIBS)
tests_unit_test_dynamics_SOURCES = tests/unit/test_dynamics.c $(KERNEL_FIXTURES)
tests_unit_test_dynamics_LDADD = librender.a libbase.a $(RENDER_LIBS) $(CHECK_LIBS)
tests_unit_test_envelope_SOURCES = tests/unit/test_envelope.c $(KERNEL_FIXTURES)
tests_unit_test_envelope_LDADD = librender.a libbase.a $(RENDER_LIBS) $(CHECK_LIBS)
tests_unit_test_grains_SOURCES = tests/unit/test_grains.c $(KERNEL_FIXTURES)
tests_unit_test_grains_LDADD = librender.a libbase.a $(RENDER_LIBS) $(CHECK_LIBS)
