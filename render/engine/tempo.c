#include "render/engine/tempo.h"

static const int64_t FRAME_MAX = (int64_t)1 << 62;

/* floor(num / den) for den > 0. What fits is divided by the processor, and that is nearly all. */
static __int128 floor_div(__int128 num, __int128 den)
{
	if (num >= 0 && num <= INT64_MAX && den <= INT64_MAX)
		return (int64_t)num / (int64_t)den;
	__int128 q = num / den;
	return q - (num % den < 0);
}

int tempo_frame(const struct tempo *t, struct rational cycle, int64_t *frame, struct error *err)
{
	__int128 num, den;
	if (!rational_is_valid(cycle))
		return error_set(err, ERR_INVALID, "a time in the pattern does not fit 64-bit fractions");
	/* cycle * rate / cps + 1/2 = (2 * num + den) / (2 * den) */
	if (__builtin_mul_overflow((__int128)cycle.num * t->sample_rate_hz, t->cps.den, &num) ||
	    __builtin_mul_overflow((__int128)cycle.den, t->cps.num, &den) || den > ((__int128)1 << 125) ||
	    num > ((__int128)1 << 125) || num < -((__int128)1 << 125))
		return error_set(err, ERR_INVALID, "a time in the pattern is too fine for the tempo");
	__int128 f = floor_div(2 * num + den, 2 * den);
	*frame = f > FRAME_MAX ? FRAME_MAX : f < -FRAME_MAX ? -FRAME_MAX : (int64_t)f;
	return 0;
}

int64_t tempo_cycle_before(const struct tempo *t, uint64_t frame)
{
	__int128 num = (__int128)frame * t->cps.num;
	__int128 c = num / ((__int128)t->sample_rate_hz * t->cps.den);
	return c > 0 ? (int64_t)c - 1 : 0;
}
