/* Envelopes of voices in closed form: the level at a frame is a function of that frame alone.
 *
 * An envelope is a few segments, each a straight line or an exponential from its first frame on, so any span
 * can be had without what came before. Frames count from the onset of the voice. */
#ifndef RENDER_ENGINE_ENVELOPE_H
#define RENDER_ENGINE_ENVELOPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "render/dsp/node.h"
#include "render/dsp/simd.h"

enum { ENVELOPE_SEGMENTS_MAX = 8, ENVELOPE_SECONDS_MAX = 3600 /* of one segment that rises or falls */ };

#define ENVELOPE_NO_GATE UINT64_MAX

/* Segments that rise or fall are shorter than this (ENVELOPE_SECONDS_MAX at the highest rate); in one that holds, the
 * age does not matter. */
#define ENVELOPE_AGE_MAX ((uint64_t)1 << 30)

struct envelope_segment {
	uint64_t begin; /* frame; it lasts until the next one begins */
	sample level;   /* at begin */
	sample slope;   /* per frame; of an exponential: of its exponent, in powers of 2 */
	bool is_exponential;
};

struct envelope {
	struct envelope_segment segments[ENVELOPE_SEGMENTS_MAX];
	unsigned n_segments;
	uint64_t end; /* first frame at which it is over for good */
};

/* Rise over attack frames, then 1 until the gate ends, then to 0 over release frames. */
void envelope_edges(struct envelope *e, uint64_t attack, uint64_t gate, uint64_t release);

/* Rise over attack frames, then exp(-5 t / release), over after release frames. A gate that ends before cuts it
 * off over edge frames. */
void envelope_percussive(struct envelope *e, uint64_t attack, uint64_t release, uint64_t gate, uint64_t edge);

/* Lines from 0 to 1 to sustain; from the end of the gate to 0 over release frames. */
void envelope_adsr(struct envelope *e, uint64_t attack, uint64_t decay, sample sustain, uint64_t release,
		   uint64_t gate);

/* Replaces what follows frame `at`, before the end, by a line to 0 over n_frames. What is before keeps its bits. Up to four
 * cuts, each before the last one's end. */
void envelope_cut(struct envelope *e, uint64_t at, uint64_t n_frames);

/* The segment of a frame before the end, and the frame at which the next one begins, UINT64_MAX for the last. */
const struct envelope_segment *envelope_segment_at(const struct envelope *e, uint64_t frame, uint64_t *until);

/* The levels of a segment that is a line at frames first .. first + 7, counted as the envelope's. */
SIMD_INLINE f32x8 envelope_line(const struct envelope_segment *s, uint64_t first)
{
	uint64_t age = first - s->begin < ENVELOPE_AGE_MAX ? first - s->begin : ENVELOPE_AGE_MAX;
	/* Unsigned while they are added to: gcc 12 drops a signed vector's addition under -fsanitize=undefined. */
	u32x8 ages = u32x8_lanes() + (uint32_t)age;
	return s->level + __builtin_convertvector((i32x8)ages, f32x8) * s->slope;
}

/* out[n]: the levels of one segment from frame first on. */
void envelope_fill_segment(const struct envelope_segment *s, uint64_t first, sample *out, size_t n);

/* out[n]: the level at frames first .. first + n - 1, all before e->end. */
void envelope_fill(const struct envelope *e, uint64_t first, sample *out, size_t n);

#endif
