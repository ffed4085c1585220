# Sources of render/lang, and the pipeline over it
librender_a_SOURCES += \
	render/compile.c render/compile.h render/lang/ast.c render/lang/ast.h render/lang/check.c \
	render/lang/check.h render/lang/check_impl.h render/lang/check_transform.c render/lang/constant.c \
	render/lang/constant.h render/lang/edit.c render/lang/elsewhere.c render/lang/elsewhere.h \
	render/lang/expand.c render/lang/expand.h render/lang/expand_impl.h render/lang/expand_macro.c \
	render/lang/form.c render/lang/form.h render/lang/format.c render/lang/head.c render/lang/lang.c \
	render/lang/lang.h render/lang/lex.c render/lang/lex.h render/lang/parse.c render/lang/parse.h \
	render/lang/parse_call.c render/lang/parse_impl.h render/lang/print.c render/lang/resolve.c \
	render/lang/resolve.h render/lang/statement.c render/lang/synth.c render/lang/synth.h \
	render/lang/timed.c render/lang/timed.h render/lang/token.c render/lang/types.c render/lang/types.h \
	render/lang/types_impl.h render/lang/types_part.c render/lang/unknown.c render/lang/unknown.h

check_PROGRAMS += tests/unit/test_catalogue
TESTS += tests/unit/test_catalogue
EXTRA_DIST += \
	tests/cases/README.md tests/cases/format/layout.cases tests/cases/invalid/limits.cases \
	tests/cases/invalid/macros.cases tests/cases/invalid/meaning.cases tests/cases/invalid/names.cases \
	tests/cases/invalid/neighbours.cases tests/cases/invalid/notation.cases tests/cases/invalid/text.cases \
	tests/cases/valid/envelopes.cases tests/cases/valid/events.cases tests/cases/valid/inputs.cases \
	tests/cases/valid/macros.cases tests/cases/valid/sections.cases tests/cases/valid/signals.cases \
	tests/cases/valid/sources.cases tests/cases/valid/statements.cases tests/cases/valid/values.cases
tests_unit_test_catalogue_SOURCES = tests/unit/test_catalogue.c tests/lib/random_program.c tests/lib/random_program.h \
	tests/lib/render.c tests/lib/render.h tests/lib/test.c tests/lib/test.h
tests_unit_test_catalogue_LDADD = librender.a libbase.a $(RENDER_LIBS) $(CHECK_LIBS)
check_PROGRAMS += tests/unit/test_source
TESTS += tests/unit/test_source
tests_unit_test_source_SOURCES = tests/unit/test_source.c tests/lib/onsets.c tests/lib/onsets.h tests/lib/test.c tests/lib/test.h
tests_unit_test_source_LDADD = librender.a libbase.a $(RENDER_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_limits
TESTS += tests/unit/test_limits
tests_unit_test_limits_SOURCES = tests/unit/test_limits.c tests/lib/blowup.c tests/lib/blowup.h \
	tests/lib/null_sink.h tests/lib/test.c tests/lib/test.h
tests_unit_test_limits_LDADD = librender.a libbase.a $(RENDER_LIBS) $(CHECK_LIBS)

LANG_TESTS = tests/unit/test_cases tests/unit/test_format tests/unit/test_hostile tests/unit/test_lang
check_PROGRAMS += $(LANG_TESTS)
TESTS += $(LANG_TESTS)
CASES_SOURCES = tests/lib/cases.c tests/lib/cases.h tests/lib/test.c tests/lib/test.h
tests_unit_test_cases_SOURCES = tests/unit/test_cases.c $(CASES_SOURCES)
tests_unit_test_cases_LDADD = librender.a libbase.a $(RENDER_LIBS) $(CHECK_LIBS)
tests_unit_test_format_SOURCES = tests/unit/test_format.c $(CASES_SOURCES)
tests_unit_test_format_LDADD = librender.a libbase.a $(RENDER_LIBS) $(CHECK_LIBS)
tests_unit_test_hostile_SOURCES = tests/unit/test_hostile.c $(CASES_SOURCES)
tests_unit_test_hostile_LDADD = librender.a libbase.a $(RENDER_LIBS) $(CHECK_LIBS)
tests_unit_test_lang_SOURCES = tests/unit/test_lang.c $(CASES_SOURCES)
tests_unit_test_lang_LDADD = librender.a libbase.a $(RENDER_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_old_forms
TESTS += tests/unit/test_old_forms
tests_unit_test_old_forms_SOURCES = tests/unit/test_old_forms.c tests/lib/test.c tests/lib/test.h
tests_unit_test_old_forms_LDADD = librender.a libbase.a $(RENDER_LIBS) $(CHECK_LIBS)
