#include "tests/lib/effect.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/figure.h"

struct answer answer_new(double seconds, double rate_hz)
{
	struct answer a = { .n = ((size_t)(seconds * rate_hz) / QUANTUM_FRAMES + 1) * QUANTUM_FRAMES,
			    .rate_hz = rate_hz };

	for (unsigned ch = 0; ch < 2; ch++) {
		a.in[ch] = signal_new(a.n);
		a.out[ch] = signal_new(a.n);
	}
	return a;
}

void answer_free(struct answer *a)
{
	for (unsigned ch = 0; ch < 2; ch++) {
		free(a->in[ch]);
		free(a->out[ch]);
	}
}

void answer_run(struct answer *a, const char *name, const struct setting *settings)
{
	answer_run_moving(a, name, settings, NULL, NULL);
}

void answer_run_moving(struct answer *a, const char *name, const struct setting *settings, const char *param,
		       const sample *values)
{
	struct kernel_fixture k;

	kernel_init(&k, name, a->rate_hz);
	for (const struct setting *s = settings; s->param; s++)
		kernel_set(&k, s->param, s->value);
	if (param)
		kernel_connect(&k, param, values, NULL);
	kernel_connect(&k, "in", a->in[0], a->in[1]);
	kernel_run(&k, a->out[0], k.def->is_stereo ? a->out[1] : NULL, a->n);
	kernel_fini(&k);
}

double signal_energy(const sample *x, size_t from, size_t to)
{
	double sum = 0;

	for (size_t i = from; i < to; i++)
		sum += (double)x[i] * (double)x[i];
	return sum;
}

double signal_correlation(const sample *x, const sample *y, size_t from, size_t to)
{
	double both = 0;

	for (size_t i = from; i < to; i++)
		both += (double)x[i] * (double)y[i];
	return both / sqrt(signal_energy(x, from, to) * signal_energy(y, from, to));
}

double signal_click_db(const sample *x, size_t from, size_t to)
{
	double worst = 1e-9;

	for (size_t i = from + 4; i < to; i++) {
		double ends = (double)x[i] + (double)x[i - 4], inner = (double)x[i - 1] + (double)x[i - 3];

		worst = fmax(worst, fabs(ends - 4 * inner + 6 * (double)x[i - 2]));
	}
	return 20 * log10(worst / 3); /* of a step: 1, -3, 3, -1 */
}

void step_check(const struct step *step)
{
	enum { RATE_HZ = 44100, STEP_FRAME = RATE_HZ + 13 };
	struct answer a = answer_new(2, RATE_HZ);
	sample *values = signal_new(a.n);
	char what[120];

	signal_sine(a.in[0], a.n, 100, RATE_HZ, 0.5);
	memcpy(a.in[1], a.in[0], a.n * sizeof(sample));
	for (size_t i = 0; i < a.n; i++)
		values[i] = (sample)(i > STEP_FRAME ? step->to : step->from);
	answer_run_moving(&a, step->name, step->settings, step->param, values);
	snprintf(what, sizeof what, "click at a step of %s from %g to %g", step->param, step->from, step->to);
	figure_at_most(step->name, what, "dB of a full-scale step", -40,
		       signal_click_db(a.out[0], RATE_HZ - 100, RATE_HZ + 4000));
	free(values);
	answer_free(&a);
}
