/* Freeze: at each onset of the trigger the spectrum of what was just heard is taken, and from then on it is held
 * instead of the signal, until the next onset takes another.
 *
 * A phase vocoder that stands still (J. L. Flanagan, R. M. Golden, "Phase vocoder", 1966; M. Dolson, "The phase
 * vocoder: a tutorial", 1986). Two transforms, of the last FFT_FRAMES and of as many one hop earlier, give each bin
 * a level and the turn of its phase over one hop; turning every bin on by as much per hop and adding the windowed
 * inverse transforms goes on with each partial at its own frequency and phase, instead of looping one grain. The
 * bins around a peak turn with it (identity phase locking: J. Laroche, M. Dolson, "Improved phase vocoder
 * time-scale modification of audio", IEEE Trans. Speech Audio Processing 7(3), 1999), or they would drift apart and
 * lose level. Both transforms are one: of the two real signals as real and imaginary part.
 *
 * The first frame added begins at the onset, so the held sound fades in under its window over three hops while what
 * it replaces runs out: the windows of the spectrum held before, or the dry signal, which is faded out. Onsets
 * nearer than a hop to the last one are passed over. KissFFT's plans live in the state; they hold no pointers. */
#include <kiss_fft.h>

#include "render/dsp/delay_line.h"
#include "render/dsp/gate.h"

enum { FREEZE_IN, FREEZE_TRIGGER, FREEZE_PARAMS };
enum { FFT_FRAMES = 2048, HOP_FRAMES = FFT_FRAMES / 4, BINS = FFT_FRAMES / 2 + 1, FADE_FRAMES = 3 * HOP_FRAMES };

struct freeze {
	float window[FFT_FRAMES];           /* Hann */
	kiss_fft_cpx bin[BINS], turn[BINS]; /* spectrum of the next frame; its turn per hop */
	kiss_fft_cpx time[FFT_FRAMES], spectrum[FFT_FRAMES];
	sample heard[2 * FFT_FRAMES]; /* ring of the input */
	sample held[FFT_FRAMES];      /* ring of the output to come; what was read is 0 */
	uint32_t frame;               /* since frame 0 */
	uint32_t n_since;             /* frames since the last onset, up to HOP_FRAMES */
	uint32_t n_hop;               /* frames since the last frame of held sound began */
	uint32_t n_faded;             /* frames since the first onset, up to FADE_FRAMES */
	float trigger;                /* of the frame before */
	bool is_holding;
	size_t plan_bytes;         /* of each of the two plans below */
	_Alignas(64) char plans[]; /* forward, inverse */
};

static size_t plan_bytes(void)
{
	size_t bytes = 0;

	kiss_fft_alloc(FFT_FRAMES, 0, NULL, &bytes);
	return (bytes + 63) / 64 * 64;
}

static kiss_fft_cfg plan_of(struct freeze *f, bool is_inverse)
{
	return (kiss_fft_cfg)(void *)(f->plans + (is_inverse ? f->plan_bytes : 0));
}

static size_t freeze_state_bytes(const struct node_env *env, const struct node_input *in)
{
	(void)env;
	(void)in;
	return sizeof(struct freeze) + 2 * plan_bytes();
}

static void freeze_reset(void *state, const struct node_env *env, const struct node_input *in)
{
	struct freeze *f = state;

	memset(f, 0, freeze_state_bytes(env, in));
	f->plan_bytes = plan_bytes();
	for (int is_inverse = 0; is_inverse < 2; is_inverse++) {
		size_t bytes = f->plan_bytes;

		kiss_fft_alloc(FFT_FRAMES, is_inverse, plan_of(f, is_inverse), &bytes);
	}
	for (unsigned i = 0; i < FFT_FRAMES; i++)
		f->window[i] = (float)(0.5 - 0.5 * f64_cos2pi(i / (double)FFT_FRAMES));
}

