/* A voice: one event of a source, sounding. A pure function of its event and the frame: the place in the sound from a
 * path, the level from an envelope, both in closed form. No state, so any block can be mixed by any worker at any
 * time. */
#ifndef RENDER_ENGINE_VOICE_H
#define RENDER_ENGINE_VOICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "render/dsp/node.h"
#include "render/engine/envelope.h"
#include "render/engine/path.h"

struct note;

struct voice {
	uint64_t ordinal;    /* of the event in its source, from 0 */
	uint64_t onset, end; /* frames; end is the first silent one, at most the envelope's */
	bool is_fading;      /* cut off or stolen */
	struct path path;
	struct note *note; /* whose audio the path goes through; NULL: a sample of the bank */
	double cut_group;  /* > 0: a later event of the same group ends this voice */
	struct envelope envelope;
	sample gain[2][2]; /* [output channel][channel of the sound] */
};

/* Ends the voice with a line to silence over fade_frames from a frame on, after which it is over; sooner when it would
 * end before. Nothing changes for a voice that is over or fading already. */
void voice_fade(struct voice *v, uint64_t frame, uint64_t fade_frames);

/* Adds frames frame .. frame + n - 1 of the voice to left[n] and right[n]. Every sample is the same for any cut
 * of the time line into calls. */
void voice_mix(const struct voice *v, uint64_t frame, size_t n, sample *left, sample *right);

#endif
