/* `saw "c3 e3"`: an oscillator given notes is a triggered synth, whose notes are events; given numbers it is a signal
 * whose frequency steps. */
#ifndef RENDER_LANG_SYNTH_H
#define RENDER_LANG_SYNTH_H

#include "render/lang/ast.h"

/* Makes a call of sine, saw, square or tri whose first argument is a string with the name of a note and its octave, or
 * a bus that is one, a call of its triggered form. The arguments must be resolved. */
void synth_choose(struct ast *call);

/* The function that the call of a triggered synth plays; NULL when the word that names it is none. */
const struct node_def *synth_wave(const struct ast *call);

#endif
