/* The built-in kit: that every drum is there, is clean at any rate, sounds in the register its name promises, and has
 * the same bytes everywhere. */
#include "render/io/kit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#ifdef __SSE2__
#include <xmmintrin.h>
#endif

#include "base/hash.h"
#include "tests/lib/test.h"

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

struct hit {
	sample *x;
	size_t n;
	double rate_hz;
};

static struct hit hit_make(const char *name, size_t k, double rate_hz)
{
	struct hit h = { .n = kit_frames(name, strlen(name), k, rate_hz), .rate_hz = rate_hz };

	ck_assert_msg(h.n > 0, "%s:%zu has no frames at %g Hz", name, k, rate_hz);
	h.x = malloc(h.n * sizeof(*h.x));
	ck_assert_ptr_nonnull(h.x);
	ck_assert_int_eq(kit_synthesize(name, strlen(name), k, rate_hz, h.x, h.n), 0);
	return h;
}

static void hit_free(struct hit *h)
{
	free(h->x);
}

static double hit_peak(const struct hit *h)
{
	double peak = 0;

	for (size_t i = 0; i < h->n; i++)
		peak = fmax(peak, fabs((double)h->x[i]));
	return peak;
}

static double hit_mean(const struct hit *h)
{
	double sum = 0;

	for (size_t i = 0; i < h->n; i++)
		sum += h->x[i];
	return sum / (double)h->n;
}

/* Of the frames from..to (parts of the whole). */
static double hit_rms(const struct hit *h, double from, double to)
{
	size_t begin = (size_t)(from * (double)h->n), end = (size_t)(to * (double)h->n);
	double sum = 0;

	for (size_t i = begin; i < end; i++)
		sum += (double)h->x[i] * h->x[i];
	return sqrt(sum / (double)(end - begin));
}

/* Root of the mean squared frequency, weighted with energy: from the energies of the signal and of its slope. */
static double hit_brightness_hz(const struct hit *h)
{
	const double pi = 3.14159265358979323846;
	double energy = 0, slope = 0;

	for (size_t i = 1; i < h->n; i++) {
		double d = (double)h->x[i] - h->x[i - 1];

		energy += (double)h->x[i] * h->x[i];
		slope += d * d;
	}
	return asin(fmin(1.0, 0.5 * sqrt(slope / energy))) * h->rate_hz / pi;
}

/* From the upward zero crossings between two times. */
static double hit_pitch_hz(const struct hit *h, double from_s, double to_s)
{
	size_t begin = (size_t)(from_s * h->rate_hz), end = (size_t)(to_s * h->rate_hz), n = 0;
	double first = 0, last = 0;

	for (size_t i = begin + 1; i < end && i < h->n; i++) {
		double a = h->x[i - 1], b = h->x[i];

		if (a >= 0 || b < 0)
			continue;
		last = (double)i - b / (b - a);
		first = n++ == 0 ? last : first;
	}
	ck_assert_uint_gt(n, 1);
	return (double)(n - 1) * h->rate_hz / (last - first);
}

typedef void visit_fn(const char *name, size_t k);

static void for_every_variation(visit_fn *visit)
{
	size_t n_names;
	const char *const *names = kit_names(&n_names);

	for (size_t i = 0; i < n_names; i++)
		for (size_t k = 0; k < kit_count(names[i], strlen(names[i])); k++)
			visit(names[i], k);
}

/* --- Finding -------------------------------------------------------------------------------------------------- */

START_TEST(names_are_sorted_and_each_is_found)
{
	size_t n;
	const char *const *names = kit_names(&n);

	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			ck_assert_str_lt(names[i - 1], names[i]);
		ck_assert_uint_ge(kit_count(names[i], strlen(names[i])), 3);
	}
}
END_TEST

START_TEST(promised_names_are_there)
{
	static const char *const promised[] = {
		"bd",    "sn",    "hh",    "oh",    "cp",    "rim",   "lt",    "mt",    "ht",
		"cr",    "rd",    "cb",    "tom",   "perc",  "click", "bass",  "blip",  "tone",
		"808bd", "808sn", "808hh", "808oh", "808cp", "808ht", "808mt", "808lt", "kick",
		"snare", "sd",    "hat",   "clap",  "hc",    "ho",    "808",   "909",
	};

	for (size_t i = 0; i < LEN(promised); i++)
		ck_assert_msg(kit_count(promised[i], strlen(promised[i])) > 0, "%s is missing", promised[i]);
}
END_TEST

