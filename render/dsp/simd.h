/* Fixed-width vectors for kernels, and the few functions that kernels need per sample.
 *
 * Written once over GCC vector types of 8 floats (or 4 doubles); the compiler lowers them to what the target has.
 * SIMD_CLONES compiles a kernel for several levels, of which one is picked at run time. The same bits come out at
 * every level, because each function is a fixed sequence of IEEE additions, multiplications and divisions: contraction is
 * off for the whole build, there is no libm, no reciprocal estimate and no horizontal sum of unspecified order.
 * Rounding to integers is done by adding and subtracting 1.5 * 2^23 (2^52), which needs the default rounding mode
 * and no conversion instruction that wider machines lack.
 *
 * Everything is inlined, so that no vector crosses a call and no ABI depends on its width. That holds for a
 * kernel's own helpers too: one that is called instead of inlined is compiled for the lowest level only, and
 * changing between the levels' instructions cost 100 ns a call where it was measured.
 *
 * The polynomials interpolate at Chebyshev nodes (float) or are Taylor series on a reduced range (double); the
 * error bounds given here are tested. Arguments that are NaN give any value, never undefined behaviour. */
#ifndef RENDER_DSP_SIMD_H
#define RENDER_DSP_SIMD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/cpu_level.h"

#define SIMD_INLINE static inline __attribute__((always_inline))

/* Begins the definition of a function that is compiled for every level; linkage is static or extern, args are the names
 * in params:
 *
 *	SIMD_CLONES(static, scale, (sample *x, sample gain, size_t n), (x, gain, n))
 *	{
 *		...
 *	}
 *
 * The body is inlined into one function per level, and scale() calls the one that cpu_level names. A table and not
 * an ifunc: that would be settled before main(), out of reach of a test that forces a level. Sanitizers watch one
 * level, since their builds take long as it is. */
#define SIMD_CLONES(linkage, name, params, args) SIMD_CLONES_OF(linkage, void, , name, params, args)
/* The same for a function with a result. */
#define SIMD_CLONES_RETURNING(linkage, type, name, params, args)                                                       \
	SIMD_CLONES_OF(linkage, type, return, name, params, args)

