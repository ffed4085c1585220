/* Pitch shifter: two overlapping grains of 50 ms that read the past at the shifted speed.
 *
 * A new grain begins every 25 ms under a Hann window, so the two windows sum to 1. Where it begins decides what is
 * heard: at a fixed distance, the phase would jump from grain to grain, and a tone would come out at the nearest
 * multiple of 40 Hz from its own pitch instead of at the shifted one. So a grain begins where the past looks most
 * like what the grain before is playing: the largest normalised correlation within SEARCH, first on means of a few
 * frames, then frame by frame, then between frames by a parabola. Periodic sounds go on in phase, and the pitch is
 * exact. (W. Verhelst, M. Roelands, "An overlap-add technique based on waveform similarity (WSOLA)", ICASSP 1993, here
 * with resampled grains.) Both channels share the search, on their sum, so the image stays.
 *
 * At 0 semitones the grains agree and the signal passes, GRAIN_REACH frames late. */
#include <string.h>

#include "render/dsp/grain.h"

enum { SHIFT_IN, SHIFT_SEMITONES, SHIFT_PARAMS };

#define HOP_S 0.025
#define RATIO_MAX 4.0
#define SEMITONES_MAX 24.0f

enum {
	COARSE_HZ = 11025,      /* rate at which the first search looks */
	COARSE_LENGTH = 128,    /* of what is compared: 11.6 ms */
	COARSE_SEARCH = 224,    /* places: 20 ms, a period of 50 Hz */
	COARSE_FRAMES_MAX = 32, /* per mean: enough for 352 kHz */
	COMPARED_MAX = COARSE_LENGTH * COARSE_FRAMES_MAX,
	SEARCHED_MAX = (COARSE_LENGTH + COARSE_SEARCH) * COARSE_FRAMES_MAX,
};

struct shifter {
	uint64_t frame;
	uint32_t hop;
	struct line line[2];
	uint32_t coarse;             /* frames per mean of the first search */
	uint64_t playing, leaving;   /* positions of the newer and the older grain */
	sample before[COMPARED_MAX]; /* what the playing grain has played, latest first */
	sample past[SEARCHED_MAX];   /* where a new one may begin, latest first */
	sample coarse_before[COARSE_LENGTH], coarse_past[COARSE_LENGTH + COARSE_SEARCH];
	sample ring[] __attribute__((aligned(64)));
};

static uint32_t hop_frames(const struct node_env *env)
{
	return (uint32_t)(HOP_S * env->sample_rate_hz + 0.5);
}

static uint32_t coarse_frames(const struct node_env *env)
{
	return (uint32_t)clamp_f64(env->sample_rate_hz / COARSE_HZ + 0.5, 1, COARSE_FRAMES_MAX);
}

/* Floats of both lines, which are placed in line[]: as far back as the search may go from the farthest beginning, and a
 * grain's life at the lowest pitch. */
static uint32_t shifter_layout(struct line line[2], const struct node_env *env)
{
	double grain = 2.0 * hop_frames(env), search = (COARSE_LENGTH + COARSE_SEARCH + 2.0) * coarse_frames(env);
	double frames = grain * RATIO_MAX + search + 2 * GRAIN_REACH;

	return line_place(&line[1], line_place(&line[0], 0, frames), frames);
}

static size_t shifter_state_bytes(const struct node_env *env, const struct node_input *in)
{
	struct line line[2];

	(void)in;
	return sizeof(struct shifter) + shifter_layout(line, env) * sizeof(sample);
}

static void shifter_reset(void *state, const struct node_env *env, const struct node_input *in)
{
	struct shifter *s = state;

	memset(s, 0, shifter_state_bytes(env, in));
	s->hop = hop_frames(env);
	shifter_layout(s->line, env);
	s->coarse = coarse_frames(env);
	s->playing = s->leaving = grain_position(0) - grain_position(GRAIN_REACH);
}

/* --- Search ----------------------------------------------------------------------------------------------------- */

