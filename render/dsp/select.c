/* One of several signals, by number. */
#include "render/dsp/kernel.h"

enum { SELECT_INDEX, SELECT_FIRST };

/* The value of a place that was left empty; no signal reaches it. */
#define SELECT_EMPTY PARAM_SIGNAL_MAX

#define SELECT_PLACE(place_name)                                                                                       \
	{                                                                                                              \
		.name = (place_name), .unit = "", .def = SELECT_EMPTY, .min = -PARAM_SIGNAL_MAX,                       \
		.max = PARAM_SIGNAL_MAX, .flags = PARAM_OPTIONAL, .doc = "another"                                     \
	}

static bool is_empty(const struct node_input *in)
{
	return !in->data && in->value >= (sample)SELECT_EMPTY;
}

/* The first parameter that no call fills. Places are filled from the left. */
static unsigned params_end(const struct node_input *in)
{
	unsigned p = SELECT_FIRST + 1;

	while (p < NODE_PARAMS_MAX && !is_empty(&in[p]))
		p++;
	return p;
}

/* How many places there are in frames i..i+7, if places may also be emptied by their value. */
SIMD_INLINE f32x8 filled_places(const struct node_io *io, unsigned end, size_t i, size_t n)
{
	i32x8 is_filled = (i32x8)u32x8_splat(0xffffffffu);
	f32x8 count = f32x8_splat(1.0f), empty = f32x8_splat((sample)SELECT_EMPTY);

	for (unsigned p = SELECT_FIRST + 1; p < end; p++) {
		is_filled &= input_load(&io->in[p], i, n) < empty;
		count += f32x8_select(is_filled, f32x8_splat(1.0f), f32x8_splat(0.0f));
	}
	return count;
}

/* Round to the nearest, then modulo count, never negative. */
SIMD_INLINE f32x8 select_place(f32x8 index, f32x8 count)
{
	f32x8 nearest = f32x8_round(f32x8_clamp(index, -0x1p20f, 0x1p20f));

	return nearest - count * f32x8_floor(nearest / count);
}

SIMD_CLONES(static, select_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	unsigned end = params_end(io->in);

	(void)state;
	for (size_t i = 0; i < n; i += SIMD_LANES) {
		f32x8 place = select_place(input_load(&io->in[SELECT_INDEX], i, n), filled_places(io, end, i, n));
		f32x8 y = input_load(&io->in[SELECT_FIRST], i, n);

		for (unsigned p = SELECT_FIRST + 1; p < end; p++)
			y = f32x8_select(place == (float)(p - SELECT_FIRST), input_load(&io->in[p], i, n), y);
		output_store(io->out[0], i, n, y);
	}
}

const struct node_def node_select = {
	.name = "select",
	.doc = "the signal with that number, counted from 0 and around; all run on",
	.reference = "elementary",
	.example = "out $ select \"0 1 2 1\" (saw 110) (square 165) (tri 220) # lpf 1500 # gain 0.3",
	.params = {
		{ .name = "index", .unit = "", .min = -PARAM_SIGNAL_MAX, .max = PARAM_SIGNAL_MAX,
		  .flags = PARAM_INPUT | PARAM_LEADS, .doc = "which; rounded, modulo their number" },
		{ .name = "a", .unit = "", .min = -PARAM_SIGNAL_MAX, .max = PARAM_SIGNAL_MAX, .doc = "number 0" },
		SELECT_PLACE("b"), SELECT_PLACE("c"), SELECT_PLACE("d"), SELECT_PLACE("e"), SELECT_PLACE("f"),
		SELECT_PLACE("g"), SELECT_PLACE("h"), SELECT_PLACE("i"), SELECT_PLACE("j"), SELECT_PLACE("k"),
		SELECT_PLACE("l"), SELECT_PLACE("m"), SELECT_PLACE("n"), SELECT_PLACE("o"),
	},
	.n_params = NODE_PARAMS_MAX,
	.time_class = TIME_PURE,
	.process = select_process,
};
