/* Pattern sources, and every transform as programs reach it: an expression in, events out. */
#include <string.h>

#include "render/compile.h"
#include "render/lang/lang.h"
#include "render/pattern/source.h"
#include "tests/lib/onsets.h"
#include "tests/lib/test.h"

enum { ARENA_BYTES = 64 << 20 };

static struct arena arena;

static void setup(void)
{
	arena_init(&arena, ARENA_BYTES);
}

static void teardown(void)
{
	arena_fini(&arena);
}

/* The haps of an expression in a cycle. */
static struct hap_list ask(const char *expr, int64_t cycle)
{
	struct diag_list diags = { .n = 0 };
	struct query q = { .arena = &arena };
	struct hap_list l = { .n = 0 };
	struct error err = ERROR_INIT;
	const struct pattern *p = lang_compile_pattern(&arena, expr, strlen(expr), &diags, &err);

	ck_assert_msg(p != NULL, "%s: %s", expr, diags.n ? diags.items[0].message : err.message);
	struct timespan span = { rational_int(cycle), rational_int(cycle + 1) };
	ck_assert_msg(pattern_query(p, span, &q, &l, &err) == 0, "%s: %s", expr, err.message);
	hap_list_sort(&l);
	return l;
}

/* --- What sources mean -------------------------------------------------------------------------------------------- */

