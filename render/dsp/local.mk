# Functions of the language: one file each, listed in nodes.def.
librender_a_SOURCES += \
	render/dsp/accelerate.c render/dsp/ad.c render/dsp/add.c render/dsp/additive.c render/dsp/adsr.c \
	render/dsp/allpass.c render/dsp/amp_follower.c render/dsp/ar.c render/dsp/asr.c render/dsp/attack.c \
	render/dsp/begin.c render/dsp/bitcrush.c render/dsp/blip.c render/dsp/bpf.c render/dsp/bq_bp.c \
	render/dsp/bq_hp.c render/dsp/bq_lp.c render/dsp/bq_notch.c render/dsp/brown_noise.c render/dsp/cat.c \
	render/dsp/chorus.c render/dsp/clock.h render/dsp/coarse.c render/dsp/comb.c render/dsp/compressor.c \
	render/dsp/contour.h render/dsp/convolve.c render/dsp/cosine.c render/dsp/curve.c render/dsp/cut.c \
	render/dsp/cycle_select.c render/dsp/decay.c render/dsp/decimator.c render/dsp/delay.c \
	render/dsp/delay_line.h render/dsp/distort.c render/dsp/div.c render/dsp/djf.c render/dsp/drift.h \
	render/dsp/dur.c render/dsp/dynamics.h render/dsp/echo.h render/dsp/end.c render/dsp/env.c \
	render/dsp/env_trig.c render/dsp/envelope.h render/dsp/expander.c render/dsp/fchorus.c \
	render/dsp/flanger.c render/dsp/fm.c render/dsp/fmcrossmod.c render/dsp/formant.c render/dsp/formant.h \
	render/dsp/frames16.h render/dsp/freeze.c render/dsp/freq.c render/dsp/gain.c render/dsp/gate.c \
	render/dsp/gate.h render/dsp/glide.h render/dsp/grain.h render/dsp/granular.c render/dsp/hiss.h \
	render/dsp/hold.h render/dsp/hpf.c render/dsp/if.c render/dsp/impulse.c render/dsp/kernel.h \
	render/dsp/ladder.h render/dsp/lag.c render/dsp/latch.c render/dsp/legato.c render/dsp/lfo.h \
	render/dsp/limiter.c render/dsp/line.c render/dsp/loop.c render/dsp/lpf.c render/dsp/lush.c \
	render/dsp/matched.h render/dsp/max.c render/dsp/min.c render/dsp/mix.c render/dsp/moog_hz.c \
	render/dsp/moog_ladder.c render/dsp/mtof.c render/dsp/mul.c render/dsp/muladd.c render/dsp/multitap.c render/dsp/n.c \
	render/dsp/neg.c render/dsp/node.h render/dsp/noise.c render/dsp/notch.c render/dsp/note.c \
	render/dsp/onepole.h render/dsp/organ.c render/dsp/osc.c render/dsp/osc.h render/dsp/oversample.h \
	render/dsp/pan.c render/dsp/pan2_l.c render/dsp/pan2_r.c render/dsp/parametric_eq.c \
	render/dsp/peak_follower.c render/dsp/phase.c render/dsp/phase.h render/dsp/phaser.c \
	render/dsp/phasor.c render/dsp/pingpong.c render/dsp/pink.c render/dsp/pitch_shift.c render/dsp/plate.c \
	render/dsp/pluck.c render/dsp/pm.c render/dsp/power.h render/dsp/pulse.c render/dsp/range.c \
	render/dsp/registry.c render/dsp/release.c render/dsp/resonz.c render/dsp/reverb.c \
	render/dsp/reverb_stereo.c render/dsp/rhpf.c render/dsp/ring.c render/dsp/ring_mod.c render/dsp/rlpf.c \
	render/dsp/rms.c render/dsp/room.h render/dsp/s.c render/dsp/sample_hold.c render/dsp/saw.c \
	render/dsp/saw_trig.c render/dsp/schmidt.c render/dsp/segments.c render/dsp/select.c \
	render/dsp/sidechain_compressor.c render/dsp/simd.h render/dsp/sinc.c render/dsp/sinc.h \
	render/dsp/sine.c render/dsp/sine_steady.c render/dsp/sine_trig.c render/dsp/slew.h render/dsp/slowcat.c \
	render/dsp/soft_saw.c render/dsp/source.h render/dsp/speed.c render/dsp/square.c \
	render/dsp/square_trig.c render/dsp/squeeze.c render/dsp/stack.c render/dsp/string.h render/dsp/sub.c \
	render/dsp/superchip.c render/dsp/superfm.c render/dsp/superhat.c render/dsp/superkick.c \
	render/dsp/superpwm.c render/dsp/supersaw.c render/dsp/supersnare.c render/dsp/sustain.c \
	render/dsp/svf.c render/dsp/svf.h render/dsp/svf_bank.h render/dsp/lane_frames.h render/dsp/saw_lanes.h render/dsp/svf_bp.c render/dsp/svf_hp.c \
	render/dsp/svf_lp.c render/dsp/svf_notch.c render/dsp/sway.h render/dsp/synth.c render/dsp/tadsr.c \
	render/dsp/tapedelay.c render/dsp/tar.c render/dsp/timer.c render/dsp/transient_shaper.c \
	render/dsp/tremolo.c render/dsp/tri.c render/dsp/tri_trig.c render/dsp/trig.c render/dsp/triggered.h \
	render/dsp/unit.c render/dsp/vco.c render/dsp/vibrato.c render/dsp/vocoder.c render/dsp/vowel.c \
	render/dsp/waveguide.c render/dsp/widener.c render/dsp/wrap.c render/dsp/xfade.c render/dsp/xline.c
