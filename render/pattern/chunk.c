/* chunk and its kin: a transform that wanders through the parts of a cycle. */
#include <math.h>

#include "render/pattern/node.h"
#include "render/pattern/transform.h"

enum { CHUNK_PARTS_MAX = 1000000 };

/* Contents: the pattern, and it transformed. Cycle c takes the second in part c mod n, or -c mod n. */
static int wander(const struct param_node *n, double x, int direction, struct timespan span, struct eval *e,
		  struct hap_list *out)
{
	struct cycle_iter it = cycles_begin(span);
	int64_t parts;
	int more = count_of(x, CHUNK_PARTS_MAX, &parts, e);

	if (more <= 0)
		return more;
	while ((more = cycles_next(&it, e)) > 0) {
		int64_t at = it.cycle * direction % parts;
		struct rational cycle = rational_int(it.cycle), begin, end;
		at += at < 0 ? parts : 0;
		begin = rational_add(cycle, rational_make(at, parts));
		end = rational_add(cycle, rational_make(at + 1, parts));
		for (int i = 0; i < 3; i++) {
			const struct timespan thirds[] = { { cycle, begin },
							   { begin, end },
							   { end, rational_int(it.cycle + 1) } };
			if (rational_cmp(thirds[i].begin, thirds[i].end) < 0 &&
			    query_window(param_content(n, i == 1), thirds[i], it.piece, RATIONAL_ONE, RATIONAL_ZERO, e,
					 out) < 0)
				return -1;
		}
	}
	return more;
}

static int chunk_query(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
		       struct hap_list *out)
{
	return wander(n, fabs(v[0].number), v[0].number < 0 ? -1 : 1, span, e, out);
}

static int chunk_back_query(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
			    struct hap_list *out)
{
	return wander(n, fabs(v[0].number), v[0].number < 0 ? 1 : -1, span, e, out);
}

static const struct param_ops chunk_ops = { .query = chunk_query };
static const struct param_ops chunk_back_ops = { .query = chunk_back_query };

static const struct pattern *chunk_of(struct arena *a, const struct param_ops *ops, const struct pattern *n,
				      struct pattern_fn fn, const struct pattern *p)
{
	const struct pattern *children[] = { n, p, p ? fn.apply(fn.ctx, a, p) : NULL };
	return param_pattern(a, ops, children, 1, 2);
}

/* Every cycle is repeated until the transform has been in all of its parts. */
static const struct pattern *repeated(struct arena *a, const struct param_ops *ops, const struct transform_arg *args,
				      const struct pattern *p)
{
	const struct pattern *n = args[0].pattern, *held = pattern_hold(a, n);
	return pattern_release(a, held, n, chunk_of(a, ops, held, args[1].fn, pattern_repeat(a, held, p)));
}

static const struct pattern *chunk_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					 const struct pattern *p)
{
	(void)site;
	return repeated(a, &chunk_ops, args, p);
}

const struct transform_def transform_chunk = {
	.name = "chunk",
	.doc = "Divides the cycle into n parts and transforms one of them, the next one every cycle.",
	.example = "out $ s \"bd sn hh cp\" $ chunk 4 (fast 2)",
	.params = { { .name = "n", .unit = "parts", .min = -1024, .max = 1024, .doc = "parts of the cycle" },
		    { .name = "transform", .kind = TRANSFORM_FUNCTION, .doc = "what is done to the part" } },
	.n_params = 2,
	.apply = chunk_apply,
};

static const struct pattern *chunk_back_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					      const struct pattern *p)
{
	(void)site;
	return repeated(a, &chunk_back_ops, args, p);
}

const struct transform_def transform_chunkBack = {
	.name = "chunkBack",
	.aliases = { "chunk'" },
	.doc = "As chunk, from the last part to the first.",
	.example = "out $ s \"bd sn hh cp\" $ chunkBack 4 (fast 2)",
	.params = { { .name = "n", .unit = "parts", .min = -1024, .max = 1024, .doc = "parts of the cycle" },
		    { .name = "transform", .kind = TRANSFORM_FUNCTION, .doc = "what is done to the part" } },
	.n_params = 2,
	.apply = chunk_back_apply,
};

static const struct pattern *fast_chunk_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					      const struct pattern *p)
{
	const struct pattern *n = args[0].pattern, *held = pattern_hold(a, n);

	(void)site;
	return pattern_release(a, held, n, chunk_of(a, &chunk_ops, held, args[1].fn, p));
}

const struct transform_def transform_fastChunk = {
	.name = "fastChunk",
	.doc = "As chunk, on cycles that go on instead of being repeated.",
	.example = "out $ s \"<bd cp> sn hh cp\" $ fastChunk 4 (fast 2)",
	.params = { { .name = "n", .unit = "parts", .min = -1024, .max = 1024, .doc = "parts of the cycle" },
		    { .name = "transform", .kind = TRANSFORM_FUNCTION, .doc = "what is done to the part" } },
	.n_params = 2,
	.apply = fast_chunk_apply,
};
