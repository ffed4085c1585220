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

enum { ENVELOPE_SEGMENTS_MAX = 5, ENVELOPE_SECONDS_MAX = 3600 /* of one segment that rises or falls */ };

#define ENVELOPE_NO_GATE UINT64_MAX

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

/* out[n]: the level at frames first .. first + n - 1, all before e->end. */
void envelope_fill(const struct envelope *e, uint64_t first, sample *out, size_t n);

#endif