static const struct {
	const char *expr;
	int64_t cycle;
	const char *expected;
} rows[] = {
	/* Counting. */
	{ "run 4", 0, "0@0 1@1/4 2@1/2 3@3/4" },
	{ "run \"<2 4>\"", 1, "0@0 1@1/4 2@1/2 3@3/4" },
	{ "scan 3", 1, "0@0 1@1/2" },
	{ "scan 3", 3, "0@0" },
	/* Signals where a pattern is asked for. */
	{ "segment 4 $ saw", 0, "0@0 0.25@1/4 0.5@1/2 0.75@3/4" },
	{ "segment 4 saw", 5, "0@0 0.25@1/4 0.5@1/2 0.75@3/4" },
	{ "segment 4 $ range 1 5 $ tri", 0, "1@0 3@1/4 5@1/2 3@3/4" },
	{ "segment 2 $ fast 2 $ isaw", 0, "1@0 1@1/2" },
	{ "segment 4 $ square2", 0, "-1@0 -1@1/4 1@1/2 1@3/4" },
	{ "segment 4 $ saw * 8 - 4", 0, "-4@0 -2@1/4 0@1/2 2@3/4" },
	{ "segment 2 $ -saw", 0, "0@0 -0.5@1/2" },
	{ "segment 4 $ phasor 2", 0, "0@0 0.5@1/4 0@1/2 0.5@3/4" },
	{ "segment 2 $ wedge", 0, "0@0 0.5@1/2" },
	{ "segment 2 $ time", 7, "7@0 7.5@1/2" },
	{ "segment 2 $ cosine", 0, "1@0 0@1/2" },
	{ "\"1 2\" + saw", 0, "" },
	{ "\"1 2\" |+ saw", 0, "1@0 2.5@1/2" },
	{ "\"1 2\" |+ (saw $ segment 1)", 0, "1@0 2@1/2" },
	{ "n (saw * 8 $ segment 2)", 0, "0@0 4@1/2" },
	{ "s \"a*2\" # pan saw", 0, "a,pan=0@0 a,pan=0.5@1/2" },
	{ "s \"a*2\" # gain (range 0.2 0.8 $ tri)", 0, "a,gain=0.2@0 a,gain=0.8@1/2" },
	{ "s \"a*2\" # speed 2 * saw", 0, "a,speed=0@0 a,speed=1@1/2" },
	{ "s \"a*2\" |+ n (saw * 4)", 0, "a,n=0@0 a,n=2@1/2" },
	{ "s \"a*4\" $ late saw", 0, "a@0 a@1/4 a@1/2 a@3/4" },
	{ "cat [\"3\", saw $ segment 2]", 0, "3@0 0@1/2 0.5@3/4" },
	{ "stack [\"3\", saw $ segment 2]", 0, "0@0 3@0 0.5@1/2" },
	/* Chance: what every seed and site gives. */
	{ "irand 1 $ segment 2", 0, "0@0 0@1/2" },
	{ "irand 5 5 $ segment 2", 0, "5@0 5@1/2" },
	{ "choose [\"a\"] $ segment 2", 0, "a@0 a@1/2" },
	{ "wchoose [[\"a\", 0], [\"b\", 2]] $ segment 2", 0, "b@0 b@1/2" },
	{ "chooseBy saw [\"a\", \"b\"] $ segment 4", 0, "a@0 a@1/4 b@1/2 b@3/4" },
	{ "s (choose [\"bd\"])", 3, "bd@0" },
	{ "s (choose [\"bd\"] $ segment 2)", 0, "bd@0 bd@1/2" },
	{ "wrandcat [[s \"a*2\", 1], [s \"b\", 0]]", 0, "a@0 a@1/2" },
	{ "randcat [\"a*2\"]", 0, "a@0 a@1/2" },
	/* One number or another. */
	{ "every_val 3 8 1", 3, "8@0" },
	{ "every_val 3 8 1", 4, "1@0" },
	{ "whenmod_val 4 1 8 \"1 2\"", 4, "1@0 2@1/2" },
	{ "whenmod_val 4 1 8 \"1 2\"", 5, "8@0" },
	{ "sometimes_by_val 1 8 1", 0, "8@0" },
	{ "sometimes_by_val 0 8 1", 0, "1@0" },
	{ "sometimes_val 5 5", 0, "5@0" },
	/* By index. */
	{ "squeeze \"0 [1 0]\" [\"a b\", \"c\"]", 0, "a@0 b@1/4 c@1/2 a@3/4 b@7/8" },
	{ "squeeze \"1\" [s \"a\", s \"b*2\" # gain 0.5]", 0, "b,gain=0.5@0 b,gain=0.5@1/2" },
	{ "pick \"<0 1>\" [\"a b\", \"c d e\"]", 1, "c@0 d@1/3 e@2/3" },
	{ "pick \"0 1\" [s \"a b\", s \"c d\"]", 0, "a@0 d@1/2" },
	{ "s \"a b\" $ squeeze 2", 0, "a@0 b@1/4" },
	/* Two patterns. */
	{ "sew \"t f\" \"a*4\" \"b*8\"", 0, "a@0 a@1/4 b@1/2 b@5/8 b@3/4 b@7/8" },
	{ "sew \"t f\" (s \"a*2\" # gain 0.5) $ s \"b*4\"", 0, "a,gain=0.5@0 b@1/2 b@3/4" },
	{ "stitch \"t f t t\" \"a\" \"b\"", 0, "a@0 b@1/4 a@1/2 a@3/4" },
	{ "stitch \"t f\" (s \"a\") (s \"b\")", 0, "a@0 b@1/2" },
	{ "wedge 0.25 \"a b\" \"c d e\"", 0, "a@0 b@1/8 c@1/4 d@1/2 e@3/4" },
	{ "wedge 0 (s \"a\") (s \"b\")", 0, "b@0" },
	{ "wedge 1 (s \"a\") (s \"b\")", 0, "a@0" },
	{ "overlay \"a\" \"b b\"", 0, "b@0 a@0 b@1/2" },
	{ "timeCat [[3, \"a*3\"], [1, \"b\"]]", 0, "a@0 a@1/4 a@1/2 b@3/4" },
	{ "timecat [[1, s \"a\"], [1, s \"b\"]]", 0, "a@0 b@1/2" },
	{ "slowcat [\"a\", silence]", 1, "" },
	/* Scales, chords, notes. */
	{ "n \"0 2 4\" # scale \"minor\"", 0, "0@0 3@1/3 7@2/3" },
	{ "n \"0 2\" # scale \"<minor major>\"", 1, "0@0 4@1/2" },
	{ "\"0 7\" # scale \"d:minor\"", 0, "2@0 14@1/2" },
	{ "s \"x*2\" # note \"0 2\" # scale \"minor\"", 0, "x,note=0@0 x,note=3@1/2" },
	{ "s \"x*2\" # n \"0 2\" # scale \"minor\" # gain 0.5", 0, "x,n=0,gain=0.5@0 x,n=3,gain=0.5@1/2" },
	{ "s \"x\" $ every 2 (# n \"2\" # scale \"minor\")", 0, "x,n=3@0" },
	{ "s \"x\" $ every 2 (# n \"2\" # scale \"minor\")", 1, "x@0" },
	{ "n \"0 5\" # chord \"maj min7\"", 0, "0@0 4@0 7@0 5@1/2 8@1/2 12@1/2 15@1/2" },
	{ "n \"c e\" # chord \"maj\"", 0, "0@0 4@0 7@0 4@1/2 8@1/2 11@1/2" },
	{ "chord \"maj\"", 0, "0@0 4@0 7@0" },
	{ "chord \"<maj min>\" + \"0 5\"", 1, "0@0 3@0 7@0 5@1/2 8@1/2 12@1/2" },
	{ "note (fast 2 $ chord \"power\")", 0, "0@0 7@0 0@1/2 7@1/2" },
	{ "s \"x\" # note 5 # chord \"power\"", 0, "x,note=5,chord_size=2@0 x,note=12,chord_size=2@0" },
	{ "s \"x\" # n \"c'maj\"", 0, "x,n=7,chord_size=3@0 x,n=0,chord_size=3@0 x,n=4,chord_size=3@0" },
	{ "s \"x\" # note \"c'power\"", 0,
	  "x,note=7,note_named=1,chord_size=2@0 x,note=0,note_named=1,chord_size=2@0" },
	{ "note \"c4\" + \"0 3 7\"", 0, "60@0 63@1/3 67@2/3" },
	{ "s \"x*2\" # note \"c4\" + \"0 3\"", 0, "x,note=0,note_named=1@0 x,note=3,note_named=1@1/2" },
	{ "s \"x*2\" # note (\"c4 e4\" + 12)", 0, "x,note=12,note_named=1@0 x,note=16,note_named=1@1/2" },
	{ "s \"x*2\" # note (\"0 3\" + \"<0 12>\")", 1, "x,note=12@0 x,note=15@1/2" },
	/* Arithmetic as a transform. */
	{ "s \"a*2\" # n \"0 1\" $ every 2 (|+ 12)", 0, "a,n=12@0 a,n=13@1/2" },
	{ "(s \"a*2\" # n \"0 1\") $ every 2 (|+ n 12)", 0, "a,n=12@0 a,n=13@1/2" },
	{ "(s \"a*2\" # n \"0 1\") $ every 2 (|+ n 12)", 1, "a,n=0@0 a,n=1@1/2" },
	{ "off 0.25 (|* gain 0.5) $ s \"a\" # gain 0.8", 1, "a,gain=0.8@0 a,gain=0.4@1/4" },
	{ "\"0 1\" $ superimpose (+ 7)", 0, "0@0 7@0 1@1/2 8@1/2" },
	{ "\"c e\" $ rev $ (|+ \"0 7\")", 0, "64@0 67@1/2" },
	{ "\"0 1\" $ (* 2) $ (|- 1)", 0, "-1@0 1@1/2" },
	/* Signals as arguments, read at the begin of each cycle; a cycle has two seconds. */
	{ "\"a b\" $ early (saw 0.125 * 0.5)", 0, "b@0 a@1/2" },
	{ "\"a b c d\" $ late (saw 0.125 * 0.5 + 0.5)", 1, "d@0 a@1/4 b@1/2 c@3/4" },
	{ "\"a b\" $ late (square 0.25 * 0.25)", 0, "a@1/4 b@3/4" },
	{ "\"a b\" $ fast (tri 0.25 + 2)", 1, "a@0 b@1/6 a@1/3 b@1/2 a@2/3 b@5/6" },
	{ "\"0 1\" |+ run (sine 0.125 + \"1 2\")", 1, "0@0 2@1/2" },
	/* Transforms with forms that their arguments tell apart. */
	{ "s \"a b\" $ stutter 2", 0, "a@0 a@1/4 b@1/2 b@3/4" },
	{ "s \"a b\" $ stutter 2 0.125", 0, "a@0 a@1/8 b@1/2 b@5/8" },
	{ "stutter 2 0.125 $ \"a b\"", 0, "a@0 a@1/8 b@1/2 b@5/8" },
	{ "stutter 2 \"a b\"", 0, "a@0 a@1/4 b@1/2 b@3/4" },
	{ "s \"a b c d\" $ inside 2 rev", 0, "b@0 a@1/4 d@1/2 c@3/4" },
	{ "s \"a b c d\" $ inside 0 0.25 (fast 2)", 0, "a@0 b@1/4 a@1/2 c@1/2 d@3/4" },
	{ "s \"a b\" $ outside 0 0.25 (# gain 0.5)", 0, "a@0 b,gain=0.5@1/2" },
	{ "s \"<a b>\" $ outside 2 rev", 0, "b@0" },
	{ "inside 2 rev \"a b c d\"", 0, "b@0 a@1/4 d@1/2 c@3/4" },
	{ "s \"a b\" $ fit 2", 1, "b@0" },
	{ "s \"a\" $ fit", 0, "a,speed=1,unit=1@0" },
	{ "s \"a\" # legato 0.5", 0, "a,legato=0.5@0" },
	{ "s \"a\" # dur 0.5", 0, "a,dur=0.5@0" },
	{ "s \"a b\" $ mask (\"t f\" $ invert)", 0, "b@1/2" },
	{ "s \"a\" $ slow 4 $ ghost", 0,
	  "a@0 a,gain=0.7,speed=1.25,end=0.2@3/16 a,gain=0.7,speed=1.25,end=0.2@5/16 "
	  "a,gain=0.49,speed=1.5625,end=0.2@1/2" },
	{ "\"a\" $ slow 4 $ ghostWith 0.125 (fast 1)", 0, "a@0 a@3/16 a@5/16 a@1/2" },
};