START_TEST(other_names_are_not)
{
	static const char *const strange[] = { "", "b", "bdx", "BD", "zz", "0", "808b", "808bd " };

	for (size_t i = 0; i < LEN(strange); i++) {
		ck_assert_uint_eq(kit_count(strange[i], strlen(strange[i])), 0);
		ck_assert_uint_eq(kit_frames(strange[i], strlen(strange[i]), 0, 44100), 0);
	}
	ck_assert_uint_gt(kit_count("bdx", 2), 0); /* names need not end */
	ck_assert_uint_eq(kit_count("bd\0", 3), 0);
}
END_TEST

START_TEST(impossible_requests_are_refused)
{
	static const double rates[] = { 0, -44100, 10, 1e9, INFINITY, NAN };
	size_t n = kit_frames("bd", 2, 0, 44100);
	sample *x = malloc((n + 1) * sizeof(*x));

	for (size_t i = 0; i < LEN(rates); i++)
		ck_assert_uint_eq(kit_frames("bd", 2, 0, rates[i]), 0);
	ck_assert_uint_eq(kit_frames("bd", 2, kit_count("bd", 2), 44100), 0);
	ck_assert_int_eq(kit_synthesize("bd", 2, kit_count("bd", 2), 44100, x, n), -1);
	ck_assert_int_eq(kit_synthesize("bd", 2, 0, 44100, x, n + 1), -1);
	ck_assert_int_eq(kit_synthesize("bd", 2, 0, NAN, x, 0), -1);
	ck_assert_int_eq(kit_synthesize("nothing", 7, 0, 44100, x, n), -1);
	free(x);
}
END_TEST

/* --- Clean ---------------------------------------------------------------------------------------------------- */

static void check_clean(const char *name, size_t k, double rate_hz)
{
	struct hit h = hit_make(name, k, rate_hz);
	double peak = hit_peak(&h), length_s = (double)h.n / rate_hz;
	size_t n_odd = 0;

	for (size_t i = 0; i < h.n; i++)
		n_odd += !isnormal(h.x[i]) && h.x[i] != 0;
	ck_assert_msg(n_odd == 0, "%s:%zu has %zu frames that are NaN, infinite or denormal", name, k, n_odd);
	ck_assert_msg(peak > 0.7079 && peak < 0.8913, "%s:%zu peak %g", name, k, peak); /* -3 and -1 dBFS */
	ck_assert_msg(fabs(hit_mean(&h)) < 1e-6, "%s:%zu mean %g", name, k, hit_mean(&h));
	ck_assert_msg(fabsf(h.x[0]) < 0.01f, "%s:%zu begins at %g", name, k, (double)h.x[0]);
	ck_assert_msg(fabsf(h.x[h.n - 1]) < 1e-4f, "%s:%zu ends at %g", name, k, (double)h.x[h.n - 1]);
	ck_assert_msg(hit_rms(&h, 0, 1) > 0.03, "%s:%zu rms %g", name, k, hit_rms(&h, 0, 1));
	ck_assert_msg(length_s > 0.049 && length_s < 2.51, "%s:%zu lasts %g s", name, k, length_s);
	hit_free(&h);
}

static void check_clean_at_44100(const char *name, size_t k)
{
	check_clean(name, k, 44100);
}

static void check_clean_at_other_rates(const char *name, size_t k)
{
	check_clean(name, k, 8000);
	if (k == 0)
		check_clean(name, k, 192000);
}

START_TEST(every_variation_is_clean_at_44100_hz)
{
	for_every_variation(check_clean_at_44100);
}
END_TEST

START_TEST(every_variation_is_clean_at_the_lowest_and_highest_rate)
{
	for_every_variation(check_clean_at_other_rates);
}
END_TEST

static void check_shape(const char *name, size_t k)
{
	struct hit h = hit_make(name, k, 48000);
	struct hit start = { h.x, (size_t)(0.025 * h.rate_hz), h.rate_hz };

	ck_assert_msg(hit_peak(&start) > 0.3, "%s:%zu begins late: %g", name, k, hit_peak(&start));
	ck_assert_msg(hit_rms(&h, 0.95, 1) < 0.03 * hit_rms(&h, 0, 0.5), "%s:%zu is cut off", name, k);
	hit_free(&h);
}

START_TEST(every_hit_begins_at_once_and_dies_away)
{
	for_every_variation(check_shape);
}
END_TEST

/* --- The same and different ----------------------------------------------------------------------------------- */

static void check_repeats(const char *name, size_t k)
{
	struct hit a = hit_make(name, k, 44100), b = hit_make(name, k, 44100);

	ck_assert_msg(memcmp(a.x, b.x, a.n * sizeof(*a.x)) == 0, "%s:%zu differs from itself", name, k);
	hit_free(&a);
	hit_free(&b);
}

