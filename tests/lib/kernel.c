#include "tests/lib/kernel.h"

#include <complex.h>
#include <kiss_fftr.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "tests/lib/test.h"

/* --- Kernels ---------------------------------------------------------------------------------------------------- */

static unsigned channels_of(const struct kernel_fixture *k)
{
	return k->def->is_stereo ? 2 : 1;
}

void kernel_init(struct kernel_fixture *k, const char *name, double sample_rate_hz)
{
	*k = (struct kernel_fixture){ .def = node_find(name, strlen(name)), .id = 1, .block_frames = 1024 };
	k->env = (struct node_env){ .sample_rate_hz = sample_rate_hz,
				    .cps = 0.5,
				    .cycles_per_frame = 0.5 / sample_rate_hz };
	if (!k->def || !k->def->process)
		ck_abort_msg("there is no signal function '%s'", name);
	for (unsigned p = 0; p < k->def->n_params; p++) {
		const struct param_def *param = &k->def->params[p];
		bool is_free = param->flags & PARAM_PITCH && !(param->flags & PARAM_OPTIONAL);
		kernel_set(k, param->name, is_free ? 1 : param->def);
	}
}

void kernel_fini(struct kernel_fixture *k)
{
	free(k->state);
	k->state = NULL;
}

static unsigned param_index(const struct kernel_fixture *k, const char *name)
{
	for (unsigned p = 0; p < k->def->n_params; p++)
		if (strcmp(k->def->params[p].name, name) == 0)
			return p;
	ck_abort_msg("'%s' has no parameter '%s'", k->def->name, name);
	return 0;
}

static void set_input(struct kernel_fixture *k, const char *param, struct node_input left, struct node_input right)
{
	unsigned p = param_index(k, param), n_ch = channels_of(k);

	k->in[p * n_ch] = left;
	if (n_ch == 2)
		k->in[p * n_ch + 1] = right;
}

void kernel_set(struct kernel_fixture *k, const char *param, double value)
{
	struct node_input in = { .value = (sample)value };

	set_input(k, param, in, in);
}

void kernel_set_list(struct kernel_fixture *k, const char *param, const sample *list, uint32_t n)
{
	struct node_input in = { .value = list[0], .list = list, .n_list = n };

	set_input(k, param, in, in);
}

void kernel_connect(struct kernel_fixture *k, const char *param, const sample *left, const sample *right)
{
	set_input(k, param, (struct node_input){ .data = left }, (struct node_input){ .data = right ? right : left });
}

static void make_state(struct kernel_fixture *k)
{
	size_t bytes = k->def->state_bytes ? k->def->state_bytes(&k->env, k->in) : k->def->n_acc * sizeof(uint64_t);

	bytes = (bytes + 127) / 64 * 64;
	k->state = aligned_alloc(64, bytes);
	if (!k->state)
		ck_abort_msg("no memory for %zu bytes of state", bytes);
	memset(k->state, 0, bytes);
	if (k->def->reset)
		k->def->reset(k->state, &k->env, k->in);
}

static void run_block(struct kernel_fixture *k, sample *left, sample *right, size_t n)
{
	struct node_input in[2 * NODE_PARAMS_MAX];
	struct node_io io = { .in = in, .out = { left, right }, .frame = k->frame, .env = &k->env, .id = k->id };

	memcpy(in, k->in, sizeof(in));
	for (unsigned i = 0; i < k->def->n_params * channels_of(k); i++)
		in[i].data = in[i].data ? in[i].data + k->frame : NULL;
	k->def->process(k->state, &io, n);
	k->frame += n;
}

void kernel_run(struct kernel_fixture *k, sample *left, sample *right, size_t n)
{
	if (!k->state)
		make_state(k);
	for (size_t at = 0; at < n;) {
		size_t len = n - at < k->block_frames ? n - at : k->block_frames;
		run_block(k, left + at, right ? right + at : NULL, len);
		at += len;
	}
}

/* --- Signals ---------------------------------------------------------------------------------------------------- */

sample *signal_new(size_t n)
{
	size_t bytes = (n * sizeof(sample) + 127) / 64 * 64;
	sample *x = aligned_alloc(64, bytes);

	if (!x)
		ck_abort_msg("no memory for %zu frames", n);
	memset(x, 0, bytes);
	return x;
}

void signal_sine(sample *out, size_t n, double freq_hz, double sample_rate_hz, double amplitude)
{
	for (size_t i = 0; i < n; i++)
		out[i] = (sample)(amplitude * sin(2 * M_PI * fmod(freq_hz / sample_rate_hz * (double)i, 1)));
}

