/* The way of a voice through a sound: which place of it is heard at which age, in closed form.
 *
 * Positions and rates are fixed point, 2^32 to a frame of the sound, so that a place at any age is exact and the same
 * however the time line is cut. A rate may bend: it changes by the same amount every frame, up to an age, and stays.
 * A path may loop: then places outside [loop_begin, loop_begin + loop_length) are taken modulo its length, and
 * interpolation goes around the seam as well. */
#ifndef RENDER_ENGINE_PATH_H
#define RENDER_ENGINE_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "render/io/samples.h"

#define PATH_UNIT ((int64_t)1 << 32)

enum {
	PATH_RATE_MAX = 1024,   /* frames of the sound per frame: ten octaves up */
	PATH_CHUNK_FRAMES = 64, /* path_read() at most; its grid, counted from age 0, picks the filter of a bent rate */
	PATH_BEND_FRAMES_MIN = 64,
	PATH_BEND_BITS = 24, /* of fraction of a bend, below those of a rate */
};

struct path {
	const struct sample_data *data;  /* its ch may be filled later, until the path is read */
	int64_t start;                   /* place at age 0 */
	int64_t rate;                    /* at age 0; negative runs backwards */
	int64_t bend;                    /* change of the rate per frame, PATH_BEND_BITS finer than a rate */
	uint64_t bend_frames;            /* from PATH_BEND_FRAMES_MIN to 2^40 when bend is not 0 */
	int64_t loop_begin, loop_length; /* whole frames; length 0: no loop */
};

/* Bends the rate so that it is end_rate after n_frames, at least PATH_BEND_FRAMES_MIN. Both rates at most
 * PATH_RATE_MAX. */
void path_bend_to(struct path *p, int64_t end_rate, uint64_t n_frames);

int64_t path_position(const struct path *p, uint64_t age);

/* Frames until the place, inside [begin, end) at age 0, is outside for the first time or stands still for good: a bend
 * to rate 0 is a tape that stops. The rate and the bend are not both 0; loops are not looked at. */
uint64_t path_frames_inside(const struct path *p, int64_t begin, int64_t end);

/* Where the sound itself is what is heard: out[age] = result[age]. NULL when it has to be read. */
const sample *path_straight(const struct path *p, unsigned ch);

/* Reading it is interpolation. */
bool path_needs_reading(const struct path *p);

/* out[n]: what is heard at ages age .. age + n - 1, which lie in one chunk (age / PATH_CHUNK_FRAMES). Silence outside
 * the sound. Each channel has the same bits as if the ages were read one by one. */
void path_read(const struct path *p, unsigned ch, uint64_t age, sample *out, size_t n);

#endif
