/* compress and fastGap: every cycle squeezed into a part of itself, and silence around it. */
#include "render/pattern/node.h"
#include "render/pattern/transform.h"

/* Plays cycle c in [c + begin, c + end), at `speed` times its own. */
static int squeeze_cycles(const struct pattern *p, struct timespan at, struct rational speed, struct timespan span,
			  struct eval *e, struct hap_list *out)
{
	struct cycle_iter it = cycles_begin(span);
	int more;

	while ((more = cycles_next(&it, e)) > 0) {
		struct rational cycle = rational_int(it.cycle);
		struct timespan window = timespan_shift(at, cycle);
		struct rational offset = rational_sub(cycle, rational_mul(window.begin, speed));
		if (query_window(p, window, it.piece, speed, offset, e, out) < 0)
			return -1;
	}
	return more;
}

int query_compressed(const struct pattern *p, struct timespan at, struct timespan span, struct eval *e,
		     struct hap_list *out)
{
	return squeeze_cycles(p, at, rational_div(RATIONAL_ONE, rational_sub(at.end, at.begin)), span, e, out);
}

static int compress_query(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
			  struct hap_list *out)
{
	struct timespan at = { v[0].exact, v[1].exact };

	if (!timespan_is_valid(at))
		return eval_fail_time(e);
	if (at.begin.num < 0 || rational_cmp(at.begin, at.end) >= 0 || rational_cmp(at.end, RATIONAL_ONE) > 0)
		return 0;
	return query_compressed(param_content(n, 0), at, span, e, out);
}

static int fast_gap_query(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
			  struct hap_list *out)
{
	struct timespan at = { RATIONAL_ZERO, RATIONAL_ONE };

	if (!rational_is_valid(v[0].exact))
		return eval_fail_time(e);
	if (v[0].exact.num <= 0)
		return 0;
	at.end = rational_min(rational_div(RATIONAL_ONE, v[0].exact), RATIONAL_ONE);
	return squeeze_cycles(param_content(n, 0), at, v[0].exact, span, e, out);
}

static const struct param_ops compress_ops = { .query = compress_query };
static const struct param_ops fast_gap_ops = { .query = fast_gap_query };

const struct pattern *pattern_compress(struct arena *a, const struct pattern *begin, const struct pattern *end,
				       const struct pattern *p)
{
	const struct pattern *children[] = { begin, end, p };
	return param_pattern(a, &compress_ops, children, 2, 1);
}

const struct pattern *pattern_fast_gap(struct arena *a, const struct pattern *factor, const struct pattern *p)
{
	const struct pattern *children[] = { factor, p };
	return param_pattern(a, &fast_gap_ops, children, 1, 1);
}

static const struct pattern *compress_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					    const struct pattern *p)
{
	(void)site;
	return pattern_compress(a, args[0].pattern, args[1].pattern, p);
}

const struct transform_def transform_compress = {
	.name = "compress",
	.aliases = { "compressGap" },
	.doc = "Squeezes every cycle into a part of its time, with silence before and after.",
	.example = "out $ s \"bd sn hh cp\" $ compress 0.25 0.75",
	.params = { { .name = "begin", .unit = "cycles", .min = 0, .max = 1, .doc = "where the cycle begins" },
		    { .name = "end", .unit = "cycles", .min = 0, .max = 1, .doc = "where it ends" } },
	.n_params = 2,
	.apply = compress_apply,
};

static const struct pattern *fast_gap_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					    const struct pattern *p)
{
	(void)site;
	return pattern_fast_gap(a, args[0].pattern, p);
}

const struct transform_def transform_fastGap = {
	.name = "fastGap",
	.aliases = { "squeeze", "fastgap" },
	.doc = "Speeds every cycle up and leaves the rest of its time silent.",
	.example = "out $ s \"bd sn hh cp\" $ fastGap 2",
	.params = { { .name = "factor", .unit = "times", .min = 0, .max = 1024, .doc = "how many times faster" } },
	.n_params = 1,
	.apply = fast_gap_apply,
};