void signal_noise(sample *out, size_t n, uint64_t seed, double amplitude)
{
	for (size_t i = 0; i < n; i++)
		out[i] = (sample)(amplitude * ((double)(hash64_pair(seed, i) >> 11) * 0x1p-52 - 1));
}

double signal_peak(const sample *x, size_t n)
{
	double peak = 0;

	for (size_t i = 0; i < n; i++)
		peak = fmax(peak, fabs((double)x[i]));
	return peak;
}

double signal_rms(const sample *x, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += (double)x[i] * (double)x[i];
	return sqrt(sum / (double)n);
}

/* --- Levels at a frequency -------------------------------------------------------------------------------------- */

static double to_db(double magnitude)
{
	return 20 * log10(fmax(magnitude, 1e-30));
}

double sine_level_db(const sample *x, size_t n, double sample_rate_hz, double freq_hz)
{
	double complex sum = 0;
	double weight = 0;

	for (size_t i = 0; i < n; i++) {
		double hann = 0.5 - 0.5 * cos(2 * M_PI * ((double)i + 0.5) / (double)n);
		sum += hann * (double)x[i] * cexp(-2 * M_PI * I * fmod(freq_hz / sample_rate_hz * (double)i, 1));
		weight += hann;
	}
	return to_db(2 * cabs(sum) / weight);
}

double response_db(const sample *impulse_response, size_t n, double sample_rate_hz, double freq_hz)
{
	double complex sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += (double)impulse_response[i] *
		       cexp(-2 * M_PI * I * fmod(freq_hz / sample_rate_hz * (double)i, 1));
	return to_db(cabs(sum));
}

/* --- Spectra ---------------------------------------------------------------------------------------------------- */

/* Half width of the window's main lobe in bins. */
enum { LOBE_BINS = 8 };

/* A seven-term Blackman-Harris window: H. H. Albrecht, "A family of cosine-sum windows for high-resolution measurements",
 * ICASSP 2001; side lobes at -180 dB, so that float arithmetic is the floor. */
static double window_at(double x)
{
	static const double terms[] = { 0.27105140069342, -0.43329793923448, 0.21812299954311, -0.06592544638803,
					0.01081174209837, -0.00077658482522, 0.00001388721735 };
	double w = 0;

	for (int k = 0; k < 7; k++)
		w += terms[k] * cos(2 * M_PI * k * x);
	return w;
}

void spectrum_init(struct spectrum *s, const sample *x, size_t n, double sample_rate_hz)
{
	kiss_fftr_cfg plan = kiss_fftr_alloc((int)n, 0, NULL, NULL);
	float *windowed = malloc(n * sizeof(*windowed));
	kiss_fft_cpx *bins = malloc((n / 2 + 1) * sizeof(*bins));

	*s = (struct spectrum){ .n_bins = n / 2 + 1, .bin_hz = sample_rate_hz / (double)n };
	s->db = malloc(s->n_bins * sizeof(*s->db));
	if (!plan || !windowed || !bins || !s->db)
		ck_abort_msg("no memory for a spectrum of %zu frames", n);
	for (size_t i = 0; i < n; i++)
		windowed[i] = (float)((double)x[i] * window_at((double)i / (double)n));
	kiss_fftr(plan, windowed, bins);
	double scale = 2 / (0.27105140069342 * (double)n);
	for (size_t i = 0; i < s->n_bins; i++)
		s->db[i] = (float)to_db(scale * hypot((double)bins[i].r, (double)bins[i].i));
	free(windowed);
	free(bins);
	kiss_fftr_free(plan);
}

void spectrum_fini(struct spectrum *s)
{
	free(s->db);
	s->db = NULL;
}

static double highest(const struct spectrum *s, double from_bin, double to_bin)
{
	double best = -600;

	for (double b = fmax(ceil(from_bin), 0); b <= to_bin && b < (double)s->n_bins; b++)
		best = fmax(best, (double)s->db[(size_t)b]);
	return best;
}

double spectrum_level_db(const struct spectrum *s, double freq_hz)
{
	return highest(s, freq_hz / s->bin_hz - LOBE_BINS, freq_hz / s->bin_hz + LOBE_BINS);
}

double spectrum_worst_alias_db(const struct spectrum *s, double fundamental_hz, double up_to_hz)
{
	double f = fundamental_hz / s->bin_hz, last = up_to_hz / s->bin_hz, worst = -600;

	for (double below = 0; below < last; below += f)
		worst = fmax(worst, highest(s, below + LOBE_BINS, fmin(below + f - LOBE_BINS, last)));
	return worst;
}
