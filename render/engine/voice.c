/* A block of a voice is cut where its envelope changes segment. Within one, the sound is read, shaped and panned in a
 * single pass, eight frames at a time, by a kernel for the kind of segment; where the sound can be heard as it is, it
 * is read in place. A shorter rest of a stretch goes through the same vector code, so that where the cuts fall cannot
 * be heard. */
#include "render/engine/voice.h"

#include <string.h>

#include "render/dsp/simd.h"

enum { LEVELS_FRAMES = 1024 };

void voice_fade(struct voice *v, uint64_t frame, uint64_t fade_frames)
{
	if (v->is_fading || frame >= v->end)
		return;
	uint64_t from = frame > v->onset ? frame : v->onset;
	uint64_t len = v->end - from < fade_frames ? v->end - from : fade_frames;
	envelope_cut(&v->envelope, from - v->onset, len);
	v->end = v->onset + v->envelope.end;
	v->is_fading = true;
}

/* --- Mixing ------------------------------------------------------------------------------------------------ */

/* Frames that lie within one segment of the envelope. */
struct stretch {
	const sample *in[2];  /* [n]; the second only of a stereo sound */
	const sample *levels; /* [n]; only of an exponential */
	sample *out[2];       /* [n], added to */
	size_t n;
	const struct envelope_segment *segment;
	uint64_t age; /* of the first frame */
	sample gain[2][2];
};

enum shape { SHAPE_FLAT, SHAPE_LINE, SHAPE_GIVEN };

/* What is read and where it goes. One channel panned hard to a side goes to out[0] only, with gain[0][0]: to add nothing to the
 * other side would change no bit of it. */
enum route { ROUTE_SIDE, ROUTE_MONO, ROUTE_STEREO };

/* Levels of the frames i .. i + 7 of a stretch. */
SIMD_INLINE f32x8 level_at(const struct stretch *s, enum shape shape, size_t i)
{
	switch (shape) {
	case SHAPE_LINE:
		return envelope_line(s->segment, s->age + i);
	case SHAPE_GIVEN:
		return f32x8_load(s->levels + i);
	case SHAPE_FLAT:
		break;
	}
	return f32x8_splat(s->segment->level);
}

SIMD_INLINE void mix_eight(const struct stretch *s, enum route route, f32x8 level, const sample *in0, const sample *in1,
			   sample *out0, sample *out1)
{
	f32x8 x = f32x8_load(in0) * level;
	f32x8 left = x * s->gain[0][0], right = x * s->gain[1][0];
	if (route == ROUTE_STEREO) {
		f32x8 y = f32x8_load(in1) * level;
		left += y * s->gain[0][1];
		right += y * s->gain[1][1];
	}
	f32x8_store(out0, f32x8_load(out0) + left);
	if (route != ROUTE_SIDE)
		f32x8_store(out1, f32x8_load(out1) + right);
}

/* The last frames, fewer than eight. */
SIMD_INLINE void mix_rest(const struct stretch *s, enum shape shape, enum route route, size_t i)
{
	sample lanes[4][SIMD_LANES] = { { 0 } };
	size_t bytes = (s->n - i) * sizeof(sample);
	memcpy(lanes[0], s->in[0] + i, bytes);
	if (route == ROUTE_STEREO)
		memcpy(lanes[1], s->in[1] + i, bytes);
	memcpy(lanes[2], s->out[0] + i, bytes);
	if (route != ROUTE_SIDE)
		memcpy(lanes[3], s->out[1] + i, bytes);
	mix_eight(s, route, level_at(s, shape, i), lanes[0], lanes[1], lanes[2], lanes[3]);
	memcpy(s->out[0] + i, lanes[2], bytes);
	if (route != ROUTE_SIDE)
		memcpy(s->out[1] + i, lanes[3], bytes);
}

/* shape and route are constants where this is inlined. */
SIMD_INLINE void mix_stretch(const struct stretch *stretch, enum shape shape, enum route route)
{
	const struct stretch s = *stretch; /* of which no store into the output can change a thing */
	const sample *second = s.in[route == ROUTE_STEREO];
	size_t i = 0;
	for (; i + SIMD_LANES <= s.n; i += SIMD_LANES)
		mix_eight(&s, route, level_at(&s, shape, i), s.in[0] + i, second + i, s.out[0] + i, s.out[1] + i);
	if (i < s.n)
		mix_rest(&s, shape, route, i);
}

