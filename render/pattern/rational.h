/* Exact time: fractions of 64-bit integers with 128-bit intermediates.
 *
 * Always reduced, den > 0. A result that does not fit is RATIONAL_OVERFLOW (den == 0), which every operation
 * passes on; whoever turns time into something visible checks for it once and reports. Pure functions. */
#ifndef RENDER_PATTERN_RATIONAL_H
#define RENDER_PATTERN_RATIONAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rational {
	int64_t num, den;
};

#define RATIONAL_OVERFLOW ((struct rational){ 0, 0 })
#define RATIONAL_ZERO ((struct rational){ 0, 1 })
#define RATIONAL_ONE ((struct rational){ 1, 1 })

static inline bool rational_is_valid(struct rational a)
{
	return a.den != 0;
}

/* Reduced; den may be negative, 0 gives overflow. */
struct rational rational_make(int64_t num, int64_t den);
static inline struct rational rational_int(int64_t n)
{
	return (struct rational){ n, 1 };
}
struct rational rational_add(struct rational a, struct rational b);
struct rational rational_sub(struct rational a, struct rational b);
struct rational rational_mul(struct rational a, struct rational b);
struct rational rational_div(struct rational a, struct rational b); /* by zero: overflow */
/* t * scale + offset, reduced once. */
struct rational rational_map(struct rational t, struct rational scale, struct rational offset);
struct rational rational_neg(struct rational a);

/* <0, 0, >0. Both must be valid. */
int rational_cmp(struct rational a, struct rational b);
struct rational rational_min(struct rational a, struct rational b);
struct rational rational_max(struct rational a, struct rational b);

/* Largest integer <= a (the cycle that a lies in). */
int64_t rational_floor(struct rational a);
int64_t rational_ceil(struct rational a);
/* floor(a + 1/2) */
int64_t rational_round(struct rational a);
double rational_to_double(struct rational a);

/* Exact value of a decimal text such as "0.125", "-3", "1e-3", or a fraction "3/8"; overflow when it has no
 * representation or is malformed. */
struct rational rational_parse(const char *text, size_t len);

/* What somebody meant who wrote this double: the decimal itself when 12 significant digits give it (0.1 is 1/10,
 * not the double's exact value), else the simplest fraction within one unit of the 15th digit (1.0 / 3 is 1/3). */
struct rational rational_from_double(double x);

#endif
