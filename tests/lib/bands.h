/* How the energy of a piece is spread over the spectrum. Failures are test failures. */
#ifndef TESTS_LIB_BANDS_H
#define TESTS_LIB_BANDS_H

#include <stddef.h>

/* The share in dB of the energy of interleaved stereo that lies between edges_hz[i - 1] and edges_hz[i], for each of
 * n_bands bands; the first begins at 0 Hz, the last ends at half the sample rate and has no edge: n_bands - 1 edges,
 * ascending. -120 for none. The whole signal counts alike: Welch's method with Hann windows of 4096 frames, half
 * overlapping. P. Welch, The use of fast Fourier transform for the estimation of power spectra, IEEE Trans. Audio
 * Electroacoust. 15(2), 1967. */
void bands_share_db(const float *stereo, size_t n_frames, double sample_rate_hz, const double *edges_hz, size_t n_bands,
		    double *share_db);

#endif
