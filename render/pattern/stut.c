/* stut: echoes. stutter with a time: copies that do not fade. */
#include <math.h>

#include "render/pattern/node.h"
#include "render/pattern/transform.h"

/* Multiplies the gain of the haps from `from` on, or sets it. */
static int fade(struct hap_list *l, size_t from, bool sets, double gain, struct eval *e)
{
	for (size_t i = from; i < l->n; i++) {
		struct value *v = &l->haps[i].value;
		const struct value *old = value_map_get(v, CONTROL_GAIN);
		double before = 1;
		if (v->kind != VALUE_MAP || (old && !sets && !value_to_number(old, &before)))
			continue;
		if (!value_map_own(e->arena, v, CONTROL_GAIN, value_number(sets ? gain : before * gain), v))
			return eval_fail_memory(e);
	}
	return 0;
}

enum fading { FADES_BY, FADES_TO, FADES_NOT };

static int copies(const struct param_node *n, const struct param *v, enum fading fading, struct timespan span,
		  struct eval *e, struct hap_list *out)
{
	double count = round(v[0].number), gain = 1;

	if (count > NODE_COPIES_MAX)
		return eval_fail_large(e, "copies of a pattern", count, NODE_COPIES_MAX);
	for (int i = 0; i < count; i++, gain *= fading == FADES_NOT ? 1 : v[2].number) {
		size_t from = out->n;
		struct rational later = rational_mul(rational_int(-i), v[1].exact);
		if (query_mapped(param_content(n, 0), span, RATIONAL_ONE, later, e, out) < 0 ||
		    (fading != FADES_NOT && fade(out, from, fading == FADES_TO, gain, e) < 0))
			return -1;
	}
	return 0;
}

static int stut_query(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
		      struct hap_list *out)
{
	return copies(n, v, FADES_BY, span, e, out);
}

static int echo_query(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
		      struct hap_list *out)
{
	return copies(n, v, FADES_TO, span, e, out);
}

static int stutter_query(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
			 struct hap_list *out)
{
	return copies(n, v, FADES_NOT, span, e, out);
}

static const struct param_ops stutter_ops = { .query = stutter_query,
					      .period = PERIOD_COMMON,
					      .certain = CERTAIN_FIRST };
static const struct param_ops stut_ops = { .query = stut_query, .period = PERIOD_COMMON, .certain = CERTAIN_FIRST };
static const struct param_ops echo_ops = { .query = echo_query, .period = PERIOD_COMMON, .certain = CERTAIN_FIRST };

const struct pattern *pattern_stut(struct arena *a, const struct pattern *n, const struct pattern *time,
				   const struct pattern *decay, const struct pattern *p)
{
	const struct pattern *children[] = { n, time, decay, p };
	return (const struct pattern *)param_node_new(a, &stut_ops, children, 3, 1);
}

const struct pattern *pattern_echo(struct arena *a, const struct pattern *n, const struct pattern *time,
				   const struct pattern *decay, const struct pattern *p)
{
	const struct pattern *children[] = { n, time, decay, p };
	return param_pattern(a, &echo_ops, children, 3, 1);
}

static const struct pattern *stut_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					const struct pattern *p)
{
	(void)site;
	return pattern_stut(a, args[0].pattern, args[1].pattern, args[2].pattern, p);
}

const struct transform_def transform_stut = {
	.name = "stut",
	.aliases = { "echo" },
	.doc = "Echoes: n copies, each later and quieter than the one before.",
	.example = "out $ s \"bd sn\" $ stut 3 0.125 0.5",
	.params = { { .name = "n", .unit = "copies", .min = 0, .max = 256, .doc = "copies, the first included" },
		    { .name = "time", .unit = "cycles", .min = -1000, .max = 1000, .doc = "distance of the copies" },
		    { .name = "decay", .min = 0, .max = 10, .doc = "gain of a copy relative to the one before" } },
	.n_params = 3,
	.needs_events = true,
	.apply = stut_apply,
};

static const struct pattern *stutter_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					   const struct pattern *p)
{
	const struct pattern *children[] = { args[0].pattern, args[1].pattern, p };

	(void)site;
	return param_pattern(a, &stutter_ops, children, 2, 1);
}

const struct transform_def transform_stutter = {
	.name = "stutter",
	.doc = "With a time: n copies, each that much later, all as loud.",
	.example = "out $ s \"bd sn\" $ stutter 4 0.0625",
	.params = { { .name = "n", .unit = "copies", .min = 0, .max = 256, .doc = "copies, the first included" },
		    { .name = "time", .unit = "cycles", .min = -1000, .max = 1000, .doc = "distance of the copies" } },
	.n_params = 2,
	.apply = stutter_apply,
};
