#include "render/engine/envelope.h"

#include "render/dsp/simd.h"

/* exp(-5 t / release) as a power of 2: at its end the level is e^-5, -43 dB, as in the reference. */
#define PERCUSSIVE_EXPONENT (-5.0 * 1.4426950408889634)

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

/* Segments that rise or fall are shorter than this (ENVELOPE_SECONDS_MAX at the highest rate); in one that holds, the
 * age does not matter. */
#define AGE_MAX ((uint64_t)1 << 30)

/* Filled a vector at a time even for one frame, so that a lone frame has the bits of its neighbours. The ages are
 * unsigned while they are added to: gcc 12 drops a signed vector's addition under -fsanitize=undefined. */
SIMD_CLONES static void segment_fill(const struct envelope_segment *s, uint64_t first, sample *out, size_t n)
{
	uint64_t age = first - s->begin < AGE_MAX ? first - s->begin : AGE_MAX;
	u32x8 ages = u32x8_lanes() + (uint32_t)age;
	f32x8 level = f32x8_splat(s->level);
	for (size_t i = 0; i < n; i += SIMD_LANES, ages += SIMD_LANES) {
		f32x8 x = __builtin_convertvector((i32x8)ages, f32x8) * s->slope;
		f32x8 y = s->is_exponential ? level * f32x8_exp2(x) : level + x;
		sample lanes[SIMD_LANES];
		if (n - i >= SIMD_LANES) {
			f32x8_store(out + i, y);
			continue;
		}
		f32x8_store(lanes, y);
		for (size_t k = 0; i + k < n; k++)
			out[i + k] = lanes[k];
	}
}

void envelope_fill(const struct envelope *e, uint64_t first, sample *out, size_t n)
{
	uint64_t at = first, stop = first + n;
	for (unsigned i = 0; i < e->n_segments && at < stop; i++) {
		uint64_t next = i + 1 < e->n_segments ? e->segments[i + 1].begin : UINT64_MAX;
		if (next <= at)
			continue;
		uint64_t until = next < stop ? next : stop;
		segment_fill(&e->segments[i], at, out + (at - first), (size_t)(until - at));
		at = until;
	}
}

/* Replaces what follows the gate by a line to 0 from the level that is reached there. */
static void gate_close(struct envelope *e, uint64_t gate, uint64_t release)
{
	sample level = 0;
	if (gate >= e->end)
		return;
	envelope_fill(e, gate, &level, 1);
	while (e->n_segments > 0 && e->segments[e->n_segments - 1].begin >= gate)
		e->n_segments--;
	release = at_least_one(release);
	segment_add(e, gate, level, -(double)level / (double)release, false);
	e->end = gate + release;
}

void envelope_edges(struct envelope *e, uint64_t attack, uint64_t gate, uint64_t release)
{
	attack = at_least_one(attack);
	*e = (struct envelope){ .end = ENVELOPE_NO_GATE };
	segment_add(e, 0, 0, 1.0 / (double)attack, false);
	segment_add(e, attack, 1, 0, false);
	gate_close(e, gate, release);
}

void envelope_percussive(struct envelope *e, uint64_t attack, uint64_t release, uint64_t gate, uint64_t edge)
{
	attack = at_least_one(attack);
	release = at_least_one(release);
	*e = (struct envelope){ .end = attack + release };
	segment_add(e, 0, 0, 1.0 / (double)attack, false);
	segment_add(e, attack, 1, PERCUSSIVE_EXPONENT / (double)release, true);
	gate_close(e, gate, edge);
}

void envelope_adsr(struct envelope *e, uint64_t attack, uint64_t decay, sample sustain, uint64_t release, uint64_t gate)
{
	attack = at_least_one(attack);
	decay = at_least_one(decay);
	*e = (struct envelope){ .end = ENVELOPE_NO_GATE };
	segment_add(e, 0, 0, 1.0 / (double)attack, false);
	segment_add(e, attack, 1, ((double)sustain - 1) / (double)decay, false);
	segment_add(e, attack + decay, sustain, 0, false);
	gate_close(e, gate, release);
}
