/* Breakpoints from the start of the render, or of an instrument's note, on: levels, and the seconds between them. The
 * last time serves for all that are missing; the last level is held. */
#include "render/dsp/kernel.h"

enum { SEGMENTS_LEVELS, SEGMENTS_TIMES, SEGMENTS_PARAMS };

#define SEGMENT_TIME_MAX_S 3600.0

/* One segment: seconds at which it begins and ends, its first level and its slope per second. */
struct segment {
	uint32_t idx;
	double begin_s, end_s, level, slope;
};

static double segment_length_s(const struct node_input *times, uint32_t idx)
{
	return clamp_f64(times->list[idx < times->n_list ? idx : times->n_list - 1], 0, SEGMENT_TIME_MAX_S);
}

/* The segment with a number, which begins at begin_s; after the last one a level stays for ever. */
static struct segment segment_at(const struct node_input *in, uint32_t idx, double begin_s)
{
	const struct node_input *levels = &in[SEGMENTS_LEVELS];
	double from = levels->list[idx], length_s = segment_length_s(&in[SEGMENTS_TIMES], idx);

	if (idx + 1 >= levels->n_list)
		return (struct segment){ idx, begin_s, 1e300, from, 0 };
	return (struct segment){ idx, begin_s, begin_s + length_s, from,
				 length_s > 0 ? (levels->list[idx + 1] - from) / length_s : 0 };
}

static void segments_process(void *state, const struct node_io *io, size_t n)
{
	struct segment s = segment_at(io->in, 0, 0);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		double t = (double)(io->frame + i) / io->env->sample_rate_hz;

		while (t >= s.end_s)
			s = segment_at(io->in, s.idx + 1, s.end_s);
		io->out[0][i] = (sample)(s.level + (t - s.begin_s) * s.slope);
	}
}

const struct node_def node_segments = {
	.name = "segments",
	.doc = "straight lines through levels from the start on; the last level is held",
	.reference = "linear segments",
	.example = "out $ saw 110 # lpf (segments \"200 4000 800\" \"0.5 1.5\") # gain 0.3",
	.params = {
		{ .name = "levels", .unit = "", .min = -PARAM_SIGNAL_MAX, .max = PARAM_SIGNAL_MAX, .flags = PARAM_LIST,
		  .doc = "the values to go through" },
		{ .name = "times", .unit = "s", .min = 0, .max = SEGMENT_TIME_MAX_S, .flags = PARAM_LIST,
		  .doc = "from each level to the next; 0 jumps" },
	},
	.n_params = SEGMENTS_PARAMS,
	.time_class = TIME_PURE,
	.process = segments_process,
};