static kiss_fft_cpx times(kiss_fft_cpx a, kiss_fft_cpx b)
{
	return (kiss_fft_cpx){ a.r * b.r - a.i * b.i, a.r * b.i + a.i * b.r };
}

/* a / |a|, or 1 for almost nothing. */
static kiss_fft_cpx unit_of(kiss_fft_cpx a)
{
	float square = a.r * a.r + a.i * a.i, scale;

	if (!(square > 1e-30f && square < 1e30f))
		return (kiss_fft_cpx){ 1.0f, 0.0f };
	scale = 1.0f / __builtin_sqrtf(square);
	return (kiss_fft_cpx){ a.r * scale, a.i * scale };
}

/* a times i^n. */
static kiss_fft_cpx quarter_turns(kiss_fft_cpx a, uint32_t n)
{
	switch (n % 4) {
	case 1:
		return (kiss_fft_cpx){ -a.i, a.r };
	case 2:
		return (kiss_fft_cpx){ -a.r, -a.i };
	case 3:
		return (kiss_fft_cpx){ a.i, -a.r };
	default:
		return a;
	}
}

/* The turn of a peak at bin k: k quarters of a turn and, as a partial is at most half a bin from its peak, up to an
 * eighth more or less. What turns otherwise is noise, and its windows would cancel each other. */
static kiss_fft_cpx partial_turn(kiss_fft_cpx turn, uint32_t k)
{
	const float eighth =
		0.70710678f; /* cos and sin of an eighth of a turn: half a bin over a hop of a quarter frame */
	kiss_fft_cpx off = quarter_turns(turn, 4 - k % 4);

	if (off.r < eighth)
		off = (kiss_fft_cpx){ eighth, off.i < 0 ? -eighth : eighth };
	return quarter_turns(off, k);
}

static float power_of(const struct freeze *f, uint32_t k)
{
	return f->bin[k].r * f->bin[k].r + f->bin[k].i * f->bin[k].i;
}

static bool is_peak(const struct freeze *f, uint32_t k)
{
	float here = power_of(f, k);

	return (k < 1 || here > power_of(f, k - 1)) && (k < 2 || here > power_of(f, k - 2)) &&
	       (k + 1 >= BINS || here >= power_of(f, k + 1)) && (k + 2 >= BINS || here >= power_of(f, k + 2));
}

/* Gives each bin the turn of the nearest peak. */
static void turns_lock(struct freeze *f)
{
	uint32_t from = 0, last = BINS;

	for (uint32_t k = 0; k < BINS; k++) {
		if (!is_peak(f, k))
			continue;
		f->turn[k] = partial_turn(f->turn[k], k);
		for (uint32_t j = from; j < k; j++)
			f->turn[j] = f->turn[last < BINS && j - last < k - j ? last : k];
		from = k + 1;
		last = k;
	}
	for (uint32_t j = from; j < BINS && last < BINS; j++)
		f->turn[j] = f->turn[last];
}

/* Level and turn of every bin from the frames before the present one. */
static void spectrum_take(struct freeze *f)
{
	uint32_t mask = 2 * FFT_FRAMES - 1, start = f->frame - FFT_FRAMES;

	for (uint32_t i = 0; i < FFT_FRAMES; i++)
		f->time[i] = (kiss_fft_cpx){ f->heard[(start + i) & mask] * f->window[i],
					     f->heard[(start - HOP_FRAMES + i) & mask] * f->window[i] };
	kiss_fft(plan_of(f, false), f->time, f->spectrum);
	for (uint32_t k = 0; k < BINS; k++) {
		kiss_fft_cpx z = f->spectrum[k], w = f->spectrum[(FFT_FRAMES - k) % FFT_FRAMES];
		kiss_fft_cpx now = { 0.5f * (z.r + w.r), 0.5f * (z.i - w.i) };
		kiss_fft_cpx before = { 0.5f * (z.i + w.i), 0.5f * (w.r - z.r) }, back = { before.r, -before.i };

		f->bin[k] = now;
		f->turn[k] = unit_of(times(unit_of(now), unit_of(back)));
	}
	turns_lock(f);
	for (unsigned hop = 0; hop < FFT_FRAMES / HOP_FRAMES - 1; hop++)
		for (uint32_t k = 0; k < BINS; k++)
			f->bin[k] = times(f->bin[k], f->turn[k]);
}

