/* What all drums share: finding one by name in kit_table.c, and after its family has made it, taking away what is not
 * sound, fades and level. */
#include "render/io/kit.h"

#include <stdlib.h>
#include <string.h>

#include "render/io/kit_patch.h"

#define KIT_RATE_MIN_HZ 1000.0
#define KIT_RATE_MAX_HZ 1000000.0
#define KIT_PEAK 0.8413951416451951 /* -1.5 dBFS */

/* --- Finding -------------------------------------------------------------------------------------------------- */

const char *const *kit_names(size_t *n)
{
	*n = kit_table_len;
	return kit_table_names;
}

/* As strcmp(), for a name that need not end. */
static int name_compare(const char *name, size_t len, const char *drum_name)
{
	size_t drum_len = strlen(drum_name);
	int order = memcmp(name, drum_name, len < drum_len ? len : drum_len);

	return order ? order : (len > drum_len) - (len < drum_len);
}

static const struct kit_drum *drum_find(const char *name, size_t len)
{
	size_t low = 0, high = kit_table_len;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = name_compare(name, len, kit_table[middle].name);

		if (order == 0)
			return &kit_table[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

size_t kit_count(const char *name, size_t len)
{
	const struct kit_drum *d = drum_find(name, len);

	return d ? d->n_patches : 0;
}

size_t kit_frames(const char *name, size_t len, size_t k, double sample_rate_hz)
{
	const struct kit_drum *d = drum_find(name, len);

	if (!d || k >= d->n_patches || !(sample_rate_hz >= KIT_RATE_MIN_HZ && sample_rate_hz <= KIT_RATE_MAX_HZ))
		return 0;
	return (size_t)(d->patches[k].length_s * sample_rate_hz + 0.5);
}

/* --- What all drums share ------------------------------------------------------------------------------------- */

/* At rates with room above hearing, what lies there would only use up level. */
static void remove_inaudible(const struct kit_take *t)
{
	struct kit_svf first = kit_svf(20000.0, 0.541, t->rate_hz), second = kit_svf(20000.0, 1.307, t->rate_hz);

	if (t->rate_hz < 60000.0)
		return;
	for (size_t i = 0; i < t->n_frames; i++)
		t->out[i] = kit_svf_low(&second, kit_svf_low(&first, t->out[i]));
}

/* What speakers cannot move: saturation and short bursts leave some. */
static void remove_rumble(const struct kit_take *t)
{
	struct kit_svf f = kit_svf(15.0, 0.6, t->rate_hz);

	for (size_t i = 0; i < t->n_frames; i++)
		t->out[i] = kit_svf_high(&f, t->out[i]);
}

/* Raised cosine, 0 before frame 0 to 1 at n_fade. */
static double fade_at(size_t i, double n_fade)
{
	double x = ((double)i + 0.5) / n_fade;

	return x < 1.0 ? 0.5 - 0.5 * f64_cos2pi(0.5 * x) : 1.0;
}

/* 0.2 ms in, so that the hit stays sharp, but never so few frames that it is a jump; 4 ms out. */
static double window_at(const struct kit_take *t, size_t i)
{
	double fade_in = 0.0002 * t->rate_hz;

	return fade_at(i, fade_in > 8.0 ? fade_in : 8.0) * fade_at(t->n_frames - 1 - i, 0.004 * t->rate_hz);
}

/* Fades both ends, and takes away the mean in the shape of the fades, so that the ends stay at zero. */
static void fade_and_center(const struct kit_take *t)
{
	double sum = 0, window_sum = 0, mean;

	for (size_t i = 0; i < t->n_frames; i++) {
		double w = window_at(t, i);

		t->out[i] *= w;
		sum += t->out[i];
		window_sum += w;
	}
	mean = sum / window_sum;
	for (size_t i = 0; i < t->n_frames; i++)
		t->out[i] -= mean * window_at(t, i);
}

static double peak_of(const struct kit_take *t)
{
	double peak = 0;

	for (size_t i = 0; i < t->n_frames; i++) {
		double a = t->out[i] < 0 ? -t->out[i] : t->out[i];

		peak = a > peak ? a : peak;
	}
	return peak;
}

/* Noise has rare peaks that would keep the rest quiet: rounds them off. */
static void squeeze(const struct kit_take *t, double drive)
{
	double peak = peak_of(t);

	for (size_t i = 0; peak > 0 && i < t->n_frames; i++)
		t->out[i] = kit_saturate(t->out[i] / peak, drive);
}

/* To samples. What is below -180 dB becomes zero, so that no denormal is left whose bits depend on the CPU's mode. */
static void normalize(const struct kit_take *t, sample *out)
{
	double peak = peak_of(t), gain = peak > 0 ? KIT_PEAK / peak : 0.0;

	for (size_t i = 0; i < t->n_frames; i++) {
		double y = t->out[i] * gain;

		out[i] = y > 1e-9 || y < -1e-9 ? (sample)y : 0.0f;
	}
}

int kit_synthesize(const char *name, size_t len, size_t k, double sample_rate_hz, sample *out, size_t n_frames)
{
	const struct kit_drum *d = drum_find(name, len);
	struct kit_take take = { .rate_hz = sample_rate_hz, .n_frames = n_frames };

	if (n_frames == 0 || n_frames != kit_frames(name, len, k, sample_rate_hz))
		return -1;
	take.out = malloc(n_frames * sizeof(*take.out));
	if (!take.out)
		return -1;
	take.seed = hash64_bytes(k, d->noise_name, strlen(d->noise_name));
	d->patches[k].make(&d->patches[k], &take);
	remove_inaudible(&take);
	squeeze(&take, d->patches[k].squeeze);
	remove_rumble(&take);
	fade_and_center(&take);
	normalize(&take, out);
	free(take.out);
	return 0;
}