START_TEST(an_expression_plays_what_it_says)
{
	struct hap_list l = ask(rows[_i].expr, rows[_i].cycle);
	const char *got = test_onsets(&arena, &l, rows[_i].cycle);

	ck_assert_msg(strcmp(got, rows[_i].expected) == 0, "%s: %s, expected %s", rows[_i].expr, got,
		      rows[_i].expected);
}
END_TEST

/* --- Names -------------------------------------------------------------------------------------------------------- */

/* Every transform of the language and of its relatives, under each of its names, in an expression that has events in
 * every eight cycles. */
static const char *const spellings[] = {
	/* Time. */
	"fast 2",
	"dup 2",
	"density 2",
	"slow 2",
	"sparsity 2",
	"fit 2",
	"fit",
	"hurry 2",
	"fastGap 2",
	"fastgap 2",
	"squeeze 2",
	"rev",
	"palindrome",
	"mirror",
	"loopback",
	"early 0.25",
	"rotL 0.25",
	"late 0.25",
	"offset 0.25",
	"wait 0.25",
	"rotR 0.25",
	"rot 1",
	"iter 4",
	"iterBack 4",
	"iter' 4",
	"chew 4",
	"zoom 0 0.5",
	"focus 0 0.5",
	"trim 0 0.5",
	"trunc 0.5",
	"compress 0 0.5",
	"compressGap 0 0.5",
	"linger 0.25",
	"segment 4",
	"discretise 4",
	"seg 4",
	"swing 0.1",
	"swingBy 0.1 4",
	"groove \"mpc\"",
	"groove \"mpc\" 0.5",
	"shuffle 0.1",
	"humanize 0.1 0.1",
	"scramble 4",
	"inside 2 rev",
	"outside 2 rev",
	"inside 0 0.5 rev",
	"outside 0 0.5 rev",
	"within 0 0.5 rev",
	"ribbon 0 1",
	"rib 0 1",
	"reset 2",
	"restart 2",
	"loop 2",
	"stripe 2",
	"gap 2",
	"binary 0",
	"accelerate 1",
	"press",
	"pressBy 0.25",
	"brak",
	"repeatCycles 2",
	"spin 2",
	"beat 0 4",
	/* Cycle by cycle. */
	"every 2 rev",
	"firstOf 2 rev",
	"lastOf 2 rev",
	"every' 2 1 rev",
	"whenmod 4 2 rev",
	"foldEvery [rev, fast 2] 2",
	"when \"t f\" rev",
	"while \"1 0\" rev",
	"someCycles rev",
	"somecycles rev",
	"someCyclesBy 0.3 rev",
	"somecyclesBy 0.3 rev",
	"chunk 4 (fast 2)",
	"chunkBack 4 rev",
	"chunk' 4 rev",
	"fastChunk 4 rev",
	/* By chance. */
	"sometimes rev",
	"sometimesBy 0.3 rev",
	"often rev",
	"rarely rev",
	"almostAlways rev",
	"almostNever rev",
	"always rev",
	"never rev",
	"degrade",
	"degradeBy 0.3",
	"degradeSeed 3",
	"undegrade",
	"undegradeBy 0.3",
	"seed 3",
	/* Copies. */
	"ply 2",
	"stutter 2",
	"stutter 2 0.125",
	"plyWith 2 rev",
	"stut 3 0.125 0.5",
	"echo 3 0.125 0.5",
	"stutWith 3 0.125 rev",
	"stut' 3 0.125 rev",
	"echoWith 3 0.125 rev",
	"off 0.25 rev",
	"superimpose rev",
	"layer [rev, fast 2]",
	"jux rev",
	"juxBy 0.5 rev",
	"juxby 0.5 rev",
	"ghost",
	"ghostWith 0.125 rev",
	"ghost' 0.125 rev",
	"rolled",
	"rolledBy 0.5",
	/* Rhythm. */
	"struct \"t f t\"",
	"mask \"t f\"",
	"euclid 3 8",
	"euclid 3 8 2",
	"euclidRot 3 8 2",
	"euclidOff 3 8 2",
	"euclidInv 3 8",
	"euclidinv 3 8",
	"euclidLegato 3 8",
	"euclidLegatoRot 3 8 2",
	"bite 4 \"0 2\"",
	/* Samples. */
	"chop 4",
	"striate 4",
	"striateBy 4 0.5",
	"striate' 4 0.5",
	"slice 4 \"0 2\"",
	"splice 4 \"0 2\"",
	"loopAt 2",
	"legato 0.5",
	"staccato 0.5",
	"stretch",
	"dur 0.1",
	/* Sections. */
	"every 2 (# speed 2)",
	"jux (# speed 2)",
	"off 0.25 (# gain 0.5 # speed 2)",
};

