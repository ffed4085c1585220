/* The signals: values that change all the time. */
#include "render/pattern/node.h"
#include "render/pattern/signal.h"
#include "render/pattern/source.h"

/* SHAPE(name, other, text): source_name is the signal of that name. */
#define SHAPE(word, other, text)                                                                                       \
	static const struct pattern *word##_make(struct arena *a, const struct transform_arg *args, uint64_t site)     \
	{                                                                                                              \
		(void)args;                                                                                            \
		return pattern_signal(a, #word, sizeof(#word) - 1, site);                                              \
	}                                                                                                              \
	const struct source_def source_##word = {                                                                      \
		.name = #word,                                                                                         \
		.aliases = { other },                                                                                  \
		.doc = text,                                                                                           \
		.example = "out $ s \"hh*8\" # gain (range 0.1 0.7 $ " #word ") # pan " #word,                         \
		.make = word##_make,                                                                                   \
	};

SHAPE(sine, NULL, "A sine from 0 to 1 and back in a cycle, from 0.5 upwards.")
SHAPE(sine2, NULL, "The sine from -1 to 1.")
SHAPE(cosine, NULL, "A cosine from 1 to 0 and back in a cycle.")
SHAPE(cosine2, NULL, "The cosine from -1 to 1.")
SHAPE(saw, NULL, "From 0 to 1 in a cycle.")
SHAPE(saw2, NULL, "From -1 to 1 in a cycle.")
SHAPE(isaw, NULL, "From 1 to 0 in a cycle.")
SHAPE(isaw2, NULL, "From 1 to -1 in a cycle.")
SHAPE(square, NULL, "0 in the first half of a cycle, 1 in the second.")
SHAPE(square2, NULL, "-1 in the first half of a cycle, 1 in the second.")
SHAPE(tri, "triangle", "From 0 to 1 and back in a cycle.")
SHAPE(tri2, NULL, "From -1 to 1 and back in a cycle.")
SHAPE(itri, NULL, "From 1 to 0 and back in a cycle.")
SHAPE(itri2, NULL, "From 1 to -1 and back in a cycle.")
SHAPE(rand, NULL, "A number from 0 to 1 by chance: another one for every event that asks for it.")
SHAPE(rand2, NULL, "A number from -1 to 1 by chance.")
SHAPE(perlin, NULL, "Numbers from 0 to 1 by chance, a new one every cycle and a smooth way there.")
SHAPE(time, NULL, "The time in cycles.")

/* --- Ramps ------------------------------------------------------------------------------------------------------ */

static const struct pattern *phasor_make(struct arena *a, const struct transform_arg *args, uint64_t site)
{
	return pattern_fast(a, args[0].pattern, pattern_signal(a, "saw", 3, site));
}

const struct source_def source_phasor = {
	.name = "phasor",
	.doc = "From 0 to 1, a number of times in a cycle.",
	.example = "out $ s \"hh*8\" # gain (phasor 2)",
	.params = { { .name = "speed",
		      .unit = "times",
		      .is_optional = true,
		      .def = 1,
		      .min = 0,
		      .max = 1024,
		      .doc = "times per cycle" } },
	.n_params = 1,
	.make = phasor_make,
};

const struct source_def source_ramp = {
	.name = "wedge",
	.doc = "From 0 to 1 in a cycle.",
	.example = "out $ s \"hh*8\" # gain wedge",
	.make = saw_make,
};
