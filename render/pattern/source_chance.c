/* Sources that draw by lot. */
#include "render/pattern/node.h"
#include "render/pattern/signal.h"
#include "render/pattern/source.h"

/* --- Numbers ---------------------------------------------------------------------------------------------------- */

static const struct pattern *irand_make(struct arena *a, const struct transform_arg *args, uint64_t site)
{
	return pattern_irand(a, args[0].pattern, site);
}

const struct source_def source_irand = {
	.name = "irand",
	.doc = "A whole number from 0 to n - 1 by chance: another one for every event that asks for it.",
	.example = "out $ s \"blip*8\" # n (irand 8 $ segment 4)",
	.params = { { .name = "n", .min = 0, .max = 1e9, .doc = "how many numbers there are" } },
	.n_params = 1,
	.make = irand_make,
};

/* irand low high is low + irand (high - low + 1). */
static const struct pattern *irand_between_make(struct arena *a, const struct transform_arg *args, uint64_t site)
{
	const struct pattern *low = args[0].pattern, *high = args[1].pattern;
	const struct pattern *count =
		pattern_combine(a, PATTERN_ADD, STRUCTURE_LEFT,
				pattern_combine(a, PATTERN_SUB, STRUCTURE_BOTH, high, low), pattern_number(a, 1));
	return pattern_combine(a, PATTERN_ADD, STRUCTURE_LEFT, pattern_irand(a, count, site), low);
}

const struct source_def source_irand_between = {
	.name = "irand",
	.doc = "A whole number from low to high by chance, both included.",
	.example = "out $ s \"blip*8\" # note (irand -5 7)",
	.params = { { .name = "low", .min = -1e9, .max = 1e9, .doc = "the lowest number" },
		    { .name = "high", .min = -1e9, .max = 1e9, .doc = "the highest number" } },
	.n_params = 2,
	.make = irand_between_make,
};

/* --- One of a list ---------------------------------------------------------------------------------------------- */

static const struct pattern *choose_make(struct arena *a, const struct transform_arg *args, uint64_t site)
{
	return pattern_wchoose(a, args[0].parts, NULL, args[0].n_parts, site);
}

const struct source_def source_choose = {
	.name = "choose",
	.doc = "One value of a list by chance: one per cycle in s, else one for every event that asks for it.",
	.example = "out $ s (choose [\"bd\", \"sn\", \"cp\"])",
	.params = { { .name = "values", .kind = TRANSFORM_PARTS, .doc = "what is chosen from" } },
	.n_params = 1,
	.make = choose_make,
};

static const struct pattern *wchoose_make(struct arena *a, const struct transform_arg *args, uint64_t site)
{
	return pattern_wchoose(a, args[0].parts, args[0].weights, args[0].n_parts, site);
}

const struct source_def source_wchoose = {
	.name = "wchoose",
	.doc = "As choose, where every value has a weight: one with weight 3 comes three times as often.",
	.example = "out $ s (wchoose [[\"bd\", 3], [\"sn\", 1]] $ segment 4)",
	.params = { { .name = "values",
		      .kind = TRANSFORM_WEIGHTED,
		      .doc = "what is chosen from, with weights: [[a, 3], [b, 1]]" } },
	.n_params = 1,
	.make = wchoose_make,
};

static const struct pattern *choose_by_make(struct arena *a, const struct transform_arg *args, uint64_t site)
{
	(void)site;
	return pattern_choose_by(a, args[0].pattern, args[1].parts, args[1].n_parts);
}

const struct source_def source_chooseBy = {
	.name = "chooseBy",
	.doc = "The one of a list that a number from 0 to 1 points at.",
	.example = "out $ s (chooseBy (rand $ segment 4) [\"bd\", \"sn\", \"cp\"])",
	.params = { { .name = "position", .min = 0, .max = 1, .doc = "where in the list, from 0 to 1" },
		    { .name = "values", .kind = TRANSFORM_PARTS, .doc = "what is chosen from" } },
	.n_params = 2,
	.make = choose_by_make,
};

static const struct pattern *randcat_make(struct arena *a, const struct transform_arg *args, uint64_t site)
{
	return pattern_wrandcat(a, args[0].parts, NULL, args[0].n_parts, site);
}

const struct source_def source_randcat = {
	.name = "randcat",
	.aliases = { "chooseCycles" },
	.doc = "One of a list by chance every cycle.",
	.example = "out $ randcat [s \"bd*2\", s \"sn hh cp\"]",
	.params = { { .name = "parts", .kind = TRANSFORM_PARTS, .doc = "what is chosen from" } },
	.n_params = 1,
	.make = randcat_make,
};

static const struct pattern *wrandcat_make(struct arena *a, const struct transform_arg *args, uint64_t site)
{
	return pattern_wrandcat(a, args[0].parts, args[0].weights, args[0].n_parts, site);
}

const struct source_def source_wrandcat = {
	.name = "wrandcat",
	.aliases = { "wchooseCycles" },
	.doc = "One of a list by chance every cycle, where every one has a weight.",
	.example = "out $ wrandcat [[s \"bd*2\", 3], [s \"sn hh cp\", 1]]",
	.params = { { .name = "parts",
		      .kind = TRANSFORM_WEIGHTED,
		      .doc = "what is chosen from, with weights: [[a, 3], [b, 1]]" } },
	.n_params = 1,
	.make = wrandcat_make,
};