START_TEST(a_second_synthesis_has_the_same_bytes)
{
	for_every_variation(check_repeats);
}
END_TEST

#ifdef __SSE2__
static void check_without_denormals(const char *name, size_t k)
{
	unsigned mode = _mm_getcsr();
	struct hit a = hit_make(name, k, 44100), b;

	_mm_setcsr(mode | 0x8040); /* FTZ, DAZ: as in the workers of the engine */
	b = hit_make(name, k, 44100);
	_mm_setcsr(mode);
	ck_assert_msg(memcmp(a.x, b.x, a.n * sizeof(*a.x)) == 0, "%s:%zu differs", name, k);
	hit_free(&a);
	hit_free(&b);
}

START_TEST(threads_that_flush_denormals_make_the_same_bytes)
{
	for_every_variation(check_without_denormals);
}
END_TEST
#endif

static struct sha256 kit_hash;

static void add_to_kit_hash(const char *name, size_t k)
{
	struct hit h = hit_make(name, k, 44100);

	sha256_update(&kit_hash, h.x, h.n * sizeof(*h.x));
	hit_free(&h);
}

/* Every compiler, level and machine must come to this. When a drum is changed on purpose, increment KIT_VERSION and
 * write the new digest here. */
START_TEST(the_kit_has_the_bytes_of_its_version)
{
	uint8_t digest[SHA256_BYTES];
	char hex[SHA256_HEX_SIZE];

	ck_assert_int_eq(KIT_VERSION, 1);
	sha256_init(&kit_hash);
	for_every_variation(add_to_kit_hash);
	sha256_final(&kit_hash, digest);
	ck_assert_str_eq(sha256_hex(digest, hex), "c851696a18a31b597f9bb083ef0df24ec6ee15561a100e953b1d7c01b6a86548");
}
END_TEST

/* RMS of the difference over the shorter length. */
static double hit_distance(const struct hit *a, const struct hit *b)
{
	size_t n = a->n < b->n ? a->n : b->n;
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += ((double)a->x[i] - b->x[i]) * ((double)a->x[i] - b->x[i]);
	return sqrt(sum / (double)n);
}

static void check_differs_from_earlier(const char *name, size_t k)
{
	struct hit a = hit_make(name, k, 44100);

	for (size_t j = 0; j < k; j++) {
		struct hit b = hit_make(name, j, 44100);

		ck_assert_msg(hit_distance(&a, &b) > 0.02, "%s:%zu is %s:%zu", name, k, name, j);
		hit_free(&b);
	}
	hit_free(&a);
}

START_TEST(variations_differ)
{
	for_every_variation(check_differs_from_earlier);
}
END_TEST

START_TEST(aliases_are_the_same_drum)
{
	static const char *const aliases[][2] = {
		{ "kick", "bd" }, { "snare", "sn" }, { "sd", "sn" },   { "clap", "cp" },     { "hat", "hh" },
		{ "ho", "oh" },   { "crash", "cr" }, { "ride", "rd" }, { "808sd", "808sn" }, { "808", "808bd" },
	};

	for (size_t i = 0; i < LEN(aliases); i++) {
		struct hit a = hit_make(aliases[i][0], 1, 44100), b = hit_make(aliases[i][1], 1, 44100);

		ck_assert_uint_eq(a.n, b.n);
		ck_assert_int_eq(memcmp(a.x, b.x, a.n * sizeof(*a.x)), 0);
		hit_free(&a);
		hit_free(&b);
	}
}
END_TEST

/* --- The right sound ------------------------------------------------------------------------------------------ */

START_TEST(drums_lie_in_their_registers)
{
	static const struct {
		const char *name;
		double low_hz, high_hz;
	} registers[] = {
		{ "bd", 40, 300 },     { "808bd", 40, 150 },  { "909", 40, 300 },       { "bass", 40, 600 },
		{ "lt", 70, 250 },     { "mt", 100, 350 },    { "ht", 150, 500 },       { "cb", 500, 3000 },
		{ "rim", 400, 3000 },  { "sn", 800, 7000 },   { "808sn", 500, 5000 },   { "cp", 900, 5000 },
		{ "hh", 5000, 15000 }, { "oh", 5000, 15000 }, { "808hh", 5000, 15000 }, { "cr", 4000, 12000 },
		{ "rd", 3000, 12000 },
	};

	for (size_t i = 0; i < LEN(registers); i++)
		for (size_t k = 0; k < kit_count(registers[i].name, strlen(registers[i].name)); k++) {
			struct hit h = hit_make(registers[i].name, k, 44100);
			double hz = hit_brightness_hz(&h);

			ck_assert_msg(hz > registers[i].low_hz && hz < registers[i].high_hz, "%s:%zu at %g Hz",
				      registers[i].name, k, hz);
			hit_free(&h);
		}
}
END_TEST

