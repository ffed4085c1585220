/* when, struct, mask, segment, invert, brak, palindrome: patterns that truth values shape. */
#include "render/pattern/node.h"
#include "render/pattern/transform.h"

/* --- Truth ------------------------------------------------------------------------------------------------ */

static bool truth_value(struct arena *a, bool truth, struct value_list *out)
{
	struct value *v = ARENA_NEW(a, struct value);

	if (!v)
		return false;
	*v = (struct value){ .kind = VALUE_BOOL, .truth = truth };
	*out = (struct value_list){ 1, v };
	return true;
}

static bool to_truth(const void *ctx, struct arena *a, const struct value *in, struct value_list *out)
{
	(void)ctx;
	return truth_value(a, value_is_true(in), out);
}

static bool to_untruth(const void *ctx, struct arena *a, const struct value *in, struct value_list *out)
{
	(void)ctx;
	return truth_value(a, !value_is_true(in), out);
}

const struct pattern *pattern_invert(struct arena *a, const struct pattern *p)
{
	return pattern_map(a, p, (struct value_fn){ to_untruth, NULL });
}

static const struct pattern *truth(struct arena *a, bool is_true)
{
	return pattern_pure(a, (struct value){ .kind = VALUE_BOOL, .truth = is_true }, (struct span){ 0, 0 });
}

/* --- when ------------------------------------------------------------------------------------------------- */

/* Contents: where it is false, where it is true. */
static int when_query(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
		      struct hap_list *out)
{
	return node_query(param_content(n, v[0].number != 0), span, e, out);
}

static const struct param_ops when_ops = { .query = when_query };

static const struct pattern *either(struct arena *a, const struct pattern *on, const struct pattern *yes,
				    const struct pattern *no)
{
	const struct pattern *children[] = { pattern_map(a, on, (struct value_fn){ to_truth, NULL }), no, yes };
	return param_pattern(a, &when_ops, children, 1, 2);
}

const struct pattern *pattern_when(struct arena *a, const struct pattern *on, struct pattern_fn fn,
				   const struct pattern *p)
{
	return p ? either(a, on, fn.apply(fn.ctx, a, p), p) : NULL;
}

static const struct pattern *when_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					const struct pattern *p)
{
	(void)site;
	return pattern_when(a, args[0].pattern, args[1].fn, p);
}

const struct transform_def transform_when = {
	.name = "when",
	.aliases = { "while" },
	.doc = "Applies a transform where a pattern of truth values is true.",
	.example = "out $ s \"bd sn hh cp\" $ when \"<t f>\" rev",
	.params = { { .name = "on", .kind = TRANSFORM_TRUTH, .doc = "where it is applied" },
		    { .name = "transform", .kind = TRANSFORM_FUNCTION, .doc = "what is done there" } },
	.n_params = 2,
	.apply = when_apply,
};

/* --- brak ------------------------------------------------------------------------------------------------- */

static const struct pattern *brak_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					const struct pattern *p)
{
	const struct pattern *alternate[] = { truth(a, false), truth(a, true) };
	const struct pattern *half[] = { p, pattern_silence(a) };
	const struct pattern *other = pattern_late(a, pattern_number(a, 0.25), pattern_fastcat(a, half, 2));

	(void)args, (void)site;
	return other ? either(a, pattern_slowcat(a, alternate, 2), other, p) : NULL;
}

const struct transform_def transform_brak = {
	.name = "brak",
	.doc = "Squeezes every other cycle into half its time and shifts it by a quarter: a kind of breakbeat.",
	.example = "out $ s \"bd sn hh cp\" $ brak",
	.apply = brak_apply,
};

/* --- struct, mask, segment -------------------------------------------------------------------------------- */

static const struct pattern *struct_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					  const struct pattern *p)
{
	(void)site;
	return pattern_struct(a, args[0].pattern, p);
}

const struct transform_def transform_struct = {
	.name = "struct",
	.doc = "Plays the pattern's values in the rhythm of the true steps of another.",
	.example = "out $ s \"bd sn\" $ struct \"t f t t\"",
	.params = { { .name = "rhythm", .kind = TRANSFORM_TRUTH, .doc = "the rhythm" } },
	.n_params = 1,
	.apply = struct_apply,
};

static const struct pattern *mask_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					const struct pattern *p)
{
	(void)site;
	return pattern_mask(a, args[0].pattern, p);
}

const struct transform_def transform_mask = {
	.name = "mask",
	.doc = "Keeps the pattern where another is true.",
	.example = "out $ s \"bd*8\" $ mask \"t f t t\"",
	.params = { { .name = "mask", .kind = TRANSFORM_TRUTH, .doc = "where the pattern is heard" } },
	.n_params = 1,
	.apply = mask_apply,
};

static const struct pattern *segment_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					   const struct pattern *p)
{
	(void)site;
	return pattern_struct(a, pattern_fast(a, args[0].pattern, truth(a, true)), p);
}

const struct transform_def transform_segment = {
	.name = "segment",
	.aliases = { "discretise", "seg" },
	.doc = "Samples a pattern n times per cycle: what changes smoothly becomes n events.",
	.example = "out $ s \"bd sn\" $ segment 4",
	.params = { { .name = "n", .unit = "events", .min = 0, .max = 1024, .doc = "events per cycle" } },
	.n_params = 1,
	.apply = segment_apply,
};

/* --- invert ----------------------------------------------------------------------------------------------- */

static const struct pattern *invert_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					  const struct pattern *p)
{
	(void)args, (void)site;
	return pattern_invert(a, p);
}

const struct transform_def transform_invert = {
	.name = "invert",
	.aliases = { "inv" },
	.doc = "True where a pattern of truth values is not, and the other way round.",
	.example = "out $ s \"bd*4\" $ mask (\"t f\" $ invert)",
	.apply = invert_apply,
};