# Banks of functions (node.h).
EXTRA_DIST += render/dsp/nodes.def render/dsp/osc_kernel.py

DSP_TESTS = tests/unit/test_effect tests/unit/test_nodes tests/unit/test_osc tests/unit/test_simd
check_PROGRAMS += $(DSP_TESTS)
TESTS += $(DSP_TESTS)
tests_unit_test_nodes_SOURCES = tests/unit/test_nodes.c tests/lib/allocations.c tests/lib/allocations.h tests/lib/test.c \
	tests/lib/test.h
ALLOCATION_WRAPS = -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=aligned_alloc,--wrap=posix_memalign,--wrap=free
tests_unit_test_nodes_LDFLAGS = $(AM_LDFLAGS) $(ALLOCATION_WRAPS)
tests_unit_test_nodes_LDADD = librender.a libbase.a $(RENDER_LIBS) $(CHECK_LIBS)
tests_unit_test_osc_SOURCES = tests/unit/test_osc.c $(KERNEL_FIXTURES)
tests_unit_test_osc_LDADD = librender.a libbase.a $(RENDER_LIBS) $(CHECK_LIBS)
tests_unit_test_simd_SOURCES = tests/unit/test_simd.c tests/lib/test.c tests/lib/test.h
tests_unit_test_simd_LDADD = librender.a libbase.a $(RENDER_LIBS) $(CHECK_LIBS)
tests_unit_test_effect_SOURCES = tests/unit/test_effect.c tests/lib/test.c tests/lib/test.h
tests_unit_test_effect_LDADD = librender.a libbase.a $(RENDER_LIBS) $(CHECK_LIBS)
TIME_FX_TESTS = tests/unit/test_echo tests/unit/test_room tests/unit/test_sway
check_PROGRAMS += $(TIME_FX_TESTS)
TESTS += $(TIME_FX_TESTS)
FIGURE_TESTS += $(TIME_FX_TESTS)
TIME_FX_FIXTURES = tests/lib/effect.c tests/lib/effect.h tests/lib/figure.c tests/lib/figure.h tests/lib/kernel.c tests/lib/kernel.h tests/lib/test.c tests/lib/test.h
tests_unit_test_echo_SOURCES = tests/unit/test_echo.c $(TIME_FX_FIXTURES)
tests_unit_test_echo_LDADD = librender.a libbase.a $(RENDER_LIBS) $(CHECK_LIBS)
tests_unit_test_room_SOURCES = tests/unit/test_room.c $(TIME_FX_FIXTURES)
tests_unit_test_room_LDADD = librender.a libbase.a $(RENDER_LIBS) $(CHECK_LIBS)
tests_unit_test_sway_SOURCES = tests/unit/test_sway.c $(TIME_FX_FIXTURES)
tests_unit_test_sway_LDADD = librender.a libbase.a $(RENDER_LIBS) $(CHECK_LIBS)