START_TEST(pitches_are_as_tuned_at_any_rate)
{
	static const struct {
		const char *name;
		size_t k;
		double from_s, to_s, hz, tolerance;
	} pitches[] = {
		{ "tone", 0, 0.05, 0.40, 261.6256, 1e-3 }, { "tone", 3, 0.05, 0.40, 523.2511, 1e-3 },
		{ "blip", 0, 0.00, 0.05, 1046.502, 5e-3 }, { "808bd", 0, 0.40, 0.75, 49.0, 0.02 },
		{ "808lt", 0, 0.50, 0.68, 82.0, 0.02 },    { "808mt", 0, 0.45, 0.58, 122.0, 0.02 },
		{ "808ht", 0, 0.35, 0.48, 170.0, 0.02 },
	};
	static const double rates[] = { 8000, 44100, 192000 };

	for (size_t i = 0; i < LEN(pitches); i++)
		for (size_t r = 0; r < LEN(rates); r++) {
			struct hit h = hit_make(pitches[i].name, pitches[i].k, rates[r]);
			double hz = hit_pitch_hz(&h, pitches[i].from_s, pitches[i].to_s);

			ck_assert_msg(fabs(hz / pitches[i].hz - 1) < pitches[i].tolerance, "%s:%zu at %g Hz: pitch %g",
				      pitches[i].name, pitches[i].k, rates[r], hz);
			hit_free(&h);
		}
}
END_TEST

START_TEST(a_kick_falls_in_pitch)
{
	struct hit h = hit_make("bd", 0, 44100);
	double early = hit_pitch_hz(&h, 0.0, 0.05), late = hit_pitch_hz(&h, 0.15, 0.30);

	ck_assert_double_gt(early, 1.3 * late);
	hit_free(&h);
}
END_TEST

/* Noise is drawn anew at each rate, so its highest peak, to which all is scaled, differs a little. */
START_TEST(a_drum_sounds_the_same_at_double_the_rate)
{
	static const char *const drums[] = { "808bd", "cb", "808hh", "808oh", "tone", "bass", "hh", "cr", "sn", "cp" };

	for (size_t i = 0; i < LEN(drums); i++) {
		struct hit a = hit_make(drums[i], 0, 48000), b = hit_make(drums[i], 0, 96000);
		double loudness = hit_rms(&b, 0, 1) / hit_rms(&a, 0, 1);
		double brightness = hit_brightness_hz(&b) / hit_brightness_hz(&a);

		ck_assert_msg(loudness > 0.75 && loudness < 1.34, "%s %g as loud", drums[i], loudness);
		ck_assert_msg(brightness > 0.85 && brightness < 1.18, "%s %g as bright", drums[i], brightness);
		hit_free(&a);
		hit_free(&b);
	}
}
END_TEST

static Suite *kit_suite(void)
{
	Suite *s = suite_create("kit");
	TCase *finding = tcase_create("finding"), *clean = tcase_create("clean"), *sound = tcase_create("sound");

	tcase_add_test(finding, names_are_sorted_and_each_is_found);
	tcase_add_test(finding, promised_names_are_there);
	tcase_add_test(finding, other_names_are_not);
	tcase_add_test(finding, impossible_requests_are_refused);
	tcase_set_timeout(clean, 120);
	tcase_add_test(clean, every_variation_is_clean_at_44100_hz);
	tcase_add_test(clean, every_variation_is_clean_at_the_lowest_and_highest_rate);
	tcase_add_test(clean, every_hit_begins_at_once_and_dies_away);
	tcase_set_timeout(sound, 120);
	tcase_add_test(sound, a_second_synthesis_has_the_same_bytes);
#ifdef __SSE2__
	tcase_add_test(sound, threads_that_flush_denormals_make_the_same_bytes);
#endif
	tcase_add_test(sound, the_kit_has_the_bytes_of_its_version);
	tcase_add_test(sound, variations_differ);
	tcase_add_test(sound, aliases_are_the_same_drum);
	tcase_add_test(sound, drums_lie_in_their_registers);
	tcase_add_test(sound, pitches_are_as_tuned_at_any_rate);
	tcase_add_test(sound, a_kick_falls_in_pitch);
	tcase_add_test(sound, a_drum_sounds_the_same_at_double_the_rate);
	suite_add_tcase(s, finding);
	suite_add_tcase(s, clean);
	suite_add_tcase(s, sound);
	return s;
}

int main(void)
{
	return test_run(kit_suite());
}
