#include "render/engine/mix.h"

#include <string.h>

#include "render/dsp/simd.h"

/* Written as vectors: at -O2 gcc 12 vectorises no loop whose length it does not know. The rest of fewer than eight frames goes
 * one by one, with the same bits. */

SIMD_CLONES(extern, mix_add, (sample *into, const sample *from, size_t n), (into, from, n))
{
	size_t i = 0;
	for (; i + SIMD_LANES <= n; i += SIMD_LANES)
		f32x8_store(into + i, f32x8_load(into + i) + f32x8_load(from + i));
	for (; i < n; i++)
		into[i] += from[i];
}

/* x * 0 is 0 for every finite x and NaN for the others, and a NaN stays in a sum. */
SIMD_CLONES_RETURNING(extern, bool, mix_is_finite, (const sample *x, size_t n), (x, n))
{
	f32x8 sum = f32x8_splat(0), other = sum;
	sample rest = 0;
	size_t i = 0;
	/* Two sums, which do not wait for each other. */
	for (; i + 2 * SIMD_LANES <= n; i += 2 * SIMD_LANES) {
		sum += f32x8_load(x + i) * 0.0f;
		other += f32x8_load(x + i + SIMD_LANES) * 0.0f;
	}
	sum += other;
	for (; i + SIMD_LANES <= n; i += SIMD_LANES)
		sum += f32x8_load(x + i) * 0.0f;
	for (; i < n; i++)
		rest += x[i] * 0.0f;
	for (unsigned k = 0; k < SIMD_LANES; k++)
		rest += sum[k];
	return rest == 0;
}

/* As added to silence: a negative zero becomes a positive one. */
SIMD_CLONES(static, set_scaled, (sample *out, const sample *from, sample gain, size_t n), (out, from, gain, n))
{
	size_t i = 0;
	for (; i + SIMD_LANES <= n; i += SIMD_LANES)
		f32x8_store(out + i, 0.0f + gain * f32x8_load(from + i));
	for (; i < n; i++)
		out[i] = 0.0f + gain * from[i];
}

SIMD_CLONES(static, add_scaled, (sample *into, const sample *from, sample gain, size_t n), (into, from, gain, n))
{
	size_t i = 0;
	for (; i + SIMD_LANES <= n; i += SIMD_LANES)
		f32x8_store(into + i, f32x8_load(into + i) + gain * f32x8_load(from + i));
	for (; i < n; i++)
		into[i] += gain * from[i];
}

static void add_constant(sample *into, sample value, size_t n)
{
	for (size_t i = 0; i < n; i++)
		into[i] += value;
}

SIMD_CLONES(static, scale, (sample *x, sample gain, size_t n), (x, gain, n))
{
	size_t i = 0;
	for (; i + SIMD_LANES <= n; i += SIMD_LANES)
		f32x8_store(x + i, f32x8_load(x + i) * gain);
	for (; i < n; i++)
		x[i] *= gain;
}

SIMD_CLONES(static, saturate, (sample *x, size_t n), (x, n))
{
	for (size_t i = 0; i < n; i += SIMD_LANES) {
		sample lanes[SIMD_LANES] = { 0 };
		size_t len = n - i < SIMD_LANES ? n - i : SIMD_LANES;
		memcpy(lanes, x + i, len * sizeof *x);
		f32x8_store(lanes, f32x8_tanh(f32x8_load(lanes)));
		memcpy(x + i, lanes, len * sizeof *x);
	}
}

SIMD_CLONES(static, clip, (sample *x, size_t n), (x, n))
{
	for (size_t i = 0; i < n; i++)
		x[i] = x[i] > 1.0f ? 1.0f : x[i] < -1.0f ? -1.0f : x[i];
}

static void mix_mode(const struct plan *plan, sample *x, size_t n)
{
	sample k = (sample)plan->n_outputs;
	switch (plan->graph->mix) {
	case GRAPH_MIX_NONE:
		break;
	case GRAPH_MIX_GAIN:
		if (plan->n_outputs > 1)
			scale(x, 1.0f / k, n);
		break;
	case GRAPH_MIX_SQRT:
		if (plan->n_outputs > 1)
			scale(x, 1.0f / __builtin_sqrtf(k), n);
		break;
	case GRAPH_MIX_TANH:
		saturate(x, n);
		break;
	case GRAPH_MIX_HARD:
		clip(x, n);
		break;
	}
}

