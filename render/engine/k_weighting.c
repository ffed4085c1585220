#include "render/engine/k_weighting.h"

#include <math.h>
#include <string.h>

#include "render/dsp/simd.h"

/* --- Making ----------------------------------------------------------------------------------------------- */

static struct k_section shelf(double sample_rate_hz)
{
	const double hz = 1681.974450955533, gain_db = 3.999843853973347, q = 0.7071752369554196;
	double k = tan(M_PI * hz / sample_rate_hz);
	double high = pow(10, gain_db / 20), band = pow(high, 0.4996667741545416);
	double a0 = 1 + k / q + k * k;

	return (struct k_section){
		.b0 = (high + band * k / q + k * k) / a0,
		.b1 = 2 * (k * k - high) / a0,
		.b2 = (high - band * k / q + k * k) / a0,
		.a1 = 2 * (k * k - 1) / a0,
		.a2 = (1 - k / q + k * k) / a0,
	};
}

static struct k_section high_pass(double sample_rate_hz)
{
	const double hz = 38.13547087602444, q = 0.5003270373238773;
	double k = tan(M_PI * hz / sample_rate_hz);
	double a0 = 1 + k / q + k * k;

	/* The recommendation does not normalise the numerator. */
	return (struct k_section){
		.b0 = 1,
		.b1 = -2,
		.b2 = 1,
		.a1 = 2 * (k * k - 1) / a0,
		.a2 = (1 - k / q + k * k) / a0,
	};
}

/* One frame through a section: direct form II, transposed. */
static double section_step(const struct k_section *c, double *state, double x)
{
	double y = c->b0 * x + state[0];

	state[0] = c->b1 * x - c->a1 * y + state[1];
	state[1] = c->b2 * x - c->a2 * y;
	return y;
}

static double step(const struct k_weighting *k, double *state, double x)
{
	return section_step(&k->sections[1], state + 2, section_step(&k->sections[0], state, x));
}

/* The columns of one state or frame: what one step makes of it alone. */
static void respond(const struct k_weighting *k, double *state, const double *x, double *out)
{
	for (unsigned i = 0; i < K_WEIGHTING_STEP; i++)
		out[i] = step(k, state, x[i]);
}

void k_weighting_init(struct k_weighting *k, double sample_rate_hz)
{
	static const double unit[K_WEIGHTING_STEP][K_WEIGHTING_STEP] = {
		{ 1, 0, 0, 0 }, { 0, 1, 0, 0 }, { 0, 0, 1, 0 }, { 0, 0, 0, 1 }
	};
	static const double silence[K_WEIGHTING_STEP];

	*k = (struct k_weighting){ .sections = { shelf(sample_rate_hz), high_pass(sample_rate_hz) } };
	for (unsigned i = 0; i < K_WEIGHTING_STATES; i++) {
		memcpy(k->state_of_state[i], unit[i], sizeof unit[i]);
		respond(k, k->state_of_state[i], silence, k->out_of_state[i]);
	}
	for (unsigned i = 0; i < K_WEIGHTING_STEP; i++)
		respond(k, k->state_of_frame[i], unit[i], k->out_of_frame[i]);
}

/* --- Filtering -------------------------------------------------------------------------------------------- */

/* Four columns, each times its lane of v. */
SIMD_INLINE f64x4 columns_sum(const double (*columns)[4], f64x4 v)
{
	f64x4 a = f64x4_load(columns[0]) * __builtin_shufflevector(v, v, 0, 0, 0, 0);
	f64x4 b = f64x4_load(columns[1]) * __builtin_shufflevector(v, v, 1, 1, 1, 1);
	f64x4 c = f64x4_load(columns[2]) * __builtin_shufflevector(v, v, 2, 2, 2, 2);
	f64x4 d = f64x4_load(columns[3]) * __builtin_shufflevector(v, v, 3, 3, 3, 3);

	return (a + b) + (c + d);
}

SIMD_INLINE f64x4 frames_load(const sample *x)
{
	f32x4 v;

	memcpy(&v, x, sizeof v);
	return __builtin_convertvector(v, f64x4);
}

/* One channel on its way through a call. */
struct k_walk {
	f64x4 state, sum;
};

SIMD_INLINE void walk_step(struct k_walk *w, const struct k_weighting *k, const sample *x)
{
	f64x4 in = frames_load(x);
	f64x4 y = columns_sum(k->out_of_frame, in) + columns_sum(k->out_of_state, w->state);

	w->state = columns_sum(k->state_of_frame, in) + columns_sum(k->state_of_state, w->state);
	w->sum += y * y;
}

SIMD_INLINE double walk_end(const struct k_walk *w, double *state)
{
	f64x4_store(state, w->state);
	return (w->sum[0] + w->sum[1]) + (w->sum[2] + w->sum[3]);
}

/* The states of a channel wait for each other; those of two do not. n is a multiple of K_WEIGHTING_STEP. */
SIMD_CLONES(static, steps_energies,
	    (const struct k_weighting *k, unsigned n_channels, double states[][K_WEIGHTING_STATES], const sample *const *x, size_t n, double *energies),
	    (k, n_channels, states, x, n, energies))
{
	struct k_walk first = { f64x4_load(states[0]), f64x4_splat(0) }, second = first;

	if (n_channels == 1) {
		for (size_t i = 0; i < n; i += K_WEIGHTING_STEP)
			walk_step(&first, k, x[0] + i);
		energies[0] = walk_end(&first, states[0]);
		return;
	}
	second.state = f64x4_load(states[1]);
	for (size_t i = 0; i < n; i += K_WEIGHTING_STEP) {
		walk_step(&first, k, x[0] + i);
		walk_step(&second, k, x[1] + i);
	}
	energies[0] = walk_end(&first, states[0]);
	energies[1] = walk_end(&second, states[1]);
}

void k_weighting_energies(const struct k_weighting *k, unsigned n_channels, double states[][K_WEIGHTING_STATES],
			  const sample *const *x, size_t n, double *energies)
{
	size_t whole = n - n % K_WEIGHTING_STEP;

	steps_energies(k, n_channels, states, x, whole, energies);
	for (unsigned c = 0; c < n_channels; c++)
		for (size_t i = whole; i < n; i++) {
			double y = step(k, states[c], (double)x[c][i]);
			energies[c] += y * y;
		}
}
