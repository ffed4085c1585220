/* A voice: one event of a source, sounding. A pure function of the event and the frame: position = start +
 * (frame - onset) * rate in fixed point, level from an envelope in closed form. No state, so any block can be
 * mixed by any worker at any time. */
#ifndef RENDER_ENGINE_VOICE_H
#define RENDER_ENGINE_VOICE_H

#include <stddef.h>
#include <stdint.h>

#include "render/dsp/node.h"
#include "render/engine/envelope.h"
#include "render/io/samples.h"

#define VOICE_NO_FADE UINT64_MAX

struct note;

/* Fixed-point positions and rates: 2^32 is one frame of the sound. */
#define VOICE_UNIT ((int64_t)1 << 32)

enum { VOICE_RATE_MAX = 1024 }; /* frames of the sound per frame of output: ten octaves up */

struct voice {
	uint64_t ordinal;    /* of the event in its source, from 0 */
	uint64_t onset, end; /* frames; end is the first silent one */
	uint64_t fade_from;  /* cut off or stolen: fades out from this frame on; VOICE_NO_FADE */
	uint64_t fade_frames;
	const struct sample_data *data; /* what it plays; filled by the time the voices of a block are mixed */
	struct note *note;              /* an instrument's note, whose audio data is; NULL: a sample of the bank */
	int64_t start;                  /* position at the onset, fixed point */
	int64_t rate;                   /* per frame, fixed point; negative runs backwards */
	int64_t loop_begin; /* fixed point; with loop_length > 0 the position stays in [begin, begin + length) */
	int64_t loop_length;
	double cut_group; /* > 0: a later event of the same group ends this voice */
	struct envelope envelope;
	sample gain[2][2]; /* [output channel][channel of the sound] */
};

/* Frames until a voice that starts there at that rate (not 0) has left the sound's n_frames. */
uint64_t voice_frames_left(int64_t start, int64_t rate, size_t n_frames);

/* Ends the voice with a linear fade of fade_frames from frame on, unless it is over before or fading already. */
void voice_fade(struct voice *v, uint64_t frame, uint64_t fade_frames);

/* Adds frames frame .. frame + n - 1 of the voice to left[n] and right[n]. Every sample is the same for any cut
 * of the time line into calls. */
void voice_mix(const struct voice *v, uint64_t frame, size_t n, sample *left, sample *right);

#endif
