/* range, quantize and other functions of numbers, over all the numbers of a pattern. */
#include <math.h>

#include "render/pattern/node.h"
#include "render/pattern/transform.h"

/* --- With parameters -------------------------------------------------------------------------------------- */

struct numeric {
	double (*fn)(double x, double p, double q);
};

static int numeric_query(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
			 struct hap_list *out)
{
	const struct numeric *f = n->ctx;
	size_t from = out->n;

	if (node_query(param_content(n, 0), span, e, out) < 0)
		return -1;
	for (size_t i = from; i < out->n; i++) {
		double x;
		if (value_to_number(&out->haps[i].value, &x))
			out->haps[i].value = value_number(f->fn(x, v[0].number, v[1].number));
	}
	return 0;
}

static const struct param_ops numeric_ops = { .query = numeric_query, .period = PERIOD_COMMON };

static const struct pattern *numeric(struct arena *a, const struct numeric *f, const struct transform_arg *args,
				     unsigned n_params, const struct pattern *p)
{
	const struct pattern *children[] = { n_params > 0 ? args[0].pattern : pattern_number(a, 0),
					     n_params > 1 ? args[1].pattern : pattern_number(a, 0), p };
	struct param_node *n = param_node_new(a, &numeric_ops, children, 2, 1);

	if (!n)
		return NULL;
	n->ctx = f;
	return &n->base;
}

static double in_range(double x, double low, double high)
{
	return low + x * (high - low);
}

static double in_exponential_range(double x, double low, double high)
{
	return low > 0 && high > 0 ? exp(in_range(x, log(low), log(high))) : 0;
}

static double to_step(double x, double step, double unused)
{
	(void)unused;
	return step > 0 ? floor(x / step + 0.5) * step : x;
}

/* NAME(word, function, parameters): word_apply applies function to all numbers. */
#define NUMERIC(word, function, parameters)                                                                            \
	static const struct pattern *word##_apply(struct arena *a, const struct transform_arg *args, uint64_t site,    \
						  const struct pattern *p)                                             \
	{                                                                                                              \
		static const struct numeric f = { function };                                                          \
		(void)site;                                                                                            \
		return numeric(a, &f, args, parameters, p);                                                            \
	}

NUMERIC(range, in_range, 2)
NUMERIC(rangex, in_exponential_range, 2)
NUMERIC(quantize, to_step, 1)

const struct transform_def transform_range = {
	.name = "range",
	.doc = "Takes numbers from 0 to 1 to a range.",
	.example = "out $ s \"bd*4\" # gain (\"0 0.25 0.5 1\" $ range 0.5 1)",
	.params = { { .name = "low", .min = -1e9, .max = 1e9, .doc = "what 0 becomes" },
		    { .name = "high", .min = -1e9, .max = 1e9, .doc = "what 1 becomes" } },
	.n_params = 2,
	.apply = range_apply,
};

const struct transform_def transform_rangex = {
	.name = "rangex",
	.doc = "Takes numbers from 0 to 1 to a range, exponentially: for frequencies.",
	.example = "out $ s \"bd*4\" # speed (\"0 0.25 0.5 1\" $ rangex 0.5 2)",
	.params = { { .name = "low", .min = 1e-9, .max = 1e9, .doc = "what 0 becomes" },
		    { .name = "high", .min = 1e-9, .max = 1e9, .doc = "what 1 becomes" } },
	.n_params = 2,
	.apply = rangex_apply,
};

const struct transform_def transform_quantize = {
	.name = "quantize",
	.aliases = { "quantise" },
	.doc = "Rounds numbers to multiples of a step.",
	.example = "out $ s \"blip*4\" # note (\"0 3.2 4.9 7\" $ quantize 1)",
	.params = { { .name = "step", .min = 0, .max = 1e9, .doc = "the step" } },
	.n_params = 1,
	.apply = quantize_apply,
};

/* --- Without ---------------------------------------------------------------------------------------------- */

static double rounded(double x, double p, double q)
{
	(void)p, (void)q;
	return floor(x + 0.5);
}

static double rounded_down(double x, double p, double q)
{
	(void)p, (void)q;
	return floor(x);
}

static double rounded_up(double x, double p, double q)
{
	(void)p, (void)q;
	return ceil(x);
}

static double exponential(double x, double p, double q)
{
	(void)p, (void)q;
	return exp(fmin(x, 700));
}

static double logarithm(double x, double p, double q)
{
	(void)p, (void)q;
	return x > 0 ? log(x) : 0;
}

NUMERIC(round, rounded, 0)
NUMERIC(floor, rounded_down, 0)
NUMERIC(ceil, rounded_up, 0)
NUMERIC(exp, exponential, 0)
NUMERIC(log, logarithm, 0)

#define NUMERIC_DEF(word, text)                                                                                        \
	const struct transform_def transform_##word = {                                                                \
		.name = #word,                                                                                         \
		.doc = text,                                                                                           \
		.example = "out $ s \"blip*4\" # note (\"0 1.2 2.9 2\" $ " #word ")",                                  \
		.apply = word##_apply,                                                                                 \
	};

NUMERIC_DEF(round, "Rounds numbers to whole numbers.")
NUMERIC_DEF(floor, "Rounds numbers down.")
NUMERIC_DEF(ceil, "Rounds numbers up.")
NUMERIC_DEF(exp, "The exponential function of numbers.")
NUMERIC_DEF(log, "The natural logarithm of numbers; 0 of what has none.")
