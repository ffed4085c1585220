/* rot: the values of a cycle moved to other events. */
#include <math.h>

#include "render/pattern/node.h"
#include "render/pattern/transform.h"

/* Gives each of the n haps the value of the one `by` places further on. -1 when the arena is exhausted. */
static int rotate_values(struct arena *a, struct hap *haps, size_t n, int64_t by)
{
	struct hap *old = ARENA_ARRAY(a, n, struct hap);
	size_t shift = n ? (size_t)((by % (int64_t)n + (int64_t)n) % (int64_t)n) : 0;

	if (!old)
		return -1;
	for (size_t i = 0; i < n; i++)
		old[i] = haps[i];
	for (size_t i = 0; i < n; i++) {
		haps[i].value = old[(i + shift) % n].value;
		haps[i].source = old[(i + shift) % n].source;
	}
	return 0;
}

/* Which events there are shows only in the whole cycle. */
static int rot_query(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
		     struct hap_list *out)
{
	struct cycle_iter it = cycles_begin(span);
	int64_t by = fabs(v[0].number) < 1e15 ? (int64_t)floor(v[0].number) : 0;
	int more;

	while ((more = cycles_next(&it, e)) > 0) {
		size_t from = out->n;
		struct hap_list cycle;
		if (node_query(param_content(n, 0), cycle_of(it.piece.begin), e, out) < 0)
			return -1;
		cycle = (struct hap_list){ out->haps + from, out->n - from, out->n - from };
		hap_list_sort(&cycle);
		if (rotate_values(e->arena, cycle.haps, cycle.n, by) < 0)
			return eval_fail_memory(e);
		haps_cut(out, from, it.piece);
	}
	return more;
}

static const struct param_ops rot_ops = { .query = rot_query };

static const struct pattern *rot_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
				       const struct pattern *p)
{
	const struct pattern *children[] = { args[0].pattern, p };

	(void)site;
	return param_pattern(a, &rot_ops, children, 1, 1);
}

const struct transform_def transform_rot = {
	.name = "rot",
	.doc = "Moves the values of a cycle n events to the left, and keeps the rhythm.",
	.example = "out $ s \"bd sn [hh hh] cp\" $ rot 1",
	.params = { { .name = "n", .unit = "events", .min = -1000000, .max = 1000000, .doc = "how many events" } },
	.n_params = 1,
	.apply = rot_apply,
};