#define MIX_KERNEL(name, shape, route)                                                                                 \
	SIMD_CLONES(static, name, (const struct stretch *s), (s))                                                      \
	{                                                                                                              \
		mix_stretch(s, shape, route);                                                                          \
	}

MIX_KERNEL(mix_side_flat, SHAPE_FLAT, ROUTE_SIDE)
MIX_KERNEL(mix_side_line, SHAPE_LINE, ROUTE_SIDE)
MIX_KERNEL(mix_side_given, SHAPE_GIVEN, ROUTE_SIDE)
MIX_KERNEL(mix_mono_flat, SHAPE_FLAT, ROUTE_MONO)
MIX_KERNEL(mix_mono_line, SHAPE_LINE, ROUTE_MONO)
MIX_KERNEL(mix_mono_given, SHAPE_GIVEN, ROUTE_MONO)
MIX_KERNEL(mix_stereo_flat, SHAPE_FLAT, ROUTE_STEREO)
MIX_KERNEL(mix_stereo_line, SHAPE_LINE, ROUTE_STEREO)
MIX_KERNEL(mix_stereo_given, SHAPE_GIVEN, ROUTE_STEREO)

/* Turns the stretch of a sound that is heard on one side only to out[0]. */
static enum route route_of(struct stretch *s, unsigned n_ch)
{
	if (n_ch == 2)
		return ROUTE_STEREO;
	if (s->gain[0][0] != 0 && s->gain[1][0] != 0)
		return ROUTE_MONO;
	if (s->gain[0][0] == 0) {
		s->out[0] = s->out[1];
		s->gain[0][0] = s->gain[1][0];
	}
	return ROUTE_SIDE;
}

static void mix(struct stretch *s, unsigned n_ch)
{
	static void (*const kernels[][3])(const struct stretch *) = {
		[ROUTE_SIDE] = { mix_side_flat, mix_side_line, mix_side_given },
		[ROUTE_MONO] = { mix_mono_flat, mix_mono_line, mix_mono_given },
		[ROUTE_STEREO] = { mix_stereo_flat, mix_stereo_line, mix_stereo_given },
	};
	enum shape shape = s->levels ? SHAPE_GIVEN : s->segment->slope != 0 ? SHAPE_LINE : SHAPE_FLAT;
	enum route route = route_of(s, n_ch);
	kernels[route][shape](s);
}

/* --- Voices ------------------------------------------------------------------------------------------------ */

/* Points s->in at what is heard from s->age on, in the sound or in buffers; may shorten s->n. */
static void stretch_read(const struct voice *v, struct stretch *s, sample (*buffers)[PATH_CHUNK_FRAMES])
{
	size_t room = PATH_CHUNK_FRAMES - s->age % PATH_CHUNK_FRAMES;
	for (unsigned ch = 0; ch < v->path.data->n_ch; ch++) {
		const sample *sound = path_straight(&v->path, ch);
		s->in[ch] = sound ? sound + s->age : buffers[ch];
		if (sound)
			continue;
		s->n = s->n < room ? s->n : room;
		path_read(&v->path, ch, s->age, buffers[ch], s->n);
	}
}

static void stretch_mix(const struct voice *v, struct stretch *s)
{
	sample levels[LEVELS_FRAMES], buffers[2][PATH_CHUNK_FRAMES];
	if (s->segment->is_exponential && s->n > LEVELS_FRAMES)
		s->n = LEVELS_FRAMES;
	stretch_read(v, s, buffers);
	if (s->segment->is_exponential) {
		envelope_fill_segment(s->segment, s->age, levels, s->n);
		s->levels = levels;
	}
	mix(s, v->path.data->n_ch);
}

void voice_mix(const struct voice *v, uint64_t frame, size_t n, sample *left, sample *right)
{
	uint64_t at = frame > v->onset ? frame : v->onset;
	uint64_t stop = frame + n < v->end ? frame + n : v->end, until;

	while (at < stop) {
		struct stretch s = { .out = { left + (at - frame), right + (at - frame) }, .age = at - v->onset };
		memcpy(s.gain, v->gain, sizeof s.gain);
		s.segment = envelope_segment_at(&v->envelope, s.age, &until);
		s.n = (size_t)(until - s.age < stop - at ? until - s.age : stop - at);
		stretch_mix(v, &s);
		at += s.n;
	}
}
