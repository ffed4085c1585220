/* Sources that put patterns together. */
#include "render/pattern/node.h"
#include "render/pattern/signal.h"
#include "render/pattern/source.h"

/* --- Counting, and nothing -------------------------------------------------------------------------------------- */

static const struct pattern *run_make(struct arena *a, const struct transform_arg *args, uint64_t site)
{
	(void)site;
	return pattern_run(a, args[0].pattern);
}

const struct source_def source_run = {
	.name = "run",
	.doc = "Counts from 0 to n - 1 in a cycle.",
	.example = "out $ s \"blip*8\" # note (run \"<4 8>\")",
	.params = { { .name = "n", .unit = "steps", .min = 0, .max = 1000000, .doc = "how many numbers" } },
	.n_params = 1,
	.make = run_make,
};

static const struct pattern *scan_make(struct arena *a, const struct transform_arg *args, uint64_t site)
{
	(void)site;
	return pattern_scan(a, args[0].pattern);
}

const struct source_def source_scan = {
	.name = "scan",
	.doc = "Counts to one more in every cycle, up to n numbers: 0, then 0 1, then 0 1 2.",
	.example = "out $ s \"blip*8\" # note (scan 4)",
	.params = { { .name = "n", .unit = "steps", .min = 0, .max = 1000000, .doc = "how many numbers at most" } },
	.n_params = 1,
	.make = scan_make,
};

static const struct pattern *silence_make(struct arena *a, const struct transform_arg *args, uint64_t site)
{
	(void)args, (void)site;
	return pattern_silence(a);
}

const struct source_def source_silence = {
	.name = "silence",
	.doc = "A pattern without events.",
	.example = "out $ s (slowcat [\"bd sn\", silence])",
	.make = silence_make,
};

/* --- By index --------------------------------------------------------------------------------------------------- */

static const struct pattern *squeeze_make(struct arena *a, const struct transform_arg *args, uint64_t site)
{
	(void)site;
	return pattern_squeeze(a, args[0].pattern, args[1].parts, args[1].n_parts);
}

const struct source_def source_squeeze = {
	.name = "squeeze",
	.doc = "Plays the parts that indices name, each squeezed into its index's time.",
	.example = "out $ squeeze \"0 [1 0]\" [s \"bd sn\", s \"hh*3\"]",
	.params = { { .name = "index", .min = -1e9, .max = 1e9, .doc = "which part, from 0; it wraps around" },
		    { .name = "parts", .kind = TRANSFORM_PARTS, .doc = "what is played" } },
	.n_params = 2,
	.make = squeeze_make,
};

static const struct pattern *pick_make(struct arena *a, const struct transform_arg *args, uint64_t site)
{
	(void)site;
	return pattern_pick(a, args[0].pattern, args[1].parts, args[1].n_parts);
}

const struct source_def source_pick = {
	.name = "pick",
	.doc = "Plays of the parts that indices name what is due at that time.",
	.example = "out $ pick \"<0 1>\" [s \"bd sn\", s \"hh*3\"]",
	.params = { { .name = "index",
		      .min = -1e9,
		      .max = 1e9,
		      .doc = "which part, from 0; others count as the nearest" },
		    { .name = "parts", .kind = TRANSFORM_PARTS, .doc = "what is played" } },
	.n_params = 2,
	.make = pick_make,
};

/* --- Two at a time ---------------------------------------------------------------------------------------------- */

static const struct pattern *both(struct arena *a, const struct pattern *first, const struct pattern *second)
{
	const struct pattern *ps[] = { first, second };
	return first && second ? pattern_stack(a, ps, 2) : NULL;
}

static const struct pattern *sew_make(struct arena *a, const struct transform_arg *args, uint64_t site)
{
	const struct pattern *on = args[0].pattern;

	(void)site;
	return both(a, pattern_mask(a, on, args[1].pattern), pattern_mask(a, pattern_invert(a, on), args[2].pattern));
}

const struct source_def source_sew = {
	.name = "sew",
	.doc = "One pattern where truth values are true, the other where they are not.",
	.example = "out $ sew \"t f\" (s \"bd*4\") (s \"hh*8\")",
	.params = { { .name = "on", .kind = TRANSFORM_TRUTH, .doc = "where the first is heard" },
		    { .name = "first", .kind = TRANSFORM_PART, .doc = "what is heard where it is true" },
		    { .name = "second", .kind = TRANSFORM_PART, .doc = "what is heard elsewhere" } },
	.n_params = 3,
	.make = sew_make,
};