FILTER_TESTS = tests/unit/test_filter tests/unit/test_ladder tests/unit/test_logic tests/unit/test_response
check_PROGRAMS += $(FILTER_TESTS)
TESTS += $(FILTER_TESTS)
FIGURE_TESTS += $(FILTER_TESTS)
tests_unit_test_filter_SOURCES = tests/unit/test_filter.c $(KERNEL_FIXTURES)
tests_unit_test_filter_LDADD = librender.a libbase.a $(RENDER_LIBS) $(KISSFFT_LIBS) $(CHECK_LIBS)
tests_unit_test_ladder_SOURCES = tests/unit/test_ladder.c $(KERNEL_FIXTURES)
tests_unit_test_ladder_LDADD = librender.a libbase.a $(RENDER_LIBS) $(KISSFFT_LIBS) $(CHECK_LIBS)
tests_unit_test_logic_SOURCES = tests/unit/test_logic.c $(KERNEL_FIXTURES)
tests_unit_test_logic_LDADD = librender.a libbase.a $(RENDER_LIBS) $(KISSFFT_LIBS) $(CHECK_LIBS)
tests_unit_test_response_SOURCES = tests/unit/test_response.c $(KERNEL_FIXTURES)
tests_unit_test_response_LDADD = librender.a libbase.a $(RENDER_LIBS) $(KISSFFT_LIBS) $(CHECK_LIBS)

SOURCE_TESTS = tests/unit/test_noise tests/unit/test_sources tests/unit/test_string
check_PROGRAMS += $(SOURCE_TESTS)
TESTS += $(SOURCE_TESTS)
FIGURE_TESTS += tests/unit/test_osc $(SOURCE_TESTS)
tests_unit_test_noise_SOURCES = tests/unit/test_noise.c $(KERNEL_FIXTURES)
tests_unit_test_noise_LDADD = librender.a libbase.a $(RENDER_LIBS) $(CHECK_LIBS)
tests_unit_test_sources_SOURCES = tests/unit/test_sources.c $(KERNEL_FIXTURES)
tests_unit_test_sources_LDADD = librender.a libbase.a $(RENDER_LIBS) $(CHECK_LIBS)
tests_unit_test_string_SOURCES = tests/unit/test_string.c $(KERNEL_FIXTURES)
tests_unit_test_string_LDADD = librender.a libbase.a $(RENDER_LIBS) $(CHECK_LIBS)
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
check_PROGRAMS += tests/unit/test_gate
TESTS += tests/unit/test_gate
tests_unit_test_gate_SOURCES = tests/unit/test_gate.c tests/lib/render.c tests/lib/render.h tests/lib/test.c tests/lib/test.h
tests_unit_test_gate_LDADD = librender.a libbase.a $(RENDER_LIBS) $(CHECK_LIBS)

CATALOGUE_TESTS = tests/unit/test_promised tests/unit/test_call_forms
check_PROGRAMS += $(CATALOGUE_TESTS)
TESTS += $(CATALOGUE_TESTS)
CATALOGUE_FIXTURES = tests/lib/render.c tests/lib/render.h tests/lib/test.c tests/lib/test.h
tests_unit_test_promised_SOURCES = tests/unit/test_promised.c $(CATALOGUE_FIXTURES)
tests_unit_test_promised_LDADD = librender.a libbase.a $(RENDER_LIBS) $(CHECK_LIBS)
tests_unit_test_call_forms_SOURCES = tests/unit/test_call_forms.c $(CATALOGUE_FIXTURES)
tests_unit_test_call_forms_LDADD = librender.a libbase.a $(RENDER_LIBS) $(CHECK_LIBS)
