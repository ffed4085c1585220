#include "render/engine/envelope.h"

#include <assert.h>
#include <string.h>

/* exp(-5 t / release) as a power of 2: at its end the level is e^-5, -43 dB, as in the reference. */
#define PERCUSSIVE_EXPONENT (-5.0 * 1.4426950408889634)

enum { EXPONENTIAL_SPAN = 64 };

static void segment_add(struct envelope *e, uint64_t begin, double level, double slope, bool is_exponential)
{
	e->segments[e->n_segments++] = (struct envelope_segment){
		.begin = begin,
		.level = (sample)level,
		.slope = (sample)slope,
		.is_exponential = is_exponential,
	};
}

static uint64_t at_least_one(uint64_t frames)
{
	return frames ? frames : 1;
}

/* Filled a vector at a time even for one frame, so that a lone frame has the bits of its neighbours. */
SIMD_CLONES(static, line_fill, (const struct envelope_segment *s, uint64_t first, sample *out, size_t n),
	    (s, first, out, n))
{
	for (size_t i = 0; i < n; i += SIMD_LANES) {
		sample lanes[SIMD_LANES];
		f32x8_store(lanes, envelope_line(s, first + i));
		memcpy(out + i, lanes, (n - i < SIMD_LANES ? n - i : SIMD_LANES) * sizeof *out);
	}
}

SIMD_INLINE void scale(sample *out, const sample *in, sample by, size_t n)
{
	size_t i = 0;
	for (; i + SIMD_LANES <= n; i += SIMD_LANES)
		f32x8_store(out + i, f32x8_load(in + i) * by);
	for (; i < n; i++)
		out[i] = in[i] * by;
}

SIMD_INLINE void scale_span(sample *out, const sample *in, sample by)
{
	SIMD_UNROLL
	for (int i = 0; i < EXPONENTIAL_SPAN / SIMD_LANES; i++)
		f32x8_store(out + i * SIMD_LANES, f32x8_load(in + i * SIMD_LANES) * by);
}

/* 2^(slope * age) at the begins of eight spans. Each age becomes a float by one rounding, whichever lane it is in. */
SIMD_INLINE f32x8 spans_power(sample slope, uint64_t age)
{
	u32x8 ages = u32x8_lanes() * EXPONENTIAL_SPAN + (uint32_t)(age < ENVELOPE_AGE_MAX ? age : ENVELOPE_AGE_MAX);
	return f32x8_exp2(slope * __builtin_convertvector((i32x8)ages, f32x8));
}

/* The levels within a span that begins with 1. Kept from call to call: voices that sound together tend to fall alike. */
SIMD_INLINE const sample *span_within(sample slope)
{
	static _Thread_local struct {
		sample slope;
		sample levels[EXPONENTIAL_SPAN];
	} last;
	if (last.slope == slope && slope != 0)
		return last.levels;
	last.slope = slope;
	for (unsigned i = 0; i < EXPONENTIAL_SPAN; i += SIMD_LANES)
		f32x8_store(last.levels + i,
			    f32x8_exp2(slope * __builtin_convertvector((i32x8)(u32x8_lanes() + i), f32x8)));
	return last.levels;
}

/* The level at the start of each span of 64 frames times that of the frame within it: two short tables of powers in
 * place of a power per frame. Spans are counted from the segment's begin. */
SIMD_CLONES(static, exponential_fill, (const struct envelope_segment *s, uint64_t first, sample *out, size_t n),
	    (s, first, out, n))
{
	const sample *within = span_within(s->slope);
	sample begins[SIMD_LANES];
	uint64_t age = first - s->begin;
	for (size_t i = 0, len, span = 0; i < n; i += len, span++) {
		size_t at = (age + i) % EXPONENTIAL_SPAN;
		if (span % SIMD_LANES == 0)
			f32x8_store(begins, s->level * spans_power(s->slope, age + i - at));
		len = n - i < EXPONENTIAL_SPAN - at ? n - i : EXPONENTIAL_SPAN - at;
		if (len == EXPONENTIAL_SPAN)
			scale_span(out + i, within, begins[span % SIMD_LANES]);
		else
			scale(out + i, within + at, begins[span % SIMD_LANES], len);
	}
}

void envelope_fill_segment(const struct envelope_segment *s, uint64_t first, sample *out, size_t n)
{
	if (s->is_exponential)
		exponential_fill(s, first, out, n);
	else
		line_fill(s, first, out, n);
}

const struct envelope_segment *envelope_segment_at(const struct envelope *e, uint64_t frame, uint64_t *until)
{
	unsigned i = 0;
	while (i + 1 < e->n_segments && e->segments[i + 1].begin <= frame)
		i++;
	*until = i + 1 < e->n_segments ? e->segments[i + 1].begin : UINT64_MAX;
	return &e->segments[i];
}

void envelope_fill(const struct envelope *e, uint64_t first, sample *out, size_t n)
{
	for (uint64_t at = first, stop = first + n, until; at < stop; at = until) {
		const struct envelope_segment *s = envelope_segment_at(e, at, &until);
		until = until < stop ? until : stop;
		envelope_fill_segment(s, at, out + (at - first), (size_t)(until - at));
	}
}

void envelope_cut(struct envelope *e, uint64_t at, uint64_t n_frames)
{
	sample level = 0;
	if (at >= e->end)
		return;
	envelope_fill(e, at, &level, 1);
	while (e->n_segments > 0 && e->segments[e->n_segments - 1].begin >= at)
		e->n_segments--;
	assert(e->n_segments < ENVELOPE_SEGMENTS_MAX);
	n_frames = at_least_one(n_frames);
	segment_add(e, at, level, -(double)level / (double)n_frames, false);
	e->end = at + n_frames;
}

void envelope_edges(struct envelope *e, uint64_t attack, uint64_t gate, uint64_t release)
{
	attack = at_least_one(attack);
	*e = (struct envelope){ .end = ENVELOPE_NO_GATE };
	segment_add(e, 0, 0, 1.0 / (double)attack, false);
	segment_add(e, attack, 1, 0, false);
	envelope_cut(e, gate, release);
}

void envelope_percussive(struct envelope *e, uint64_t attack, uint64_t release, uint64_t gate, uint64_t edge)
{
	attack = at_least_one(attack);
	release = at_least_one(release);
	*e = (struct envelope){ .end = attack + release };
	segment_add(e, 0, 0, 1.0 / (double)attack, false);
	segment_add(e, attack, 1, PERCUSSIVE_EXPONENT / (double)release, true);
	envelope_cut(e, gate, edge);
}

void envelope_adsr(struct envelope *e, uint64_t attack, uint64_t decay, sample sustain, uint64_t release, uint64_t gate)
{
	attack = at_least_one(attack);
	decay = at_least_one(decay);
	*e = (struct envelope){ .end = ENVELOPE_NO_GATE };
	segment_add(e, 0, 0, 1.0 / (double)attack, false);
	segment_add(e, attack, 1, ((double)sustain - 1) / (double)decay, false);
	segment_add(e, attack + decay, sustain, 0, false);
	envelope_cut(e, gate, release);
}