/* out[n] += output i */
static void add_output(const struct run *run, uint32_t i, unsigned ch, uint64_t block, sample *out, size_t n)
{
	const struct plan_output *o = &run->spec.plan->outputs[i];
	if (o->source.node == PLAN_NONE)
		add_constant(out, o->gain * o->source.value, n);
	else
		add_scaled(out, run_signal(run, o->source.node, ch, block), o->gain, n);
}

/* out[n] = output i, or silence where there is none */
static void set_output(const struct run *run, uint32_t i, unsigned ch, uint64_t block, sample *out, size_t n)
{
	const struct plan *plan = run->spec.plan;
	if (i < plan->n_outputs && plan->outputs[i].source.node != PLAN_NONE) {
		set_scaled(out, run_signal(run, plan->outputs[i].source.node, ch, block), plan->outputs[i].gain, n);
		return;
	}
	memset(out, 0, n * sizeof *out);
	if (i < plan->n_outputs)
		add_output(run, i, ch, block, out, n);
}

static void mix_channel(const struct run *run, unsigned ch, uint64_t block, sample *out, size_t n)
{
	const struct plan *plan = run->spec.plan;
	set_output(run, 0, ch, block, out, n);
	for (uint32_t i = 1; i < plan->n_outputs; i++)
		add_output(run, i, ch, block, out, n);
	mix_mode(plan, out, n);
}

void mix_outputs(const struct run *run, uint64_t block, sample *left, sample *right, size_t n)
{
	mix_channel(run, 0, block, left, n);
	if (mix_output_channels(run->spec.plan) == 1)
		memcpy(right, left, n * sizeof *right);
	else
		mix_channel(run, 1, block, right, n);
}

/* share[n] = what the mix mode made of sum[n], as a factor */
static void find_share(const sample *sum, const sample *mixed, sample *share, size_t n)
{
	for (size_t i = 0; i < n; i++)
		share[i] = sum[i] != 0 ? mixed[i] / sum[i] : 1;
}

static void multiply(sample *x, const sample *by, size_t n)
{
	for (size_t i = 0; i < n; i++)
		x[i] *= by[i];
}

void mix_stems(const struct run *run, uint64_t block, unsigned ch, sample *mix, sample *const *stems, size_t n)
{
	const struct plan *plan = run->spec.plan;
	sample share[BLOCK_FRAMES_MAX], sum[BLOCK_FRAMES_MAX];

	memset(sum, 0, n * sizeof *sum);
	for (uint32_t i = 0; i < plan->n_outputs; i++) {
		set_output(run, i, ch, block, stems[i], n);
		mix_add(sum, stems[i], n);
	}
	memcpy(mix, sum, n * sizeof *mix);
	if (plan->graph->mix == GRAPH_MIX_NONE)
		return;
	mix_mode(plan, mix, n);
	find_share(sum, mix, share, n);
	for (uint32_t i = 0; i < plan->n_outputs; i++)
		multiply(stems[i], share, n);
}

unsigned mix_output_channels(const struct plan *plan)
{
	for (uint32_t i = 0; i < plan->n_outputs; i++)
		if (plan->outputs[i].source.node != PLAN_NONE && plan->nodes[plan->outputs[i].source.node].n_ch == 2)
			return 2;
	return 1;
}

bool mix_finish(sample *x, size_t n, sample gain)
{
	if (gain != 1)
		scale(x, gain, n);
	if (mix_is_finite(x, n))
		return true;
	for (size_t i = 0; i < n; i++)
		x[i] = __builtin_isfinite(x[i]) ? x[i] : 0;
	return false;
}

SIMD_CLONES(extern, mix_down, (sample *left, const sample *right, size_t n), (left, right, n))
{
	size_t i = 0;
	for (; i + SIMD_LANES <= n; i += SIMD_LANES)
		f32x8_store(left + i, 0.5f * (f32x8_load(left + i) + f32x8_load(right + i)));
	for (; i < n; i++)
		left[i] = 0.5f * (left[i] + right[i]);
}