START_TEST(every_transform_is_reached_by_its_names)
{
	const char *front = arena_printf(&arena, "%s $ s \"bd sn*2\" # n \"0 2\"", spellings[_i]);
	const char *behind = arena_printf(&arena, "(s \"bd sn*2\" # n \"0 2\") $ %s", spellings[_i]);
	size_t n_front = 0, n_behind = 0;

	for (int64_t cycle = 0; cycle < 8; cycle++) {
		n_front += ask(front, cycle).n;
		n_behind += ask(behind, cycle).n;
	}
	ck_assert_msg(n_front > 0 && n_behind > 0, "%s: %zu, %zu haps", spellings[_i], n_front, n_behind);
}
END_TEST

/* The same for transforms of values. */
static const char *const value_spellings[] = {
	"range 1 2",
	"rangex 1 2",
	"quantize 0.5",
	"quantise 0.5",
	"round",
	"floor",
	"ceil",
	"exp",
	"log",
	"smooth",
	"scale \"minor\"",
	"toScale \"minor\"",
	"scaleNames \"d:minor\"",
	"chord \"maj\"",
	"arp \"up\"",
	"arpIdx \"0 1\"",
	"invert",
	"inv",
	"rolled",
	"ply 2",
	"stutter 2 0.125",
	"off 0.25 (fast 2)",
};

