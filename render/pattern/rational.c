#include "render/pattern/rational.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef __int128 wide;
typedef unsigned __int128 uwide;

/* Stein's algorithm; the smaller and the difference are chosen without a branch, which could not be predicted. */
static uint64_t gcd64(uint64_t a, uint64_t b)
{
	int shift;

	if (!a || !b)
		return a | b;
	if (a == 1 || b == 1)
		return 1;
	shift = __builtin_ctzll(a | b);
	a >>= __builtin_ctzll(a);
	do {
		b >>= __builtin_ctzll(b);
		uint64_t difference = a > b ? a - b : b - a;
		a = a < b ? a : b;
		b = difference;
	} while (b);
	return a << shift;
}

static uwide gcd128(uwide a, uwide b)
{
	/* The wide remainder is slow, and few numbers need it. */
	while ((a >> 64) || (b >> 64)) {
		uwide r = b ? a % b : 0;
		if (!b)
			return a;
		a = b;
		b = r;
	}
	return gcd64((uint64_t)a, (uint64_t)b);
}

/* n / d with a sign; INT64_MIN is left out so that negation always succeeds. */
static struct rational signed_ratio(bool is_negative, uwide n, uwide d)
{
	if (n > INT64_MAX || d > INT64_MAX)
		return RATIONAL_OVERFLOW;
	return (struct rational){ is_negative ? -(int64_t)n : (int64_t)n, (int64_t)d };
}

static uwide magnitude(wide x)
{
	return x < 0 ? -(uwide)x : (uwide)x;
}

static inline bool is_power_of_two(uint64_t x)
{
	return (x & (x - 1)) == 0;
}

/* num / den reduced; den != 0. Wide division is a call of the compiler's library, and few numbers need it. */
static struct rational reduce(wide num, wide den)
{
	bool is_negative = (num < 0) != (den < 0);
	uwide n = magnitude(num), d = magnitude(den), g;

	if ((n | d) >> 64 == 0) {
		/* Most rhythms: a power of two divides by shifting. */
		if (is_power_of_two((uint64_t)d)) {
			int shift = __builtin_ctzll((uint64_t)n | (uint64_t)d);
			return signed_ratio(is_negative, (uint64_t)n >> shift, (uint64_t)d >> shift);
		}
		g = gcd64((uint64_t)n, (uint64_t)d);
		return signed_ratio(is_negative, (uint64_t)n / (uint64_t)g, (uint64_t)d / (uint64_t)g);
	}
	g = gcd128(n, d);
	return signed_ratio(is_negative, n / g, d / g);
}

/* a + n, which is in lowest terms when a is. */
static struct rational add_whole(struct rational a, int64_t n)
{
	wide sum = a.num + (wide)n * a.den;
	return signed_ratio(sum < 0, magnitude(sum), (uwide)a.den);
}

struct rational rational_make(int64_t num, int64_t den)
{
	return den ? reduce(num, den) : RATIONAL_OVERFLOW;
}

struct rational rational_add(struct rational a, struct rational b)
{
	if (!a.den || !b.den)
		return RATIONAL_OVERFLOW;
	if (b.den == 1)
		return add_whole(a, b.num);
	if (a.den == 1)
		return add_whole(b, a.num);
	if (a.den == b.den)
		return reduce((wide)a.num + b.num, a.den);
	return reduce((wide)a.num * b.den + (wide)b.num * a.den, (wide)a.den * b.den);
}

struct rational rational_sub(struct rational a, struct rational b)
{
	return rational_add(a, rational_neg(b));
}

static inline void cancel(uint64_t *a, uint64_t *b)
{
	uint64_t g = gcd64(*a, *b);

	if (g > 1) {
		*a /= g;
		*b /= g;
	}
}

/* Cancels crosswise before it multiplies (Knuth, The Art of Computer Programming 2, 4.5.1): smaller numbers, and
 * nothing is left to reduce. */
struct rational rational_mul(struct rational a, struct rational b)
{
	if (!a.den || !b.den)
		return RATIONAL_OVERFLOW;
	uint64_t an = (uint64_t)magnitude(a.num), bn = (uint64_t)magnitude(b.num);
	uint64_t ad = (uint64_t)a.den, bd = (uint64_t)b.den;
	cancel(&an, &bd);
	cancel(&bn, &ad);
	return signed_ratio((a.num < 0) != (b.num < 0), (uwide)an * bn, (uwide)ad * bd);
}