/* n is a multiple of SIMD_LANES. */
SIMD_INLINE double dot(const sample *x, const sample *y, size_t n)
{
	f32x8 sum = { 0 };

	for (size_t i = 0; i < n; i += SIMD_LANES)
		sum += f32x8_load(x + i) * f32x8_load(y + i);
	return ((double)sum[0] + (double)sum[1] + (double)sum[2] + (double)sum[3]) +
	       ((double)sum[4] + (double)sum[5] + (double)sum[6] + (double)sum[7]);
}

/* How alike: the square of the normalised correlation, with its sign, times the energy of x. */
SIMD_INLINE double likeness(const sample *x, const sample *y, size_t n)
{
	double product = dot(x, y, n), energy = dot(y, y, n);

	return energy > 1e-12 ? product * (product < 0 ? -product : product) / energy : 0;
}

/* Both channels' sum, latest first, from the frame of a position back. */
SIMD_INLINE void copy_back(const struct shifter *s, uint64_t position, sample *out, size_t n)
{
	const sample *left = s->ring + s->line[0].ring, *right = s->ring + s->line[1].ring;
	uint32_t at = (uint32_t)(position >> 32), mask = s->line[0].mask;

	for (uint32_t i = 0; i < n; i++)
		out[i] = left[(at - i) & mask] + right[(at - i) & mask];
}

SIMD_INLINE void means(const sample *in, uint32_t each, sample *out, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		sample sum = 0;
		for (uint32_t k = 0; k < each; k++)
			sum += in[i * each + k];
		out[i] = sum;
	}
}

/* Place of a parabola's top between -1/2 and 1/2, from its values at -1, 0 and 1. */
SIMD_INLINE double parabola_top(double before, double top, double after)
{
	double bend = before - 2 * top + after;

	return bend < 0 ? clamp_f64(0.5 * (before - after) / bend, -0.5, 0.5) : 0;
}

/* Frames behind the start of `past`, where it continues `before` best. */
SIMD_INLINE double best_place(struct shifter *s)
{
	size_t n = (size_t)COARSE_LENGTH * s->coarse, best = 0, first, last;
	double most = -1e300, score[2 * COARSE_FRAMES_MAX + 1];

	means(s->before, s->coarse, s->coarse_before, COARSE_LENGTH);
	means(s->past, s->coarse, s->coarse_past, COARSE_LENGTH + COARSE_SEARCH);
	for (size_t i = 0; i < COARSE_SEARCH; i++) {
		double alike = likeness(s->coarse_before, s->coarse_past + i, COARSE_LENGTH);
		best = alike > most ? i : best;
		most = alike > most ? alike : most;
	}
	first = best > 0 ? (best - 1) * s->coarse : 0;
	last = (best + 1 < COARSE_SEARCH ? best + 1 : best) * s->coarse;
	most = -1e300;
	for (size_t i = first; i <= last; i++) {
		score[i - first] = likeness(s->before, s->past + i, n);
		best = score[i - first] > most ? i : best;
		most = score[i - first] > most ? score[i - first] : most;
	}
	if (best == first || best == last)
		return (double)best;
	return (double)best + parabola_top(score[best - first - 1], most, score[best - first + 1]);
}

/* --- Grains ----------------------------------------------------------------------------------------------------- */

/* The nearest beginning from which a grain at this speed never meets the present. */
SIMD_INLINE uint64_t nearest_delay(const struct shifter *s, uint64_t step)
{
	uint64_t gain = step > grain_position(1) ? step - grain_position(1) : 0;

	return grain_position(GRAIN_REACH) + gain * 2 * s->hop;
}

/* A grain begins; now is the position of the newest sample. */
SIMD_INLINE void grain_begin(struct shifter *s, uint64_t now, uint64_t step)
{
	size_t n = (size_t)COARSE_LENGTH * s->coarse, more = (size_t)COARSE_SEARCH * s->coarse;
	/* As far between two frames as the grain before, so that whole frames lie between them. */
	uint64_t delay = nearest_delay(s, step) + ((now - nearest_delay(s, step) - s->playing) & 0xffffffffu);

	copy_back(s, s->playing, s->before, n);
	copy_back(s, now - delay, s->past, n + more);
	s->leaving = s->playing;
	s->playing = now - delay - (uint64_t)(best_place(s) * 0x1p32);
}

