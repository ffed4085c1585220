#include "server/peaks_text.h"

#include <stdio.h>
#include <string.h>

static int quantize(float value, unsigned bits)
{
	double x = (double)value * 32768.0;
	int n = !(x > -32768.0) ? -32768 : x > 32767.0 ? 32767 : (int)x;

	return bits == 8 ? n / 256 : n;
}

static size_t put_le(char *out, uint64_t value, size_t n_bytes)
{
	for (size_t i = 0; i < n_bytes; i++)
		out[i] = (char)(value >> (8 * i));
	return n_bytes;
}

static size_t write_dat_head(const struct peaks_layout *l, char *out)
{
	const uint64_t words[] = {
		2, l->bits == 8, l->info.sample_rate_hz, l->info.frames_per_pixel, l->info.n_pixels, l->info.n_channels,
	};
	size_t n = 0;

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		n += put_le(out + n, words[i], 4);
	return n;
}

size_t peaks_write_head(const struct peaks_layout *l, char out[PEAKS_HEAD_SIZE])
{
	const struct render_peaks_info *i = &l->info;

	switch (l->format) {
	case PEAKS_DAT:
		return write_dat_head(l, out);
	case PEAKS_WAVESURFER:
		return (size_t)snprintf(out, PEAKS_HEAD_SIZE, "[[");
	default:
		return (size_t)snprintf(out, PEAKS_HEAD_SIZE,
					"{\"version\":2,\"channels\":%u,\"sample_rate\":%u,\"samples_per_pixel\":%u,"
					"\"bits\":%u,\"length\":%llu,\"data\":[",
					i->n_channels, (unsigned)i->sample_rate_hz, i->frames_per_pixel, l->bits,
					(unsigned long long)i->n_pixels);
	}
}

static double clamp(float value)
{
	return !(value > -1.0f) ? -1.0 : value > 1.0f ? 1.0 : (double)value;
}

size_t peaks_write_cell(const struct peaks_layout *l, struct render_peak peak, bool is_last, char out[PEAKS_CELL_SIZE])
{
	int low = quantize(peak.low, l->bits), high = quantize(peak.high, l->bits), width = l->bits == 8 ? 4 : 6;
	char text[64];
	size_t n;

	if (l->format == PEAKS_DAT) {
		n = put_le(out, (uint64_t)low, l->bits / 8);
		return n + put_le(out + n, (uint64_t)high, l->bits / 8);
	}
	if (l->format == PEAKS_WAVESURFER)
		n = (size_t)snprintf(text, sizeof text, "%7.4f,%7.4f%c", clamp(peak.low), clamp(peak.high),
				     is_last ? ' ' : ',');
	else
		n = (size_t)snprintf(text, sizeof text, "%*d,%*d%c", width, low, width, high, is_last ? ' ' : ',');
	memcpy(out, text, n);
	return n;
}

const char *peaks_pass_end(const struct peaks_layout *l, bool is_last)
{
	if (l->format == PEAKS_DAT)
		return "";
	if (l->format == PEAKS_WAVESURFER)
		return is_last ? "]]\n" : "],[";
	return "]}\n";
}

unsigned peaks_passes(const struct peaks_layout *l)
{
	return l->format == PEAKS_WAVESURFER ? l->info.n_channels : 1;
}

uint64_t peaks_length(const struct peaks_layout *l)
{
	char head[PEAKS_HEAD_SIZE], cell[PEAKS_CELL_SIZE];
	uint64_t n = peaks_write_head(l, head);

	n += l->info.n_pixels * l->info.n_channels * peaks_write_cell(l, (struct render_peak){ 0, 0 }, false, cell);
	for (unsigned pass = 1; pass <= peaks_passes(l); pass++)
		n += strlen(peaks_pass_end(l, pass == peaks_passes(l)));
	return n;
}
