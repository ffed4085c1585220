/* How long patterns take to repeat. */
#include "render/pattern/node.h"

static unsigned gcd(unsigned a, unsigned b)
{
	while (b) {
		unsigned rest = a % b;
		a = b;
		b = rest;
	}
	return a;
}

/* a * b; 0 where either is 0 or the product too large. */
static unsigned times(unsigned a, uint64_t b)
{
	return a > 0 && b <= PATTERN_PERIOD_MAX / a ? a * (unsigned)b : 0;
}

unsigned node_period(enum period_rule rule, const struct pattern *const *children, size_t n)
{
	unsigned common = 1;

	if (rule != PERIOD_COMMON && rule != PERIOD_TURNS)
		return 0;
	for (size_t i = 0; i < n; i++) {
		unsigned own = children[i]->period;
		common = own ? times(common, own / gcd(common, own)) : 0;
		if (common == 0)
			return 0;
	}
	return rule == PERIOD_TURNS ? times(common, n) : common;
}

unsigned param_period(const struct param_node *n)
{
	struct rational factor = n->constant[0].exact;
	bool is_scaled = n->is_constant && rational_is_valid(factor) && factor.num > 0;

	switch (n->ops->period) {
	case PERIOD_FAST:
		return is_scaled ? times(param_content(n, 0)->period, (uint64_t)factor.den) : 0;
	case PERIOD_SLOW:
		return is_scaled ? times(param_content(n, 0)->period, (uint64_t)factor.num) : 0;
	case PERIOD_COMMON:
		return node_period(PERIOD_COMMON, n->base.children, n->base.n_children);
	case PERIOD_TURNS:
	case PERIOD_UNKNOWN:
		break;
	}
	return 0;
}

unsigned pattern_period(const struct pattern *p)
{
	return p->period;
}