/* The position after one more frame, when the newest sample is at `now`. */
SIMD_INLINE uint64_t advanced(uint64_t position, uint64_t step, uint64_t now)
{
	uint64_t last = now - grain_position(GRAIN_REACH);

	position += step;
	return (int64_t)(last - position) < 0 ? last : position;
}

/* Positions and weights of frames, one after the other. */
struct readings {
	uint64_t playing[SIMD_LANES], leaving[SIMD_LANES];
	sample age[SIMD_LANES]; /* of the newer grain, in grains */
};

SIMD_INLINE void move_grains(struct shifter *s, struct readings *r, f32x8 ratio, size_t lanes)
{
	sample per_frame = 0.5f / (sample)s->hop;

	for (size_t j = 0; j < SIMD_LANES; j++) {
		uint64_t now = grain_position(s->frame), step = (uint64_t)((double)ratio[j] * 0x1p32);
		uint32_t age = (uint32_t)(s->frame % s->hop);

		if (j < lanes) {
			s->playing = advanced(s->playing, step, now);
			s->leaving = advanced(s->leaving, step, now);
			if (age == 0)
				grain_begin(s, now, step);
			s->frame++;
		}
		r->playing[j] = s->playing;
		r->leaving[j] = s->leaving;
		r->age[j] = (sample)age * per_frame;
	}
}

SIMD_INLINE void lines_write(struct shifter *s, const struct node_io *io, size_t i, size_t n)
{
	for (unsigned ch = 0; ch < 2; ch++) {
		f32x8 in = input_load(&io->in[2 * SHIFT_IN + ch], i, n);

		line_store(&s->line[ch], s->ring, (uint32_t)s->frame,
			   f32x8_clamp(in, -GRAIN_INPUT_MAX, GRAIN_INPUT_MAX), lanes_in_use(n));
	}
}

SIMD_CLONES(static, shifter_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	struct shifter *s = state;
	size_t lanes = lanes_in_use(n);

	for (size_t i = 0; i < n; i += SIMD_LANES) {
		f32x8 semitones =
			f32x8_clamp(input_load(&io->in[2 * SHIFT_SEMITONES], i, n), -SEMITONES_MAX, SEMITONES_MAX);
		struct readings r;
		f32x8 weight;

		lines_write(s, io, i, n);
		move_grains(s, &r, f32x8_exp2(semitones * (1.0f / 12.0f)), lanes);
		weight = grain_window(f32x8_load(r.age));
		for (unsigned ch = 0; ch < 2; ch++) {
			f32x8 old = grain_read(&s->line[ch], s->ring, r.leaving);
			f32x8 new = grain_read(&s->line[ch], s->ring, r.playing);

			output_store(io->out[ch], i, n, old + (new - old) * weight);
		}
	}
}

static double shifter_tail_s(const struct node_env *env, const struct node_input *in)
{
	(void)in;
	return 2 * HOP_S * RATIO_MAX + (COARSE_LENGTH + COARSE_SEARCH) * coarse_frames(env) / env->sample_rate_hz;
}

const struct node_def node_pitch_shift = {
	.name = "pitch_shift",
	.doc = "shifts the pitch and keeps the time",
	.reference = "W. Verhelst, M. Roelands, An overlap-add technique based on waveform similarity, ICASSP 1993",
	.example = "out $ s \"bass*4\" # note \"0 3 5 7\" # pitch_shift 12",
	.params = {
		PARAM_IN,
		{ .name = "semitones", .unit = "semitones", .min = -SEMITONES_MAX, .max = SEMITONES_MAX,
		  .doc = "how far up" },
	},
	.n_params = SHIFT_PARAMS,
	.time_class = TIME_CARRY,
	.is_stereo = true,
	.state_bytes = shifter_state_bytes,
	.reset = shifter_reset,
	.process = shifter_process,
	.tail_s = shifter_tail_s,
};
