# Sources of render/graph: the builder (build*.c), the graph, the plan (plan*.c).
librender_a_SOURCES += \
	render/graph/build.c render/graph/build.h render/graph/build_call.c render/graph/build_events.c \
	render/graph/build_expr.c render/graph/build_impl.h render/graph/build_modifier.c \
	render/graph/build_param.c render/graph/build_pattern.c render/graph/build_section.c \
	render/graph/build_source.c render/graph/build_synth.c render/graph/build_timed.c render/graph/gather.c \
	render/graph/gather.h render/graph/graph.c render/graph/graph.h render/graph/merge.c \
	render/graph/merge.h render/graph/plan.c render/graph/plan.h render/graph/plan_order.c \
	render/graph/plan_order.h render/graph/plan_line.c render/graph/plan_line.h render/graph/plan_pipeline.c render/graph/plan_print.c render/graph/plan_stage.c render/graph/plan_stage.h \
	render/graph/probe.c render/graph/probe.h

check_PROGRAMS += tests/unit/test_merge
TESTS += tests/unit/test_merge
tests_unit_test_merge_SOURCES = \
	tests/unit/test_merge.c tests/lib/graph.c tests/lib/graph.h tests/lib/kernel.c tests/lib/kernel.h \
	tests/lib/test.c tests/lib/test.h
tests_unit_test_merge_LDADD = librender.a libbase.a $(RENDER_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_period
TESTS += tests/unit/test_period
tests_unit_test_period_SOURCES = \
	tests/unit/test_period.c tests/lib/graph.c tests/lib/graph.h tests/lib/test.c tests/lib/test.h
tests_unit_test_period_LDADD = librender.a libbase.a $(RENDER_LIBS) $(CHECK_LIBS)
