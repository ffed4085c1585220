/* One function of the registry on buffers, as the engine would call it; and test signals and their spectra. Failures
 * are test failures. */
#ifndef TESTS_LIB_KERNEL_H
#define TESTS_LIB_KERNEL_H

#include "render/dsp/node.h"

struct kernel_fixture {
	const struct node_def *def;
	struct node_env env; /* half a cycle per second, seed 0 */
	struct node_input in[2 * NODE_PARAMS_MAX];
	void *state; /* made by the first run */
	uint64_t frame;
	uint64_t id;
	size_t block_frames; /* of a call; default 1024; 1 as in feedback */
};

/* Optional parameters get their defaults, pitches 1 Hz; all others are 0 until they are set. */
void kernel_init(struct kernel_fixture *k, const char *name, double sample_rate_hz);
void kernel_fini(struct kernel_fixture *k);

void kernel_set(struct kernel_fixture *k, const char *param, double value);
void kernel_set_list(struct kernel_fixture *k, const char *param, const sample *list, uint32_t n);
/* Buffers for all frames that will be run, from frame 0 on, borrowed. right NULL: as left; it counts only for functions
 * that take both channels at once. */
void kernel_connect(struct kernel_fixture *k, const char *param, const sample *left, const sample *right);

/* The next n frames, a multiple of QUANTUM_FRAMES (or any number when block_frames is 1). right is NULL unless the
 * function is stereo. */
void kernel_run(struct kernel_fixture *k, sample *left, sample *right, size_t n);

/* n zeros, 64-byte aligned; free() them. */
sample *signal_new(size_t n);
void signal_sine(sample *out, size_t n, double freq_hz, double sample_rate_hz, double amplitude);
/* Uniform in -amplitude..amplitude, from a counter hash of seed. */
void signal_noise(sample *out, size_t n, uint64_t seed, double amplitude);
double signal_peak(const sample *x, size_t n);
double signal_rms(const sample *x, size_t n);

/* Level of a steady sine in x, dB of its amplitude (full scale: 0), by a Hann-windowed transform at exactly that
 * frequency. */
double sine_level_db(const sample *x, size_t n, double sample_rate_hz, double freq_hz);
/* |H| at a frequency in dB, from an impulse response that has died away within n frames. */
double response_db(const sample *impulse_response, size_t n, double sample_rate_hz, double freq_hz);

/* Magnitudes of x under a window with side lobes below -120 dB; a sine of amplitude 1 reads 0 dB. */
struct spectrum {
	float *db; /* [n_bins] */
	size_t n_bins;
	double bin_hz;
};

void spectrum_init(struct spectrum *s, const sample *x, size_t n_power_of_two, double sample_rate_hz);
void spectrum_fini(struct spectrum *s);
/* The highest bin within the window's main lobe around a frequency. */
double spectrum_level_db(const struct spectrum *s, double freq_hz);
/* The highest bin below up_to_hz that belongs neither to 0 Hz nor to a multiple of fundamental_hz. */
double spectrum_worst_alias_db(const struct spectrum *s, double fundamental_hz, double up_to_hz);

#endif
