/* Mix modes, and stems that add up to the mix. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/rendering.h"
#include "tests/lib/test.h"

/* --- The mix and its stems --- */

static const struct {
	const char *mode;
	double expected; /* of 0.5 + 0.7 */
} modes[] = {
	{ "none", 1.2 }, { "gain", 0.6 }, { "sqrt", 1.2 * M_SQRT1_2 }, { "tanh", 0.83365460701215527 }, { "hard", 1 },
};

START_TEST(test_mix_modes_do_what_they_say)
{
	char source[128];
	struct render_spec spec;
	struct rendering *f;
	size_t n;
	float *x;

	snprintf(source, sizeof source, "outmix: %s\no1 $ \"0.5\"\no2 $ \"0.7\"\n", modes[_i].mode);
	spec = rendering_spec(source, 0.1);
	f = rendering_new(&spec);
	x = rendering_decode_stereo(&f->mix, &n);
	for (size_t i = 0; i < 2 * n; i++)
		if (fabs((double)x[i] - modes[_i].expected) > 1e-6)
			ck_abort_msg("%s: %.9g", modes[_i].mode, (double)x[i]);
	free(x);
	rendering_free(f);
}
END_TEST

#define THREE                                                                                                          \
	"o1 $ s \"bd*4\" # pan 0.3\no2 $ saw \"55 82.5\" # lpf 800 # gain 0.3\nout $ s \"~ sn\" # reverb 0.5 0.5 "     \
	"0.4\n"

/* The largest distance of the sum of stems from the mix, in parts of the mix's largest sample. */
static double stems_error(const struct rendering *f)
{
	size_t n, n_stem;
	float *mix = rendering_decode_stereo(&f->mix, &n), *sum = calloc(2 * n, sizeof *sum);
	double worst = 0, most = 0;

	for (unsigned s = 0; s < f->n_stems; s++) {
		float *x = rendering_decode_stereo(&f->stems[s], &n_stem);
		ck_assert_uint_eq(n_stem, n);
		for (size_t i = 0; i < 2 * n; i++)
			sum[i] += x[i];
		free(x);
	}
	for (size_t i = 0; i < 2 * n; i++) {
		worst = fmax(worst, fabs((double)sum[i] - (double)mix[i]));
		most = fmax(most, fabs((double)mix[i]));
	}
	free(mix);
	free(sum);
	return worst / most;
}

START_TEST(test_stems_are_the_outputs_and_add_up_to_the_mix_bit_for_bit)
{
	struct render_spec spec = rendering_spec(THREE, 3);
	struct rendering *f, *alone;

	spec.has_stems = true;
	f = rendering_new(&spec);
	ck_assert_uint_eq(f->n_stems, 3);
	ck_assert_uint_eq(f->result.n_stems, 3);
	ck_assert_str_eq(f->names[0], "out");
	ck_assert_str_eq(f->names[1], "o1");
	ck_assert_str_eq(f->result.stems[2].name, "o2");
	ck_assert(stems_error(f) == 0);
	for (unsigned i = 0; i < 3; i++) {
		uint8_t digest[SHA256_BYTES];
		struct sha256 h;
		sha256_init(&h);
		sha256_update(&h, f->stems[i].bytes.data, f->stems[i].bytes.len);
		sha256_final(&h, digest);
		ck_assert_mem_eq(digest, f->result.stems[i].sha256, SHA256_BYTES);
		ck_assert_uint_eq(f->result.stems[i].bytes, f->stems[i].bytes.len);
	}
	spec = rendering_spec("o1 $ s \"bd*4\" # pan 0.3\n", 3); /* each as if it were alone */
	alone = rendering_new(&spec);
	ck_assert_uint_eq(alone->mix.bytes.len, f->stems[1].bytes.len);
	ck_assert_mem_eq(alone->mix.bytes.data, f->stems[1].bytes.data, alone->mix.bytes.len);
	rendering_free(f);
	rendering_free(alone);
}
END_TEST

START_TEST(test_stems_add_up_whatever_happens_to_the_mix)
{
	char source[512];
	struct render_spec spec;
	struct rendering *f;

	snprintf(source, sizeof source, "outmix: %s\n" THREE, modes[_i].mode);
	spec = rendering_spec(source, 3);
	spec.has_stems = true;
	spec.gain = 1.7;
	spec.fade_in_s = 0.5;
	spec.fade_out_s = 0.5;
	spec.normalize = NORMALIZE_LOUDNESS;
	spec.normalize_to = -9;
	spec.has_limiter = true;
	spec.ceiling_db = -2;
	f = rendering_new(&spec);
	/* A rounding or two per stem and sample. */
	ck_assert_msg(stems_error(f) <= 3 * 0x1p-23, "%g", stems_error(f));
	ck_assert_double_le(20 * log10(f->result.true_peak), -2);
	rendering_free(f);
}
END_TEST

START_TEST(test_mono_stems_add_up_too)
{
	struct render_spec spec = rendering_spec(THREE, 1);
	struct rendering *f;
	size_t n;
	unsigned channels;

	spec.has_stems = true;
	spec.channels = 1;
	f = rendering_new(&spec);
	float *mix = rendering_decode(&f->mix, &n, &channels), *sum = calloc(n, sizeof *sum);
	ck_assert_uint_eq(channels, 1);
	for (unsigned s = 0; s < 3; s++) {
		float *x = rendering_decode(&f->stems[s], &n, &channels);
		for (size_t i = 0; i < n; i++)
			sum[i] += x[i];
		free(x);
	}
	for (size_t i = 0; i < n; i++)
		ck_assert(fabsf(sum[i] - mix[i]) <= 3 * 0x1p-23f);
	free(mix);
	free(sum);
	rendering_free(f);
}
END_TEST

static Suite *stems_suite(void)
{
	enum { N_MODES = sizeof modes / sizeof modes[0] };
	Suite *s = suite_create("stems");
	TCase *t;

	t = tcase_create("stems");
	tcase_add_checked_fixture(t, rendering_start, rendering_stop);
	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, test_mix_modes_do_what_they_say, 0, N_MODES);
	tcase_add_test(t, test_stems_are_the_outputs_and_add_up_to_the_mix_bit_for_bit);
	tcase_add_loop_test(t, test_stems_add_up_whatever_happens_to_the_mix, 0, N_MODES);
	tcase_add_test(t, test_mono_stems_add_up_too);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return test_run(stems_suite());
}
