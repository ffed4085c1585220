/* Signals: values that change all the time. A query gets the value at its begin. */
#include "render/pattern/signal.h"

#include <math.h>
#include <string.h>

#include "render/pattern/node.h"

struct signal {
	struct pattern base;
	double (*at)(const struct eval *e, uint64_t site, struct rational t);
	uint64_t site;
	bool is_bipolar; /* 0..1 becomes -1..1 */
};

static int signal_query(const struct pattern *p, struct timespan span, struct eval *e, struct hap_list *out)
{
	const struct signal *n = (const struct signal *)p;
	struct hap *h = haps_push(out, e);
	double x;

	if (!h)
		return -1;
	x = n->at(e, n->site, span.begin);
	h->part = span;
	h->value = value_number(n->is_bipolar ? 2 * x - 1 : x);
	return 0;
}

static const struct pattern_ops signal_ops = { .query = signal_query };

/* --- Shapes ----------------------------------------------------------------------------------------------- */

static double position(struct rational t)
{
	return rational_to_double(rational_sub(t, rational_int(rational_floor(t))));
}

static double sine_at(const struct eval *e, uint64_t site, struct rational t)
{
	(void)e, (void)site;
	return (1 + sin(2 * M_PI * rational_to_double(t))) / 2;
}

static double cosine_at(const struct eval *e, uint64_t site, struct rational t)
{
	(void)e, (void)site;
	return (1 + sin(2 * M_PI * (rational_to_double(t) + 0.25))) / 2;
}

static double saw_at(const struct eval *e, uint64_t site, struct rational t)
{
	(void)e, (void)site;
	return position(t);
}

static double isaw_at(const struct eval *e, uint64_t site, struct rational t)
{
	(void)e, (void)site;
	return 1 - position(t);
}

static double square_at(const struct eval *e, uint64_t site, struct rational t)
{
	(void)e, (void)site;
	return position(t) >= 0.5;
}

static double time_at(const struct eval *e, uint64_t site, struct rational t)
{
	(void)e, (void)site;
	return rational_to_double(t);
}

/* From the number of this cycle to that of the next along the smoothstep of Perlin, "Improving Noise" (2002). */
static double perlin_at(const struct eval *e, uint64_t site, struct rational t)
{
	int64_t cycle = rational_floor(t);
	double from = eval_random(e, site, rational_int(cycle)), to = eval_random(e, site, rational_int(cycle + 1));
	double x = position(t);
	return from + x * x * x * (x * (x * 6 - 15) + 10) * (to - from);
}

static const struct pattern *wave(struct arena *a, double (*at)(const struct eval *e, uint64_t site, struct rational t),
				  bool is_bipolar, uint64_t site)
{
	struct signal *n = node_new(a, sizeof *n, &signal_ops, NULL, 0);

	if (!n)
		return NULL;
	n->base.flow = at == eval_random ? FLOW_CHANCE : FLOW_SMOOTH;
	n->at = at;
	n->is_bipolar = is_bipolar;
	n->site = site;
	return &n->base;
}

/* Up in the first half and down in the second, or the other way round. */
static const struct pattern *triangle(struct arena *a, bool is_inverse, bool is_bipolar)
{
	const struct pattern *halves[] = { wave(a, is_inverse ? isaw_at : saw_at, is_bipolar, 0),
					   wave(a, is_inverse ? saw_at : isaw_at, is_bipolar, 0) };
	return pattern_fastcat(a, halves, 2);
}

static const struct {
	const char *name;
	double (*at)(const struct eval *e, uint64_t site, struct rational t); /* NULL: a triangle */
	bool is_bipolar, is_inverse;
} shapes[] = {
	{ "sine", sine_at, false, false },     { "sine2", sine_at, true, false },
	{ "cosine", cosine_at, false, false }, { "cosine2", cosine_at, true, false },
	{ "saw", saw_at, false, false },       { "saw2", saw_at, true, false },
	{ "isaw", isaw_at, false, false },     { "isaw2", isaw_at, true, false },
	{ "square", square_at, false, false }, { "square2", square_at, true, false },
	{ "tri", NULL, false, false },         { "tri2", NULL, true, false },
	{ "itri", NULL, false, true },         { "itri2", NULL, true, true },
	{ "rand", eval_random, false, false }, { "rand2", eval_random, true, false },
	{ "perlin", perlin_at, false, false }, { "time", time_at, false, false },
};

static int find_shape(const char *name, size_t len)
{
	for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
		if (strlen(shapes[i].name) == len && memcmp(shapes[i].name, name, len) == 0)
			return (int)i;
	return -1;
}

bool pattern_signal_exists(const char *name, size_t len)
{
	return find_shape(name, len) >= 0;
}

const struct pattern *pattern_signal(struct arena *a, const char *name, size_t len, uint64_t site)
{
	int i = find_shape(name, len);

	if (i < 0)
		return NULL;
	if (!shapes[i].at)
		return triangle(a, shapes[i].is_inverse, shapes[i].is_bipolar);
	return wave(a, shapes[i].at, shapes[i].is_bipolar, site);
}

/* --- Choices ---------------------------------------------------------------------------------------------- */

static int irand_query(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
		       struct hap_list *out)
{
	struct hap *h = haps_push(out, e);