struct rational rational_div(struct rational a, struct rational b)
{
	if (!a.den || !b.den || !b.num)
		return RATIONAL_OVERFLOW;
	return reduce((wide)a.num * b.den, (wide)a.den * b.num);
}

struct rational rational_map(struct rational t, struct rational scale, struct rational offset)
{
	int64_t num, den, shift;

	if (scale.num == 1 && scale.den == 1)
		return rational_add(t, offset);
	if (!t.den || !scale.den || !offset.den || __builtin_mul_overflow(t.den, scale.den, &den) ||
	    __builtin_mul_overflow(offset.num, den, &shift) || __builtin_mul_overflow(den, offset.den, &den) ||
	    __builtin_mul_overflow(t.num, scale.num, &num) || __builtin_mul_overflow(num, offset.den, &num) ||
	    __builtin_add_overflow(num, shift, &num))
		return rational_add(rational_mul(t, scale), offset);
	return reduce(num, den);
}

struct rational rational_neg(struct rational a)
{
	return (struct rational){ -a.num, a.den };
}

int rational_cmp(struct rational a, struct rational b)
{
	wide l, r;

	if (a.den == b.den)
		return (a.num > b.num) - (a.num < b.num);
	l = (wide)a.num * b.den;
	r = (wide)b.num * a.den;
	return (l > r) - (l < r);
}

struct rational rational_min(struct rational a, struct rational b)
{
	return rational_cmp(a, b) <= 0 ? a : b;
}

struct rational rational_max(struct rational a, struct rational b)
{
	return rational_cmp(a, b) >= 0 ? a : b;
}

int64_t rational_floor(struct rational a)
{
	int64_t q = a.num / a.den;
	return a.num % a.den < 0 ? q - 1 : q;
}

int64_t rational_ceil(struct rational a)
{
	int64_t q = a.num / a.den;
	return a.num % a.den > 0 ? q + 1 : q;
}

int64_t rational_round(struct rational a)
{
	int64_t below = rational_floor(a);
	uint64_t rest = (uint64_t)a.num - (uint64_t)below * (uint64_t)a.den; /* 0 <= rest < den */
	return rest >= (uint64_t)a.den - rest ? below + 1 : below;
}

double rational_to_double(struct rational a)
{
	return (double)a.num / (double)a.den;
}

/* --- Text ------------------------------------------------------------------------------------------------- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

enum {
	DIGITS_MAX = 36,      /* a mantissa of 36 digits fits 128 bits */
	EXPONENT_CAP = 100000 /* far outside what a fraction can hold, small enough not to overflow an int */
};

/* A decimal being read: value = mantissa * 10^exponent. */
struct decimal {
	uwide mantissa;
	int exponent;
	int n_digits;    /* that were read, for "there must be one" */
	int significant; /* digits in mantissa */
	bool is_too_long;
};

static void decimal_add_digit(struct decimal *d, char c, bool is_fraction)
{
	d->n_digits++;
	if (c == '0' && d->mantissa == 0) {
		d->exponent -= is_fraction;
		return;
	}
	if (d->significant == DIGITS_MAX) {
		d->is_too_long |= c != '0';
		d->exponent += !is_fraction;
		return;
	}
	d->mantissa = d->mantissa * 10 + (unsigned)(c - '0');
	d->significant++;
	d->exponent -= is_fraction;
}

/* Reads the exponent after 'e'; false when there are no digits. */
static bool parse_exponent(const char **at, const char *end, int *exponent)
{
	const char *s = *at;
	bool is_negative = s < end && *s == '-';
	int value = 0;

	if (s < end && (*s == '-' || *s == '+'))
		s++;
	if (s == end || !is_digit(*s))
		return false;
	for (; s < end && is_digit(*s); s++)
		if (value < EXPONENT_CAP)
			value = value * 10 + (*s - '0');
	*at = s;
	*exponent += is_negative ? -value : value;
	return true;
}

static struct rational decimal_value(struct decimal d, bool is_negative)
{
	uwide den = 1;

	if (d.mantissa == 0)
		return RATIONAL_ZERO;
	for (; d.exponent < 0 && d.mantissa % 10 == 0; d.exponent++)
		d.mantissa /= 10;
	if (d.exponent < -DIGITS_MAX || d.exponent > DIGITS_MAX || d.is_too_long)
		return RATIONAL_OVERFLOW;
	for (; d.exponent < 0; d.exponent++)
		den *= 10;
	for (; d.exponent > 0; d.exponent--) {
		d.mantissa *= 10;
		if (d.mantissa > INT64_MAX)
			return RATIONAL_OVERFLOW;
	}
	return reduce(is_negative ? -(wide)d.mantissa : (wide)d.mantissa, (wide)den);
}

