/* The kernels' own functions against libm, over sweeps that reach the ends of their ranges. Each sweep prints the
 * worst error that it saw. */
#include <math.h>
#include <stdio.h>

#include "render/dsp/simd.h"
#include "tests/lib/test.h"

enum { SWEEP_STEPS = 1 << 19 };

/* A vector function over arrays, so that tables can hold it. */
#define LANES_FUNCTION(name)                                                                                           \
	static void lanes_##name(const float *x, float *y)                                                             \
	{                                                                                                              \
		f32x8_store(y, f32x8_##name(f32x8_load(x)));                                                           \
	}

LANES_FUNCTION(sin2pi)
LANES_FUNCTION(cos2pi)
LANES_FUNCTION(exp2)
LANES_FUNCTION(tanpi)
LANES_FUNCTION(tanh)
LANES_FUNCTION(log2)
LANES_FUNCTION(round)
LANES_FUNCTION(floor)

/* References reduce exactly before they multiply by an inexact pi. */
static long double exact_sin2pi(long double x)
{
	return sinl(2 * M_PIl * (x - roundl(x)));
}

static long double exact_cos2pi(long double x)
{
	return cosl(2 * M_PIl * (x - roundl(x)));
}

static long double exact_tanpi(long double x)
{
	return tanl(M_PIl * x);
}

enum spacing {
	LINEAR,
	GEOMETRIC, /* by ratio, for ranges of several decades */
};

/* Point i of 0..SWEEP_STEPS, both ends included. */
static double sweep_at(enum spacing spacing, double lo, double hi, unsigned i)
{
	double t = (double)i / SWEEP_STEPS;

	return spacing == LINEAR ? lo + (hi - lo) * t : lo * pow(hi / lo, t);
}

static double error_of(double got, long double wanted, bool is_relative)
{
	long double off = fabsl((long double)got - wanted);

	if (isnan(got))
		return INFINITY;
	return (double)(is_relative && off > 0 ? off / fabsl(wanted) : off);
}

static const struct {
	const char *name;
	void (*lanes)(const float *x, float *y);
	long double (*exact)(long double x);
	enum spacing spacing;
	double lo, hi;
	bool is_relative;
	double bound;
} float_sweeps[] = {
	{ "sin2pi, absolute", lanes_sin2pi, exact_sin2pi, LINEAR, -1, 1, false, 2e-7 },
	{ "sin2pi of thousands, absolute", lanes_sin2pi, exact_sin2pi, LINEAR, -5000, 5000, false, 2e-7 },
	{ "sin2pi to 2^22, absolute", lanes_sin2pi, exact_sin2pi, LINEAR, -4.1e6, 4.194303e6, false, 2e-7 },
	{ "sin2pi near 0, relative", lanes_sin2pi, exact_sin2pi, GEOMETRIC, 1e-30, 0.1, true, 2e-7 },
	{ "sin2pi near -0, relative", lanes_sin2pi, exact_sin2pi, GEOMETRIC, -1e-30, -0.1, true, 2e-7 },
	{ "sin2pi near 7, relative", lanes_sin2pi, exact_sin2pi, LINEAR, 6.9, 7.1, true, 2e-7 },
	{ "cos2pi, absolute", lanes_cos2pi, exact_cos2pi, LINEAR, -1, 1, false, 2e-7 },
	{ "cos2pi of thousands, absolute", lanes_cos2pi, exact_cos2pi, LINEAR, -5000, 5000, false, 2e-7 },
	{ "exp2, relative", lanes_exp2, exp2l, LINEAR, -126, 126, true, 1.5e-7 },
	{ "exp2 near 0, relative", lanes_exp2, exp2l, LINEAR, -1, 1, true, 1.5e-7 },
	{ "tanpi, relative", lanes_tanpi, exact_tanpi, LINEAR, 0, 0.49, true, 4e-7 },
	{ "tanpi of tiny, relative", lanes_tanpi, exact_tanpi, GEOMETRIC, 1e-12, 0.49, true, 4e-7 },
	{ "tanh, relative", lanes_tanh, tanhl, LINEAR, -30, 30, true, 4e-7 },
	{ "tanh of one, relative", lanes_tanh, tanhl, LINEAR, -2, 2, true, 4e-7 },
	{ "tanh of tiny to huge, relative", lanes_tanh, tanhl, GEOMETRIC, 1e-30, 1e30, true, 4e-7 },
	{ "log2 near 1, absolute", lanes_log2, log2l, LINEAR, 0.5, 2, false, 3e-7 },
	{ "log2 of 2^-20 to 1, absolute", lanes_log2, log2l, GEOMETRIC, 0x1p-20, 1, false, 3e-7 },
	{ "log2 near 1, relative", lanes_log2, log2l, LINEAR, 0.5, 2, true, 3e-7 },
	{ "log2 of all normals, relative", lanes_log2, log2l, GEOMETRIC, 0x1p-126, 0x1.fffffep127, true, 3e-7 },
};

START_TEST(float_functions_are_as_near_as_promised)
{
	double worst = 0, worst_x = 0;

	for (unsigned i = 0; i < SWEEP_STEPS; i += SIMD_LANES - 1) {
		float x[SIMD_LANES], y[SIMD_LANES];

		for (unsigned j = 0; j < SIMD_LANES; j++)
			x[j] = (float)sweep_at(float_sweeps[_i].spacing, float_sweeps[_i].lo, float_sweeps[_i].hi,
					       i + j < SWEEP_STEPS ? i + j : SWEEP_STEPS);
		float_sweeps[_i].lanes(x, y);
		for (unsigned j = 0; j < SIMD_LANES; j++) {
			double e = error_of(y[j], float_sweeps[_i].exact(x[j]), float_sweeps[_i].is_relative);

			worst_x = e > worst ? x[j] : worst_x;
			worst = e > worst ? e : worst;
		}
	}
	printf("%-34s %.3g at %.9g\n", float_sweeps[_i].name, worst, worst_x);
	ck_assert_msg(worst < float_sweeps[_i].bound, "%s: error %g at %.9g, not below %g", float_sweeps[_i].name,
		      worst, worst_x, float_sweeps[_i].bound);
}
END_TEST

/* Taking the address of an inline function makes an ordinary one. */
static const struct {
	const char *name;
	double (*function)(double x);
	long double (*exact)(long double x);
	enum spacing spacing;
	double lo, hi;
	bool is_relative;
	double bound;
} double_sweeps[] = {
	{ "f64 sin2pi, absolute", f64_sin2pi, exact_sin2pi, LINEAR, -1, 1, false, 1e-15 },
	{ "f64 sin2pi of millions, absolute", f64_sin2pi, exact_sin2pi, LINEAR, -1e6, 1e6, false, 1e-15 },
	{ "f64 sin2pi to 2^51, absolute", f64_sin2pi, exact_sin2pi, LINEAR, -2.2e15, 2.25e15, false, 1e-15 },
	{ "f64 cos2pi, absolute", f64_cos2pi, exact_cos2pi, LINEAR, -1, 1, false, 1e-15 },
	{ "f64 exp2, relative", f64_exp2, exp2l, LINEAR, -1022, 1022, true, 1e-15 },
	{ "f64 exp2 near 0, relative", f64_exp2, exp2l, LINEAR, -1, 1, true, 1e-15 },
	{ "f64 tanpi, relative", f64_tanpi, exact_tanpi, LINEAR, 0, 0.499, true, 1e-14 },
	{ "f64 tanpi of tiny, relative", f64_tanpi, exact_tanpi, GEOMETRIC, 1e-12, 0.499, true, 1e-14 },
	{ "f64 exp near 0, relative", f64_exp, expl, LINEAR, -1, 1, true, 1e-15 },
	{ "f64 exp, relative", f64_exp, expl, LINEAR, -700, 700, true, 2e-13 },
	{ "f64 tanh, absolute", f64_tanh, tanhl, LINEAR, -50, 50, false, 1e-15 },
	{ "f64 tanh of one, absolute", f64_tanh, tanhl, LINEAR, -2, 2, false, 1e-15 },
	{ "f64 tanh from 0.01, relative", f64_tanh, tanhl, GEOMETRIC, 0.01, 100, true, 2e-14 },
};

START_TEST(double_functions_are_as_near_as_promised)
{
	double worst = 0, worst_x = 0;

	for (unsigned i = 0; i <= SWEEP_STEPS; i += 3) {
		double x = sweep_at(double_sweeps[_i].spacing, double_sweeps[_i].lo, double_sweeps[_i].hi, i);
		double e = error_of(double_sweeps[_i].function(x), double_sweeps[_i].exact(x),
				    double_sweeps[_i].is_relative);

		worst_x = e > worst ? x : worst_x;
		worst = e > worst ? e : worst;
	}
	printf("%-34s %.3g at %.17g\n", double_sweeps[_i].name, worst, worst_x);
	ck_assert_msg(worst < double_sweeps[_i].bound, "%s: error %g at %.17g, not below %g", double_sweeps[_i].name,
		      worst, worst_x, double_sweeps[_i].bound);
}
END_TEST

static uint32_t bits_of(float x)
{
	uint32_t bits;

	memcpy(&bits, &x, sizeof(bits));
	return bits;
}

static float f32_sin2pi(float x)
{
	return f32x8_sin2pi(f32x8_splat(x))[0];
}

static float f32_log2(float x)
{
	return f32x8_log2(f32x8_splat(x))[0];
}

static const struct {
	void (*lanes)(const float *x, float *y);
	float (*one)(float x);
	double lo, hi;
} single_functions[] = {
	{ lanes_tanh, f32_tanh, -25, 25 },
	{ lanes_exp2, f32_exp2, -130, 130 },
	{ lanes_sin2pi, f32_sin2pi, -3, 3 },
	{ lanes_log2, f32_log2, 1e-3, 1e3 },
};

START_TEST(one_value_has_the_bits_of_every_lane)
{
	for (unsigned i = 0; i < SWEEP_STEPS; i += 64 * SIMD_LANES) {
		float x[SIMD_LANES], y[SIMD_LANES];

		for (unsigned j = 0; j < SIMD_LANES; j++)
			x[j] = (float)sweep_at(LINEAR, single_functions[_i].lo, single_functions[_i].hi, i + 64 * j);
		single_functions[_i].lanes(x, y);
		for (unsigned j = 0; j < SIMD_LANES; j++)
			ck_assert_uint_eq(bits_of(y[j]), bits_of(single_functions[_i].one(x[j])));
	}
}
END_TEST

START_TEST(rounding_agrees_with_libm_over_the_whole_range)
{
	static const float edges[SIMD_LANES] = { 0.5f, 1.5f, -0.5f, -2.5f, 0.49999997f, -0.0f, 0x1p22f, -0x1p22f };
	float rounded[SIMD_LANES], floored[SIMD_LANES];
	unsigned n_wrong = 0;

	lanes_round(edges, rounded);
	lanes_floor(edges, floored);
	for (unsigned j = 0; j < SIMD_LANES; j++) {
		ck_assert_float_eq(rounded[j], rintf(edges[j]));
		ck_assert_float_eq(floored[j], floorf(edges[j]));
		ck_assert_double_eq(f64_round((double)edges[j]), rint((double)edges[j]));
		ck_assert_double_eq(f64x4_floor(f64x4_splat((double)edges[j]))[0], floor((double)edges[j]));
	}
	for (unsigned i = 0; i + SIMD_LANES <= SWEEP_STEPS; i += SIMD_LANES) {
		float x[SIMD_LANES];

		for (unsigned j = 0; j < SIMD_LANES; j++)
			x[j] = (float)sweep_at(LINEAR, -0x1p22, 0x1p22, i + j) * 0.999f;
		lanes_round(x, rounded);
		lanes_floor(x, floored);
		for (unsigned j = 0; j < SIMD_LANES; j++)
			n_wrong += rounded[j] != rintf(x[j]) || floored[j] != floorf(x[j]);
	}
	ck_assert_uint_eq(n_wrong, 0);
}
END_TEST

START_TEST(out_of_range_and_nan_arguments_stay_in_range)
{
	static const float wild[SIMD_LANES] = { NAN, -NAN, INFINITY, -INFINITY, 1e38f, -1e38f, 200.0f, -200.0f };
	float y[SIMD_LANES];

	lanes_exp2(wild, y);
	for (unsigned j = 0; j < SIMD_LANES; j++)
		ck_assert(y[j] >= 0x1p-126f && y[j] <= 0x1p126f);
	ck_assert_float_eq(y[0], 0x1p-126f);
	ck_assert_float_eq(y[2], 0x1p126f);
	lanes_tanh(wild, y);
	for (unsigned j = 0; j < SIMD_LANES; j++)
		ck_assert(isnan(y[j]) || fabsf(y[j]) == 1.0f);
	ck_assert_float_eq(y[2], 1.0f);
	ck_assert_float_eq(y[3], -1.0f);
	ck_assert_double_eq(f64_exp2(NAN), 0x1p-1022);
	ck_assert_double_eq(f64_exp2(1e9), 0x1p1022);
	ck_assert_double_eq(f64_exp2(-INFINITY), 0x1p-1022);
	ck_assert_double_eq(f64_tanh(-INFINITY), -1.0);
	ck_assert_float_eq(f32x8_clamp(f32x8_splat(NAN), -3.0f, 5.0f)[4], -3.0f);
	ck_assert_double_eq(f64x4_clamp(f64x4_splat(NAN), -3.0, 5.0)[2], -3.0);
}
END_TEST

START_TEST(the_sign_of_zero_and_of_small_arguments_survives)
{
	ck_assert_uint_eq(bits_of(f32_tanh(-0.0f)), bits_of(-0.0f));
	ck_assert_uint_eq(bits_of(f32_tanh(0.0f)), bits_of(0.0f));
	ck_assert_float_lt(f32_tanh(-1e-20f), 0.0f);
	ck_assert_float_eq(f32_sin2pi(0.0f), 0.0f);
	ck_assert_float_eq(f32_sin2pi(3.0f), 0.0f);
	ck_assert_float_eq(f32_exp2(0.0f), 1.0f);
	ck_assert_float_eq(f32_exp2(10.0f), 1024.0f);
	ck_assert_float_eq(f32_log2(8.0f), 3.0f);
	ck_assert_double_eq(f64_exp2(-3.0), 0.125);
}
END_TEST

START_TEST(phases_are_fixed_point_cycles)
{
	u64x4 phase = f64x4_to_phase((f64x4){ 0.0, 0.25, -0.25, 0.5 });
	u64x4 fine = f64x4_to_phase((f64x4){ 0x1p-52, -0x1p-52, -0.5, 0x1.8p-2 });
	u32x8 upper = u32x8_from_phases(phase, fine);
	f32x8 cycles = f32x8_from_phase((u32x8){ 0, 1, 0x40000000, 0x80000000, 0xc0000000, 0xffffffff });

	ck_assert(phase[0] == 0 && phase[1] == UINT64_C(1) << 62 && phase[2] == UINT64_C(3) << 62);
	ck_assert(phase[3] == UINT64_C(1) << 63 && fine[2] == UINT64_C(1) << 63);
	ck_assert(fine[0] == 4096 && fine[1] == -(uint64_t)4096);
	ck_assert(upper[1] == 0x40000000 && upper[5] == 0xffffffff && upper[7] == 0x60000000);
	ck_assert(cycles[0] == 0.0f && cycles[1] == 0x1p-32f && cycles[2] == 0.25f);
	ck_assert(cycles[3] == -0.5f && cycles[4] == -0.25f && cycles[5] == -0x1p-32f);
}
END_TEST

static const struct {
	uint64_t key, frame;
} hash_starts[] = {
	{ 0, 0 },
	{ 1, 0 },
	{ UINT64_C(0x0123456789abcdef), 44100 },
	{ UINT64_C(0xffffffffffffffff), UINT64_C(0xffffffff) - 20 }, /* crosses 2^32 */
	{ 42, UINT64_C(0x2fffffffb) },
	{ 42, UINT64_MAX - 30 }, /* wraps */
};

START_TEST(prefix_sums_wrap_and_splats_keep_every_bit)
{
	u64x4 sums = u64x4_prefix_sum((u64x4){ UINT64_MAX, 2, 1u, (uint64_t)1 << 63 });
	static const float floats[] = { 0.0f, -0.0f, 1e-40f, -3.5f, INFINITY };

	ck_assert_uint_eq(sums[0], UINT64_MAX);
	ck_assert_uint_eq(sums[1], 1);
	ck_assert_uint_eq(sums[2], 2);
	ck_assert_uint_eq(sums[3], ((uint64_t)1 << 63) + 2);
	ck_assert_uint_eq(u64x4_splat_last(sums)[0], sums[3]);
	for (unsigned i = 0; i < sizeof(floats) / sizeof(floats[0]); i++)
		for (unsigned lane = 0; lane < SIMD_LANES; lane++) {
			float x = f32x8_splat(floats[i])[lane];

			ck_assert_mem_eq(&x, &floats[i], sizeof(x));
		}
	ck_assert(i32x8_any((i32x8){ 0, 0, 0, 0, 0, 0, 0, -1 }));
	ck_assert(i32x8_any((i32x8){ 0, -1 }));
	ck_assert(!i32x8_any((i32x8){ 0 }));
}
END_TEST

START_TEST(random_bits_of_a_frame_do_not_depend_on_the_lane_that_makes_them)
{
	uint64_t key = hash_starts[_i].key, start = hash_starts[_i].frame;

	for (uint64_t cut = 0; cut < 40; cut++) {
		u32x8 together = u32x8_hash_frames(key, start + cut);

		for (unsigned j = 0; j < SIMD_LANES; j++)
			ck_assert_uint_eq(together[j], u32x8_hash_frames(key, start + cut + j)[0]);
	}
}
END_TEST

START_TEST(random_bits_depend_on_both_halves_of_key_and_frame)
{
	uint32_t plain = u32x8_hash_frames(7, 9)[0];

	ck_assert_uint_ne(plain, u32x8_hash_frames(8, 9)[0]);
	ck_assert_uint_ne(plain, u32x8_hash_frames(7 + (UINT64_C(1) << 32), 9)[0]);
	ck_assert_uint_ne(plain, u32x8_hash_frames(7, 10)[0]);
	ck_assert_uint_ne(plain, u32x8_hash_frames(7, 9 + (UINT64_C(1) << 32))[0]);
}
END_TEST

/* Mean, variance and neighbours' correlation of a uniform distribution, within five standard errors. */
START_TEST(uniform_values_are_uniform_and_white)
{
	double sum = 0, squares = 0, products = 0, before = 0;
	unsigned n = SWEEP_STEPS, n_outside = 0;

	for (uint64_t i = 0; i < n; i += SIMD_LANES) {
		f32x8 x = f32x8_uniform(u32x8_hash_frames(UINT64_C(0x5eed5eed5eed), i));

		for (unsigned j = 0; j < SIMD_LANES; j++) {
			double v = (double)x[j];

			n_outside += v < -1.0 || v > 1.0;
			sum += v;
			squares += v * v;
			products += v * before;
			before = v;
		}
	}
	printf("uniform: mean %.2g, variance %.6f, lag 1 %.2g\n", sum / n, squares / n, products / n);
	ck_assert_uint_eq(n_outside, 0);
	ck_assert_double_lt(fabs(sum / n), 5 * sqrt(1.0 / 3.0 / n));
	ck_assert_double_lt(fabs(squares / n - 1.0 / 3.0), 5 * sqrt(4.0 / 45.0 / n));
	ck_assert_double_lt(fabs(products / n), 5 * sqrt(1.0 / 9.0 / n));
}
END_TEST

START_TEST(the_largest_bits_are_rounded_up_to_one)
{
	f32x8 ends = f32x8_uniform((u32x8){ 0x7fffffff, 0x80000000, 0, 0x7fffffbf });

	ck_assert_float_eq(ends[0], 1.0f);
	ck_assert_float_eq(ends[1], -1.0f);
	ck_assert_float_eq(ends[2], 0.0f);
	ck_assert_float_lt(ends[3], 1.0f);
	ck_assert_float_eq(f32x8_from_phase(u32x8_splat(0x7fffffff))[0], 0.5f);
}
END_TEST

#define LEN(table) ((int)(sizeof(table) / sizeof((table)[0])))

static Suite *simd_suite(void)
{
	Suite *s = suite_create("simd");
	TCase *functions = tcase_create("functions");
	TCase *bits = tcase_create("bits");

	tcase_set_timeout(functions, 60);
	tcase_add_loop_test(functions, float_functions_are_as_near_as_promised, 0, LEN(float_sweeps));
	tcase_add_loop_test(functions, double_functions_are_as_near_as_promised, 0, LEN(double_sweeps));
	tcase_add_loop_test(functions, one_value_has_the_bits_of_every_lane, 0, LEN(single_functions));
	tcase_add_test(functions, rounding_agrees_with_libm_over_the_whole_range);
	tcase_add_test(functions, out_of_range_and_nan_arguments_stay_in_range);
	tcase_add_test(functions, the_sign_of_zero_and_of_small_arguments_survives);
	suite_add_tcase(s, functions);
	tcase_set_timeout(bits, 60);
	tcase_add_test(bits, phases_are_fixed_point_cycles);
	tcase_add_test(bits, prefix_sums_wrap_and_splats_keep_every_bit);
	tcase_add_loop_test(bits, random_bits_of_a_frame_do_not_depend_on_the_lane_that_makes_them, 0,
			    LEN(hash_starts));
	tcase_add_test(bits, random_bits_depend_on_both_halves_of_key_and_frame);
	tcase_add_test(bits, uniform_values_are_uniform_and_white);
	tcase_add_test(bits, the_largest_bits_are_rounded_up_to_one);
	suite_add_tcase(s, bits);
	return s;
}

int main(void)
{
	return test_run(simd_suite());
}