#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define SIMD_CLONES_OF(linkage, type, give, name, params, args)                                                        \
	SIMD_INLINE type name##_body params;                                                                           \
	static type name##_default params                                                                              \
	{                                                                                                              \
		give name##_body args;                                                                                 \
	}                                                                                                              \
	__attribute__((target("arch=x86-64-v3"))) static type name##_v3 params                                         \
	{                                                                                                              \
		give name##_body args;                                                                                 \
	}                                                                                                              \
	__attribute__((target("arch=x86-64-v4"))) static type name##_v4 params                                         \
	{                                                                                                              \
		give name##_body args;                                                                                 \
	}                                                                                                              \
	linkage type name params                                                                                       \
	{                                                                                                              \
		static type(*const levels[CPU_LEVELS]) params = { name##_default, name##_v3, name##_v4 };              \
		give levels[cpu_level] args;                                                                           \
	}                                                                                                              \
	SIMD_INLINE type name##_body params
#else
#define SIMD_CLONES_OF(linkage, type, give, name, params, args) linkage type name params
#endif

/* Put before a loop of at most eight turns over vectors: rolled up, they would go through memory at each. */
#ifdef __clang__
#define SIMD_UNROLL _Pragma("unroll")
#else
#define SIMD_UNROLL _Pragma("GCC unroll 8")
#endif

enum { SIMD_LANES = 8 }; /* of f32x8; QUANTUM_FRAMES is a multiple of it */

typedef float f32x8 __attribute__((vector_size(32)));
typedef int32_t i32x8 __attribute__((vector_size(32)));
typedef uint32_t u32x8 __attribute__((vector_size(32)));
typedef double f64x4 __attribute__((vector_size(32)));
typedef int64_t i64x4 __attribute__((vector_size(32)));
typedef uint64_t u64x4 __attribute__((vector_size(32)));
typedef float f32x4 __attribute__((vector_size(16)));

/* --- Moving --------------------------------------------------------------------------------------------------- */

/* p needs no alignment beyond its element's. */
SIMD_INLINE f32x8 f32x8_load(const float *p)
{
	f32x8 v;

	memcpy(&v, p, sizeof(v));
	return v;
}

SIMD_INLINE void f32x8_store(float *p, f32x8 v)
{
	memcpy(p, &v, sizeof(v));
}

SIMD_INLINE u32x8 u32x8_load(const uint32_t *p)
{
	u32x8 v;

	memcpy(&v, p, sizeof(v));
	return v;
}

SIMD_INLINE f64x4 f64x4_load(const double *p)
{
	f64x4 v;

	memcpy(&v, p, sizeof(v));
	return v;
}

SIMD_INLINE void f64x4_store(double *p, f64x4 v)
{
	memcpy(p, &v, sizeof(v));
}

SIMD_INLINE u64x4 u64x4_load(const uint64_t *p)
{
	u64x4 v;

	memcpy(&v, p, sizeof(v));
	return v;
}

SIMD_INLINE void u64x4_store(uint64_t *p, u64x4 v)
{
	memcpy(p, &v, sizeof(v));
}

/* Splats go through the bits: gcc 12 builds a vector of equal floats lane by lane, through memory when it can. */
SIMD_INLINE f32x8 f32x8_splat(float x)
{
	uint32_t bits;

	memcpy(&bits, &x, sizeof(bits));
	return (f32x8)((u32x8){ 0 } | bits);
}

SIMD_INLINE u32x8 u32x8_splat(uint32_t x)
{
	return (u32x8){ 0 } | x;
}

SIMD_INLINE u64x4 u64x4_splat(uint64_t x)
{
	return (u64x4){ 0 } | x;
}

SIMD_INLINE f64x4 f64x4_splat(double x)
{
	uint64_t bits;

	memcpy(&bits, &x, sizeof(bits));
	return (f64x4)((u64x4){ 0 } | bits);
}

/* {0, 1, ... 7} and {0, 1, 2, 3}. */
SIMD_INLINE u32x8 u32x8_lanes(void)
{
	return (u32x8){ 0, 1, 2, 3, 4, 5, 6, 7 };
}

SIMD_INLINE f64x4 f64x4_lanes(void)
{
	return (f64x4){ 0, 1, 2, 3 };
}

/* Lanes 0..3 and 4..7 as doubles, and back with one rounding. Lane by lane: gcc 12 makes one instruction of that, of
 * __builtin_convertvector() five. */
SIMD_INLINE f64x4 f32x8_low_f64(f32x8 x)
{
	return (f64x4){ (double)x[0], (double)x[1], (double)x[2], (double)x[3] };
}

SIMD_INLINE f64x4 f32x8_high_f64(f32x8 x)
{
	return (f64x4){ (double)x[4], (double)x[5], (double)x[6], (double)x[7] };
}

SIMD_INLINE f32x8 f32x8_from_f64(f64x4 low, f64x4 high)
{
	f32x4 a = __builtin_convertvector(low, f32x4), b = __builtin_convertvector(high, f32x4);

	return __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7);
}

