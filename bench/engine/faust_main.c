/* Runs a Faust program, compiled to C as "peer", for some seconds and writes a WAV of floats in stereo.
 * Usage: PROGRAM SECONDS FILE */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <faust/gui/CInterface.h>

static inline int max(int a, int b)
{
	return a > b ? a : b;
}

static inline int min(int a, int b)
{
	return a < b ? a : b;
}

#include "peer.c"

enum { BLOCK = 512, RATE = 44100, FRAME_BYTES = 8 };

static void write_head(FILE *f, uint32_t bytes)
{
	struct {
		char riff[4];
		uint32_t size;
		char wave[8];
		uint32_t format_bytes;
		uint16_t format, channels;
		uint32_t rate, bytes_per_s;
		uint16_t frame_bytes, bits;
		char data[4];
		uint32_t data_bytes;
	} head = { .size = bytes + 36,
		   .format_bytes = 16,
		   .format = 3,
		   .channels = 2,
		   .rate = RATE,
		   .bytes_per_s = RATE * FRAME_BYTES,
		   .frame_bytes = FRAME_BYTES,
		   .bits = 32,
		   .data_bytes = bytes };

	memcpy(head.riff, "RIFF", 4);
	memcpy(head.wave, "WAVEfmt ", 8);
	memcpy(head.data, "data", 4);
	fwrite(&head, sizeof head, 1, f);
}

int main(int argc, char **argv)
{
	static float side[2][BLOCK], both[2 * BLOCK];
	float *out[2] = { side[0], side[1] };
	uint32_t frames = argc == 3 ? (uint32_t)atoi(argv[1]) * RATE : 0;
	FILE *f = argc == 3 ? fopen(argv[2], "wb") : NULL;
	peer *dsp = newpeer();

	if (!f || !dsp)
		return EXIT_FAILURE;
	initpeer(dsp, RATE);
	write_head(f, frames * FRAME_BYTES);
	for (uint32_t at = 0; at < frames; at += BLOCK) {
		uint32_t n = frames - at < BLOCK ? frames - at : BLOCK;

		computepeer(dsp, (int)n, NULL, out);
		for (uint32_t i = 0; i < n; i++) {
			both[2 * i] = side[0][i];
			both[2 * i + 1] = side[1][i];
		}
		fwrite(both, FRAME_BYTES, n, f);
	}
	return fclose(f) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