static const struct pattern *stitch_make(struct arena *a, const struct transform_arg *args, uint64_t site)
{
	const struct pattern *on = args[0].pattern;

	(void)site;
	return both(a, pattern_struct(a, on, args[1].pattern),
		    pattern_struct(a, pattern_invert(a, on), args[2].pattern));
}

const struct source_def source_stitch = {
	.name = "stitch",
	.doc = "As sew, in the rhythm of the truth values.",
	.example = "out $ stitch \"t f t t\" (s \"bd\") (s \"hh\")",
	.params = { { .name = "on", .kind = TRANSFORM_TRUTH, .doc = "the rhythm, and which of the two" },
		    { .name = "first", .kind = TRANSFORM_PART, .doc = "what is heard where it is true" },
		    { .name = "second", .kind = TRANSFORM_PART, .doc = "what is heard elsewhere" } },
	.n_params = 3,
	.make = stitch_make,
};

static const struct pattern *overlay_make(struct arena *a, const struct transform_arg *args, uint64_t site)
{
	(void)site;
	return both(a, args[0].pattern, args[1].pattern);
}

const struct source_def source_overlay = {
	.name = "overlay",
	.doc = "Two patterns at once.",
	.example = "out $ overlay (s \"bd*4\") (s \"~ cp\") # gain 0.8",
	.params = { { .name = "first", .kind = TRANSFORM_PART, .doc = "one of them" },
		    { .name = "second", .kind = TRANSFORM_PART, .doc = "the other" } },
	.n_params = 2,
	.make = overlay_make,
};

/* Parameter: where the second begins; contents: the first in all of the cycle, the second. */
static int wedge_query(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
		       struct hap_list *out)
{
	const struct timespan parts[] = { { RATIONAL_ZERO, v[0].exact }, { v[0].exact, RATIONAL_ONE } };

	if (!rational_is_valid(v[0].exact))
		return eval_fail_time(e);
	if (v[0].exact.num <= 0 || rational_cmp(v[0].exact, RATIONAL_ONE) >= 0)
		return node_query(param_content(n, v[0].exact.num <= 0), span, e, out);
	for (unsigned i = 0; i < 2; i++)
		if (query_compressed(param_content(n, i), parts[i], span, e, out) < 0)
			return -1;
	return 0;
}

static const struct param_ops wedge_ops = { .query = wedge_query };

static const struct pattern *wedge_make(struct arena *a, const struct transform_arg *args, uint64_t site)
{
	const struct pattern *children[] = { args[0].pattern, args[1].pattern, args[2].pattern };

	(void)site;
	return param_pattern(a, &wedge_ops, children, 1, 2);
}

const struct source_def source_wedge = {
	.name = "wedge",
	.doc = "One pattern squeezed into the first part of the cycle, the other into the rest.",
	.example = "out $ wedge 0.25 (s \"bd*2\") (s \"hh*4\")",
	.params = { { .name = "ratio", .unit = "cycles", .min = 0, .max = 1, .doc = "where the second begins" },
		    { .name = "first", .kind = TRANSFORM_PART, .doc = "what is heard before" },
		    { .name = "second", .kind = TRANSFORM_PART, .doc = "what is heard after" } },
	.n_params = 3,
	.make = wedge_make,
};

/* --- With lengths ----------------------------------------------------------------------------------------------- */

static const struct pattern *time_cat_make(struct arena *a, const struct transform_arg *args, uint64_t site)
{
	unsigned n = args[0].n_parts;
	struct rational *lengths = ARENA_ARRAY(a, n, struct rational);

	(void)site;
	if (!lengths)
		return NULL;
	for (unsigned i = 0; i < n; i++)
		lengths[i] = rational_from_double(args[0].weights[i]);
	return pattern_timecat(a, args[0].parts, lengths, n);
}

const struct source_def source_timeCat = {
	.name = "timeCat",
	.aliases = { "timecat", "stepcat" },
	.doc = "Parts one after the other in a cycle, each with a length that counts relative to the others'.",
	.example = "out $ timeCat [[3, s \"bd*3\"], [1, s \"sn\"]]",
	.params = { { .name = "parts",
		      .kind = TRANSFORM_TIMED,
		      .doc = "what is played, with lengths: [[3, a], [1, b]]" } },
	.n_params = 1,
	.make = time_cat_make,
};
