/* Gates: signals that say when something sounds and when it starts anew.
 *
 * A gate is open above 0.5. An onset is a rise through 0.5, or, since events of a pattern may touch, a frame above 1.5
 * after one that was not: the gates that the engine makes of patterns are 2 in the frame of an onset and 1 after it. */
#ifndef RENDER_DSP_GATE_H
#define RENDER_DSP_GATE_H

#include <stdbool.h>

#include "render/dsp/node.h"

#define GATE_ONSET 2.0f

static inline bool gate_is_open(sample v)
{
	return v > 0.5f;
}

/* before: the gate of the frame before; 0 at frame 0. */
static inline bool gate_is_onset(sample before, sample v)
{
	return (v > 0.5f && !(before > 0.5f)) || (v > 1.5f && !(before > 1.5f));
}

#endif