static struct rational parse_decimal(const char *s, const char *end)
{
	struct decimal d = { .mantissa = 0 };
	bool is_negative = s < end && *s == '-';

	s += is_negative;
	for (; s < end && is_digit(*s); s++)
		decimal_add_digit(&d, *s, false);
	if (s < end && *s == '.')
		for (s++; s < end && is_digit(*s); s++)
			decimal_add_digit(&d, *s, true);
	if (!d.n_digits)
		return RATIONAL_OVERFLOW;
	if (s < end && (*s == 'e' || *s == 'E')) {
		s++;
		if (!parse_exponent(&s, end, &d.exponent))
			return RATIONAL_OVERFLOW;
	}
	return s == end ? decimal_value(d, is_negative) : RATIONAL_OVERFLOW;
}

struct rational rational_parse(const char *text, size_t len)
{
	const char *slash = memchr(text, '/', len);

	if (slash)
		return rational_div(parse_decimal(text, slash), parse_decimal(slash + 1, text + len));
	return parse_decimal(text, text + len);
}

/* --- Doubles ---------------------------------------------------------------------------------------------- */

/* The fraction with the smallest denominator in [lo_num/lo_den, hi_num/hi_den], all positive: the walk down the
 * Stern-Brocot tree, run by run, as a continued fraction (Graham, Knuth, Patashnik, "Concrete Mathematics", 4.5). */
static struct rational simplest_between(uwide lo_num, uwide lo_den, uwide hi_num, uwide hi_den)
{
	wide p0 = 0, q0 = 1, p1 = 1, q1 = 0; /* the last two convergents */

	for (;;) {
		uwide whole = lo_num / lo_den;
		bool is_last = lo_num % lo_den == 0;
		wide p, q;
		if (!is_last && (whole + 1) * hi_den <= hi_num) {
			whole++;
			is_last = true;
		}
		p = (wide)whole * p1 + p0;
		q = (wide)whole * q1 + q0;
		if (p > INT64_MAX || q > INT64_MAX)
			return RATIONAL_OVERFLOW;
		if (is_last)
			return (struct rational){ (int64_t)p, (int64_t)q };
		p0 = p1, q0 = q1, p1 = p, q1 = q;
		/* lo, hi = 1 / (hi - whole), 1 / (lo - whole) */
		uwide new_lo_den = hi_num - whole * hi_den, new_hi_den = lo_num - whole * lo_den;
		uwide new_lo_num = hi_den, new_hi_num = lo_den;
		lo_num = new_lo_num, lo_den = new_lo_den, hi_num = new_hi_num, hi_den = new_hi_den;
	}
}

/* The simplest fraction within one unit of the 15th significant digit of x > 0. */
static struct rational from_near(double x)
{
	char text[40], *mark;
	uint64_t mantissa;
	uwide den = 1;
	int exponent;

	snprintf(text, sizeof text, "%.14e", x); /* d.dddddddddddddde±xx */
	mark = strchr(text, 'e');
	exponent = atoi(mark + 1) - 14;
	memmove(text + 1, text + 2, 14);
	text[15] = '\0';
	mantissa = strtoull(text, NULL, 10);
	if (exponent > 4 || exponent < -34)
		return RATIONAL_OVERFLOW;
	for (int i = exponent; i < 0; i++)
		den *= 10;
	for (int i = 0; i < exponent; i++)
		mantissa *= 10;
	return simplest_between((uwide)mantissa - 1, den, (uwide)mantissa + 1, den);
}

/* x as the short decimal that it was written as; overflow when there is none. */
static struct rational from_decimal(double x)
{
	enum { DIGITS = 12 };
	char text[40];

	snprintf(text, sizeof text, "%.*g", DIGITS, x);
	return strtod(text, NULL) == x ? rational_parse(text, strlen(text)) : RATIONAL_OVERFLOW;
}

struct rational rational_from_double(double x)
{
	struct rational r;

	if (!isfinite(x) || fabs(x) >= 9.2e18)
		return RATIONAL_OVERFLOW;
	if (x == trunc(x))
		return rational_int((int64_t)x);
	/* Short binary fractions, the common case, need no search. */
	if (fabs(x) < 1e6 && x * 1024 == trunc(x * 1024))
		return rational_make((int64_t)(x * 1024), 1024);
	r = from_decimal(fabs(x));
	if (!rational_is_valid(r))
		r = from_near(fabs(x));
	return x < 0 ? rational_neg(r) : r;
}