/* Lane k of row j becomes lane j of row k. */
SIMD_INLINE void f32x8_transpose(f32x8 m[SIMD_LANES])
{
	f32x8 t[SIMD_LANES], u[SIMD_LANES];

	SIMD_UNROLL
	for (int i = 0; i < SIMD_LANES; i += 2) {
		t[i] = __builtin_shufflevector(m[i], m[i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
		t[i + 1] = __builtin_shufflevector(m[i], m[i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
	}
	SIMD_UNROLL
	for (int k = 0; k < 4; k++) {
		int i = 4 * (k / 2), j = k % 2;

		u[i + 2 * j] = __builtin_shufflevector(t[i + j], t[i + j + 2], 0, 1, 8, 9, 4, 5, 12, 13);
		u[i + 2 * j + 1] = __builtin_shufflevector(t[i + j], t[i + j + 2], 2, 3, 10, 11, 6, 7, 14, 15);
	}
	SIMD_UNROLL
	for (int i = 0; i < 4; i++) {
		m[i] = __builtin_shufflevector(u[i], u[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
		m[i + 4] = __builtin_shufflevector(u[i], u[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
	}
}

/* --- Choosing ------------------------------------------------------------------------------------------------- */

/* mask lanes are 0 or -1, as comparisons give: a where -1, b where 0. */
SIMD_INLINE f32x8 f32x8_select(i32x8 mask, f32x8 a, f32x8 b)
{
	return (f32x8)((mask & (i32x8)a) | (~mask & (i32x8)b));
}

SIMD_INLINE f64x4 f64x4_select(i64x4 mask, f64x4 a, f64x4 b)
{
	return (f64x4)((mask & (i64x4)a) | (~mask & (i64x4)b));
}

/* Whether any lane of a comparison is true. */
SIMD_INLINE bool i32x8_any(i32x8 mask)
{
	u64x4 pairs = (u64x4)mask;

	return (pairs[0] | pairs[1] | pairs[2] | pairs[3]) != 0;
}

/* b where a is NaN. A loop over the lanes would become one instruction, but on plain x86-64 gcc 12 makes wrong code of such
 * loops when it vectorises them. */
SIMD_INLINE f32x8 f32x8_min(f32x8 a, f32x8 b)
{
	return f32x8_select(a < b, a, b);
}

SIMD_INLINE f32x8 f32x8_max(f32x8 a, f32x8 b)
{
	return f32x8_select(a > b, a, b);
}

SIMD_INLINE f64x4 f64x4_min(f64x4 a, f64x4 b)
{
	return f64x4_select(a < b, a, b);
}

SIMD_INLINE f64x4 f64x4_max(f64x4 a, f64x4 b)
{
	return f64x4_select(a > b, a, b);
}

/* Into [lo, hi]; a NaN becomes lo. */
SIMD_INLINE f32x8 f32x8_clamp(f32x8 x, float lo, float hi)
{
	return f32x8_min(f32x8_max(x, f32x8_splat(lo)), f32x8_splat(hi));
}

SIMD_INLINE f64x4 f64x4_clamp(f64x4 x, double lo, double hi)
{
	return f64x4_min(f64x4_max(x, f64x4_splat(lo)), f64x4_splat(hi));
}

SIMD_INLINE f32x8 f32x8_abs(f32x8 x)
{
	return (f32x8)((u32x8)x & 0x7fffffffu);
}

/* |x| with the sign of s. */
SIMD_INLINE f32x8 f32x8_copysign(f32x8 x, f32x8 s)
{
	return (f32x8)(((u32x8)x & 0x7fffffffu) | ((u32x8)s & 0x80000000u));
}

/* Correctly rounded; NaN for negative lanes. */
SIMD_INLINE f32x8 f32x8_sqrt(f32x8 x)
{
	f32x8 y;

	for (unsigned i = 0; i < 8; i++)
		y[i] = __builtin_sqrtf(x[i]);
	return y;
}

/* --- Rounding ------------------------------------------------------------------------------------------------- */

#define SIMD_ROUND_F32 12582912.0f        /* 1.5 * 2^23 */
#define SIMD_ROUND_F64 6755399441055744.0 /* 1.5 * 2^52 */

/* To the nearest integer, ties to even; exact for |x| <= 2^22 (2^51). */
SIMD_INLINE f32x8 f32x8_round(f32x8 x)
{
	return (x + SIMD_ROUND_F32) - SIMD_ROUND_F32;
}

SIMD_INLINE f64x4 f64x4_round(f64x4 x)
{
	return (x + SIMD_ROUND_F64) - SIMD_ROUND_F64;
}

/* Largest integer <= x; same range. */
SIMD_INLINE f32x8 f32x8_floor(f32x8 x)
{
	f32x8 r = f32x8_round(x);

	return r - f32x8_select(r > x, f32x8_splat(1.0f), f32x8_splat(0.0f));
}

SIMD_INLINE f64x4 f64x4_floor(f64x4 x)
{
	f64x4 r = f64x4_round(x);

	return r - f64x4_select(r > x, f64x4_splat(1.0), f64x4_splat(0.0));
}

/* x in [-1/2, 1/2] cycles to 64-bit fixed point, one cycle being 2^64, rounded to steps of 2^-52 cycle. In
 * [1, 2) the steps of a double are 2^-52, so the mantissa of 1.5 + x is the answer. */
SIMD_INLINE u64x4 f64x4_to_phase(f64x4 x)
{
	u64x4 bits = (u64x4)(x + 1.5), zero = (u64x4)f64x4_splat(1.5);

	return (bits - zero) << 12;
}

/* The upper half of each phase. */
SIMD_INLINE u32x8 u32x8_from_phases(u64x4 low, u64x4 high)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	return __builtin_shufflevector((u32x8)low, (u32x8)high, 1, 3, 5, 7, 9, 11, 13, 15);
#else
	return __builtin_shufflevector((u32x8)low, (u32x8)high, 0, 2, 4, 6, 8, 10, 12, 14);
#endif
}

/* Lane i becomes the sum of lanes 0..i, modulo 2^64. */
SIMD_INLINE u64x4 u64x4_prefix_sum(u64x4 x)
{
	u64x4 zero = { 0 };

	x += __builtin_shufflevector(zero, x, 0, 4, 5, 6);
	return x + __builtin_shufflevector(zero, x, 0, 1, 4, 5);
}

SIMD_INLINE u64x4 u64x4_splat_last(u64x4 x)
{
	return __builtin_shufflevector(x, x, 3, 3, 3, 3);
}

/* A 32-bit phase as cycles in [-1/2, 1/2]: exact to 24 bits, finest around 0. */
SIMD_INLINE f32x8 f32x8_from_phase(u32x8 phase)
{
	return __builtin_convertvector((i32x8)phase, f32x8) * 0x1p-32f;
}

/* --- Functions ------------------------------------------------------------------------------------------------ */

/* sin(2 pi x) for x in cycles, |x| <= 2^22. Absolute error < 2e-7; the reduction is exact, so near the zeros at
 * integers the relative error is as small. */
SIMD_INLINE f32x8 f32x8_sin2pi(f32x8 x)
{
	f32x8 r = x - f32x8_round(x);
	f32x8 a = f32x8_abs(r);
	f32x8 t, t2, p;

	a = f32x8_min(a, 0.5f - a); /* sin(pi - y) = sin(y) */
	t = a * a;
	t2 = t * t;
	p = (6.2831853f - 41.341681f * t) + ((81.602476f - 76.581173f * t) + 39.759827f * t2) * t2;
	return f32x8_copysign(a * p, r);
}

SIMD_INLINE f32x8 f32x8_cos2pi(f32x8 x)
{
	f32x8 a = f32x8_abs(x - f32x8_round(x));

	return f32x8_sin2pi(0.25f - a);
}

/* 2^f - 1 for |f| <= 1/2. */
SIMD_INLINE f32x8 f32x8_exp2m1_reduced(f32x8 f)
{
	f32x8 p = f * 1.5453163e-4f + 1.3390863e-3f;

	p = p * f + 9.6180826e-3f;
	p = p * f + 5.5503571e-2f;
	p = p * f + 0.24022651f;
	p = p * f + 0.69314719f;
	return p * f;
}

/* 2^x, relative error < 1.5e-7; x is clamped to [-126, 126]. */
SIMD_INLINE f32x8 f32x8_exp2(f32x8 x)
{
	f32x8 c = f32x8_clamp(x, -126.0f, 126.0f);
	f32x8 m = c + SIMD_ROUND_F32;
	f32x8 f = c - (m - SIMD_ROUND_F32);
	u32x8 n = (u32x8)m - (u32x8)f32x8_splat(SIMD_ROUND_F32);
	f32x8 scale = (f32x8)((n + 127) << 23);

	return scale + scale * f32x8_exp2m1_reduced(f);
}

/* tan(pi x) for 0 <= x <= 0.49, the prewarping of a filter whose cutoff is x times the sample rate. Relative
 * error < 4e-7. */
SIMD_INLINE f32x8 f32x8_tanpi(f32x8 x)
{
	f32x8 h = x * 0.5f;

	return f32x8_sin2pi(h) / f32x8_sin2pi(0.25f - h);
}

/* tanh(x), relative error < 4e-7: expm1(2|x|) / (expm1(2|x|) + 2). */
SIMD_INLINE f32x8 f32x8_tanh(f32x8 x)
{
	f32x8 y = f32x8_min(f32x8_abs(x) * 2.8853901f, f32x8_splat(40.0f)); /* 2 / ln 2 */
	f32x8 m = y + SIMD_ROUND_F32;
	f32x8 f = y - (m - SIMD_ROUND_F32);
	u32x8 n = (u32x8)m - (u32x8)f32x8_splat(SIMD_ROUND_F32);
	f32x8 scale = (f32x8)((n + 127) << 23);
	f32x8 e = (scale - 1.0f) + scale * f32x8_exp2m1_reduced(f);

	return f32x8_copysign(e / (e + 2.0f), x);
}

/* log2(x) for normal x > 0, relative error < 3e-7 (absolute as well for 2^-20..2): the mantissa is brought to
 * [1/sqrt 2, sqrt 2), then the series of 2 atanh((m - 1) / (m + 1)). */
SIMD_INLINE f32x8 f32x8_log2(f32x8 x)
{
	u32x8 bits = (u32x8)x;
	i32x8 n = (i32x8)(bits - 0x3f3504f3u) >> 23; /* 0x3f3504f3 is sqrt(1/2) */
	f32x8 m = (f32x8)(bits - ((u32x8)n << 23));
	f32x8 z = (m - 1.0f) / (m + 1.0f), t = z * z;
	f32x8 p = t * 0.32059890f + 0.41219859f; /* (2 / ln 2) / 9, / 7 ... */

	p = p * t + 0.57707802f;
	p = p * t + 0.96179669f;
	p = p * t + 2.8853901f;
	return __builtin_convertvector(n, f32x8) + z * p;
}

/* One value at a time, with the bits of the vector function. */
SIMD_INLINE float f32_tanh(float x)
{
	return f32x8_tanh(f32x8_splat(x))[0];
}

SIMD_INLINE float f32_exp2(float x)
{
	return f32x8_exp2(f32x8_splat(x))[0];
}

/* --- Double precision, for coefficients and for sounds made ahead of time ------------------------------------- */

SIMD_INLINE double f64_round(double x)
{
	return (x + SIMD_ROUND_F64) - SIMD_ROUND_F64;
}

/* sin(2 pi x), |x| <= 2^51; absolute error < 1e-15. */
SIMD_INLINE double f64_sin2pi(double x)
{
	double r = x - f64_round(x);
	double a = r < 0 ? -r : r;
	double t, p;

	a = a < 0.25 ? a : 0.5 - a;
	t = a * a;
	p = -0.012031585942120627;
	p = p * t + 0.10422916220813984;
	p = p * t - 0.7181223017785006;
	p = p * t + 3.819952584848282;
	p = p * t - 15.09464257682299;
	p = p * t + 42.058693944897655;
	p = p * t - 76.70585975306139;
	p = p * t + 81.60524927607506;
	p = p * t - 41.34170224039976;
	p = p * t + 6.283185307179586;
	p = a * p;
	return r < 0 ? -p : p;
}

SIMD_INLINE double f64_cos2pi(double x)
{
	double r = x - f64_round(x);

	return f64_sin2pi(0.25 - (r < 0 ? -r : r));
}

/* 2^x, relative error < 1e-15; x is clamped to [-1022, 1022]. */
SIMD_INLINE double f64_exp2(double x)
{
	double c = x > -1022.0 ? x : -1022.0;
	double n, f, p, scale;
	uint64_t bits;

	c = c < 1022.0 ? c : 1022.0;
	n = f64_round(c);
	f = c - n;
	p = 1.3691488853904128e-12;
	p = p * f + 2.5678435993488206e-11;
	p = p * f + 4.4455382718708116e-10;
	p = p * f + 7.054911620801123e-09;
	p = p * f + 1.01780860092397e-07;
	p = p * f + 1.321548679014431e-06;
	p = p * f + 1.5252733804059841e-05;
	p = p * f + 0.0001540353039338161;
	p = p * f + 0.0013333558146428443;
	p = p * f + 0.009618129107628477;
	p = p * f + 0.05550410866482158;
	p = p * f + 0.24022650695910072;
	p = p * f + 0.6931471805599453;
	bits = (uint64_t)((int64_t)n + 1023) << 52;
	memcpy(&scale, &bits, sizeof(scale));
	return scale + scale * (p * f);
}

SIMD_INLINE double f64_exp(double x)
{
	return f64_exp2(x * 1.4426950408889634);
}

/* tan(pi x), 0 <= x <= 0.499; relative error < 1e-14. */
SIMD_INLINE double f64_tanpi(double x)
{
	return f64_sin2pi(0.5 * x) / f64_sin2pi(0.25 - 0.5 * x);
}

SIMD_INLINE double f64_tanh(double x)
{
	double a = x < 0 ? -x : x;
	double e = f64_exp(-2.0 * (a < 40.0 ? a : 40.0));
	double y = (1.0 - e) / (1.0 + e);

	return x < 0 ? -y : y;
}

/* --- Counter-based randomness --------------------------------------------------------------------------------- */

/* A bijection on 32 bits whose output bits each depend on all input bits (multiply-xorshift, constants of
 * C. Wellons' "hash prospector", https://nullprogram.com/blog/2018/07/31/). */
SIMD_INLINE u32x8 u32x8_mix(u32x8 x)
{
	x ^= x >> 16;
	x *= 0x7feb352du;
	x ^= x >> 15;
	x *= 0x846ca68bu;
	return x ^ (x >> 16);
}

/* Random bits of 64-bit numbers, given as halves, under a key: two rounds of the mixer, the lower half before the
 * first, the upper half before the second. */
SIMD_INLINE u32x8 u32x8_hash(uint64_t key, u32x8 low, u32x8 high)
{
	return u32x8_mix(u32x8_mix(low ^ (uint32_t)key) + (uint32_t)(key >> 32) + high * 0x9e3779b9u);
}

/* Of frames frame..frame+7. */
SIMD_INLINE u32x8 u32x8_hash_frames(uint64_t key, uint64_t frame)
{
	u32x8 low = (uint32_t)frame + u32x8_lanes();
	u32x8 wrapped = (u32x8)(low < u32x8_splat((uint32_t)frame)); /* -1 where the lower half overflowed */

	return u32x8_hash(key, low, (uint32_t)(frame >> 32) - wrapped);
}

/* Uniform in [-1, 1]. */
SIMD_INLINE f32x8 f32x8_uniform(u32x8 bits)
{
	return __builtin_convertvector((i32x8)bits, f32x8) * 0x1p-31f;
}

#endif
