/* Channels of a file to one or two. Private to sample_decode.c. */
#ifndef RENDER_IO_SAMPLE_MIX_H
#define RENDER_IO_SAMPLE_MIX_H

#include <stddef.h>

/* left[n] and right[n] of interleaved frames[n][n_ch], n_ch >= 2. Two channels are left and right. Three to eight are the
 * usual layouts of WAV and FLAC (L R C; L R Ls Rs; L R C Ls Rs; L R C LFE Ls Rs; L R C LFE Cs Ls Rs; L R C LFE Lb Rb
 * Ls Rs), mixed by ITU-R BS.775: the centre and each surround channel 3 dB down, no LFE. More are taken for pairs of
 * left and right, all equally loud. */
void sample_mix_down(const float *frames, unsigned n_ch, float *left, float *right, size_t n);

#endif