START_TEST(every_transform_of_values_is_reached_by_its_names)
{
	const char *expr = arena_printf(&arena, "\"[0,4] 1\" $ %s", value_spellings[_i]);
	ck_assert_uint_gt(ask(expr, 0).n, 0);
}
END_TEST

/* Every name in the registries has a row above. */
static bool is_spelt(const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++)
		if (strncmp(spellings[i], name, n) == 0 && (spellings[i][n] == ' ' || spellings[i][n] == '\0'))
			return true;
	for (size_t i = 0; i < sizeof value_spellings / sizeof *value_spellings; i++)
		if (strncmp(value_spellings[i], name, n) == 0 &&
		    (value_spellings[i][n] == ' ' || value_spellings[i][n] == '\0'))
			return true;
	return false;
}

START_TEST(no_name_is_left_out)
{
	for (size_t i = 0; i < transform_registry_len; i++) {
		const struct transform_def *def = transform_registry[i];
		ck_assert_msg(is_spelt(def->name), "%s", def->name);
		for (const char *const *alias = def->aliases; *alias; alias++)
			ck_assert_msg(is_spelt(*alias), "%s", *alias);
	}
}
END_TEST

START_TEST(the_registry_of_sources_is_sorted_and_complete)
{
	for (size_t i = 0; i < source_registry_len; i++) {
		const struct source_def *def = source_registry[i], *found = source_find(def->name, strlen(def->name));
		ck_assert(i == 0 || strcmp(source_registry[i - 1]->name, def->name) <= 0);
		while (found && found != def)
			found = source_next_form(found, def->name, strlen(def->name));
		ck_assert_ptr_eq(found, def);
		ck_assert(def->doc && def->example && def->make && def->n_params <= TRANSFORM_PARAMS_MAX);
		ck_assert_ptr_nonnull(strstr(def->example, def->name));
		for (unsigned k = 0; k < def->n_params; k++)
			ck_assert(def->params[k].name && def->params[k].doc);
	}
	ck_assert_ptr_null(source_find("nonsense", 8));
}
END_TEST

static Suite *source_suite(void)
{
	Suite *s = suite_create("source");
	TCase *t = tcase_create("tables");

	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, an_expression_plays_what_it_says, 0, (int)(sizeof rows / sizeof *rows));
	tcase_add_loop_test(t, every_transform_is_reached_by_its_names, 0, (int)(sizeof spellings / sizeof *spellings));
	tcase_add_loop_test(t, every_transform_of_values_is_reached_by_its_names, 0,
			    (int)(sizeof value_spellings / sizeof *value_spellings));
	tcase_add_test(t, no_name_is_left_out);
	tcase_add_test(t, the_registry_of_sources_is_sorted_and_complete);
	return s;
}

int main(void)
{
	return test_run(source_suite());
}