/* Turns the bins by one hop and adds their frame to the output from the present one on. */
static void frame_add(struct freeze *f)
{
	const float scale = 1.0f / (1.5f * FFT_FRAMES); /* the squares of four Hann windows add up to 1.5 */

	for (uint32_t k = 0; k < BINS; k++) {
		f->bin[k] = times(f->bin[k], f->turn[k]);
		f->spectrum[k] = f->bin[k];
		f->spectrum[(FFT_FRAMES - k) % FFT_FRAMES] = (kiss_fft_cpx){ f->bin[k].r, -f->bin[k].i };
	}
	kiss_fft(plan_of(f, true), f->spectrum, f->time);
	for (uint32_t i = 0; i < FFT_FRAMES; i++)
		f->held[(f->frame + i) % FFT_FRAMES] += f->time[i].r * f->window[i] * scale;
}

/* Share of the dry signal: 1 before the first onset, 0 from three hops after it on. */
static float dry_level(const struct freeze *f)
{
	float t = (float)f->n_faded / FADE_FRAMES;

	return 1.0f - t * t * (3.0f - 2.0f * t);
}

/* Begins a frame of held sound where one is due. */
static void hold_follow(struct freeze *f, bool is_onset)
{
	if (is_onset && (!f->is_holding || f->n_since == HOP_FRAMES)) {
		spectrum_take(f);
		f->is_holding = true;
		f->n_since = f->n_hop = 0;
	}
	if (f->is_holding && f->n_hop % HOP_FRAMES == 0) {
		frame_add(f);
		f->n_hop = 0;
	}
}

static sample freeze_tick(struct freeze *f, sample x, float trigger)
{
	sample *held = &f->held[f->frame % FFT_FRAMES], out;

	hold_follow(f, gate_is_onset(f->trigger, trigger));
	out = x * dry_level(f) + *held;
	*held = 0;
	f->heard[f->frame % (2 * FFT_FRAMES)] = x;
	f->trigger = trigger;
	f->n_faded += f->is_holding && f->n_faded < FADE_FRAMES;
	f->n_since += f->n_since < HOP_FRAMES;
	f->n_hop++;
	f->frame++;
	return out;
}

static void freeze_process(void *state, const struct node_io *io, size_t n)
{
	for (size_t i = 0; i < n; i++)
		io->out[0][i] = freeze_tick(state, node_input_at(&io->in[FREEZE_IN], i),
					    node_input_at(&io->in[FREEZE_TRIGGER], i));
}

/* What is held does not end; without an onset there is nothing. */
static double freeze_tail_s(const struct node_env *env, const struct node_input *in)
{
	(void)in;
	return FFT_FRAMES / env->sample_rate_hz;
}

const struct node_def node_freeze = {
	.name = "freeze",
	.doc = "holds the sound of the moment before each onset of a trigger",
	.reference = "M. Dolson, The phase vocoder: a tutorial, Computer Music Journal 10(4), 1986",
	.example = "out $ saw \"110 165 82.5 123\" # lpf 1500 # freeze \"~ t ~ t\" # gain 0.5",
	.params = {
		PARAM_IN,
		{ .name = "trigger", .unit = "", .min = 0, .max = 2, .flags = PARAM_GATE,
		  .doc = "takes the spectrum at each rise through 0.5, at most every 512 frames" },
	},
	.n_params = FREEZE_PARAMS,
	.time_class = TIME_CARRY,
	.state_bytes = freeze_state_bytes,
	.reset = freeze_reset,
	.process = freeze_process,
	.tail_s = freeze_tail_s,
};
