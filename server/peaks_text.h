/* The formats of peaks. Numbers have a fixed width, padded with blanks, so that the length of an answer is known before
 * the file is decoded. */
#ifndef SERVER_PEAKS_TEXT_H
#define SERVER_PEAKS_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "render/render.h"

/* audiowaveform's version 2 (https://github.com/bbc/audiowaveform/blob/master/doc/DataFormat.md), or an array of
 * numbers from -1 to 1 per channel, low and high in turn, as wavesurfer.js takes them. */
enum peaks_format { PEAKS_JSON, PEAKS_DAT, PEAKS_WAVESURFER, PEAKS_FORMAT_COUNT };

struct peaks_layout {
	enum peaks_format format;
	unsigned bits; /* of audiowaveform's numbers: 8 or 16 */
	struct render_peaks_info info;
};

enum { PEAKS_HEAD_SIZE = 160, PEAKS_CELL_SIZE = 16 };

/* What stands before the first pixel, with its length returned. */
size_t peaks_write_head(const struct peaks_layout *l, char out[PEAKS_HEAD_SIZE]);
/* The low and high value of one channel in one pixel, with its length returned: the same for all. is_last: no comma. */
size_t peaks_write_cell(const struct peaks_layout *l, struct render_peak peak, bool is_last, char out[PEAKS_CELL_SIZE]);
/* What stands behind the last pixel of a pass, is_last: of the last. */
const char *peaks_pass_end(const struct peaks_layout *l, bool is_last);
/* How often the file is gone through: once, or once for each channel. */
unsigned peaks_passes(const struct peaks_layout *l);
/* Bytes of all of it. */
uint64_t peaks_length(const struct peaks_layout *l);

#endif
