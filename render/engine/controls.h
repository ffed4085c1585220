/* The controls of one event as numbers: what its hap carries, defaults for the rest, each within its range.
 *
 * Sources of the ranges and defaults: docs/LANGUAGE.md, "Modifiers". Values that are no finite number count as not
 * given. */
#ifndef RENDER_ENGINE_CONTROLS_H
#define RENDER_ENGINE_CONTROLS_H

#include <stdbool.h>

#include "render/dsp/node.h"
#include "render/pattern/pattern.h"

struct controls {
	bool has[CONTROL_COUNT];
	double v[CONTROL_COUNT];
	struct word s; /* len 0: the event names no sound */
};

/* The value of modulator i at the event's onset. */
struct modulators {
	sample (*value)(const void *ctx, uint32_t i);
	const void *ctx;
};

void controls_read(struct controls *c, const struct hap *hap, const struct modulators *m);

/* decay or sustain is given: the envelope has four parts. */
bool controls_have_adsr(const struct controls *c);

#endif
