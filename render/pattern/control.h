/* Controls: the named values that a hap of an event source carries, and that a voice is made from.
 * Names are Tidal's where Tidal has them. */
#ifndef RENDER_PATTERN_CONTROL_H
#define RENDER_PATTERN_CONTROL_H

#include <stddef.h>

/*  X(ENUM, name)  */
#define CONTROL_LIST(X)                                                                                                \
	X(S, "s")                   /* word: sample name, or "~bus" for an instrument */                               \
	X(N, "n")                   /* sample index, as the k of "name:k"; semitones on an instrument */               \
	X(NOTE, "note")             /* semitones from C4 = 0 */                                                        \
	X(FREQ, "freq")             /* Hz: an absolute pitch, which note and n transpose */                            \
	X(NOTE_NAMED, "note_named") /* 1: the note was a name ("c3"), so an instrument takes it as absolute pitch */   \
	X(CHORD_SIZE, "chord_size") /* voices that this event's chord has; each plays at gain/sqrt(size) */            \
	X(GAIN, "gain")             /* linear 0..10 */                                                                 \
	X(PAN, "pan")               /* -1 left .. 1 right */                                                           \
	X(SPEED, "speed")           /* playback rate, negative = reversed */                                           \
	X(ACCELERATE, "accelerate") /* added to speed by the end of the event */                                       \
	X(SQUEEZE, "squeeze")       /* event lengths that the slice is made to last */                                 \
	X(BEGIN, "begin")           /* 0..1 of the file */                                                             \
	X(END, "end")                                                                                                  \
	X(CUT, "cut") /* cut group */                                                                                  \
	X(LOOP, "loop")                                                                                                \
	X(UNIT, "unit")                                                                                                \
	X(ATTACK, "attack")   /* s */                                                                                  \
	X(DECAY, "decay")     /* s */                                                                                  \
	X(SUSTAIN, "sustain") /* level 0..1 */                                                                         \
	X(RELEASE, "release") /* s */                                                                                  \
	X(LEGATO, "legato")   /* gate in event lengths */                                                              \
	X(DUR, "dur")         /* gate in seconds */

enum control_key {
	CONTROL_NONE = 0,
#define X(key, name) CONTROL_##key,
	CONTROL_LIST(X)
#undef X
		CONTROL_COUNT
};

/* "gain" for CONTROL_GAIN; "" for CONTROL_NONE. */
const char *control_name(enum control_key key);
/* CONTROL_NONE for an unknown name. */
enum control_key control_find(const char *name, size_t len);

#endif