	if (!h)
		return -1;
	h->part = span;
	h->value = value_number(floor(eval_random(e, n->site, span.begin) * v[0].number));
	return 0;
}

static const struct param_ops irand_ops = { .query = irand_query };

const struct pattern *pattern_irand(struct arena *a, const struct pattern *n, uint64_t site)
{
	struct param_node *node = param_node_new(a, &irand_ops, &n, 1, 0);

	if (!node)
		return NULL;
	if (node->base.flow < FLOW_CHANCE)
		node->base.flow = FLOW_CHANCE;
	node->site = site;
	return &node->base;
}

struct wchoose {
	struct pattern base; /* children: the values */
	const double *sums;  /* of the weights up to and with each child */
	uint64_t site;
};

/* The first child whose sum is above r times the total. */
static unsigned choose_weighted(const struct wchoose *n, double r)
{
	unsigned last = n->base.n_children - 1, i = 0;

	r *= n->sums[last];
	while (i < last && n->sums[i] <= r)
		i++;
	return i;
}

static int wchoose_query(const struct pattern *p, struct timespan span, struct eval *e, struct hap_list *out)
{
	const struct wchoose *n = (const struct wchoose *)p;
	size_t from = out->n;

	if (node_query(p->children[choose_weighted(n, eval_random(e, n->site, span.begin))],
		       (struct timespan){ span.begin, span.begin }, e, out) < 0)
		return -1;
	for (size_t i = from; i < out->n; i++) {
		out->haps[i].has_whole = false;
		out->haps[i].part = span;
	}
	return 0;
}

static int wrandcat_query(const struct pattern *p, struct timespan span, struct eval *e, struct hap_list *out)
{
	const struct wchoose *n = (const struct wchoose *)p;
	struct cycle_iter it = cycles_begin(span);
	int more;

	while ((more = cycles_next(&it, e)) > 0) {
		unsigned i = choose_weighted(n, eval_random(e, n->site, rational_int(it.cycle)));
		if (node_query(p->children[i], it.piece, e, out) < 0)
			return -1;
	}
	return more;
}

static const struct pattern_ops wchoose_ops = { .query = wchoose_query };
static const struct pattern_ops wrandcat_ops = { .query = wrandcat_query, .certain = CERTAIN_LEAST };

static struct pattern *weighted(struct arena *a, const struct pattern_ops *ops, const struct pattern *const *ps,
				const double *weights, size_t n, uint64_t site)
{
	struct wchoose *node = node_new(a, sizeof *node, ops, ps, n);
	double *sums = ARENA_ARRAY(a, n, double), sum = 0;

	if (!node || !sums)
		return NULL;
	for (size_t i = 0; i < n; i++)
		sums[i] = sum += weights ? weights[i] : 1;
	node->sums = sums;
	node->site = site;
	return &node->base;
}

const struct pattern *pattern_wchoose(struct arena *a, const struct pattern *const *ps, const double *weights, size_t n,
				      uint64_t site)
{
	struct pattern *p = n ? weighted(a, &wchoose_ops, ps, weights, n, site) : NULL;

	if (!n)
		return pattern_silence(a);
	if (p)
		p->flow = FLOW_CHANCE; /* its values are those of an instant, whatever they are drawn from */
	return p;
}

const struct pattern *pattern_wrandcat(struct arena *a, const struct pattern *const *ps, const double *weights,
				       size_t n, uint64_t site)
{
	return n ? weighted(a, &wrandcat_ops, ps, weights, n, site) : pattern_silence(a);
}

/* --- Choices made elsewhere ------------------------------------------------------------------------------- */

/* Parameter: 0..1; contents: what is chosen from. */
static int choose_by_query(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
			   struct hap_list *out)
{
	double count = n->base.n_children - n->base.n_params, i = floor(v[0].number * count);
	return node_query(param_content(n, (unsigned)fmin(fmax(i, 0), count - 1)), span, e, out);
}

static const struct param_ops choose_by_ops = { .query = choose_by_query, .certain = CERTAIN_LEAST };

const struct pattern *pattern_choose_by(struct arena *a, const struct pattern *position,
					const struct pattern *const *ps, size_t n)
{
	const struct pattern **children = ARENA_ARRAY(a, n + 1, const struct pattern *);

	if (!children || !n || n > NODE_COPIES_MAX)
		return NULL;
	children[0] = position;
	memcpy(children + 1, ps, n * sizeof *ps);
	return param_pattern(a, &choose_by_ops, children, 1, (unsigned)n);
}

/* --- seed ------------------------------------------------------------------------------------------------- */

static int seed_query(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
		      struct hap_list *out)
{
	struct rational outer = e->chance_shift;
	int rc;

	e->chance_shift = rational_add(outer, v[0].exact);
	rc = rational_is_valid(e->chance_shift) ? node_query(param_content(n, 0), span, e, out) : eval_fail_time(e);
	e->chance_shift = outer;
	return rc;
}

static const struct param_ops seed_ops = { .query = seed_query };

const struct pattern *pattern_seed(struct arena *a, const struct pattern *seed, const struct pattern *p)
{
	const struct pattern *children[] = { seed, p };
	return param_pattern(a, &seed_ops, children, 1, 1);
}
