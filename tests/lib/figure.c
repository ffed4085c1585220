#include "tests/lib/figure.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/lib/test.h"

struct figure {
	const char *subject, *what, *unit, *relation;
	double promised, tolerance, measured;
};

static void report(const struct figure *f)
{
	const char *path = getenv("PHONOND_FIGURES");
	FILE *file = path ? fopen(path, "a") : NULL;

	if (!file)
		return;
	fprintf(file, "%s\t%s\t%s\t%s\t%.6g\t%.6g\t%.6g\n", f->subject, f->what, f->unit, f->relation, f->promised,
		f->tolerance, f->measured);
	fclose(file);
}

/* A measurement that is no number keeps no promise. */
static void judge(const struct figure *f, bool is_kept)
{
	report(f);
	if (!is_kept || !isfinite(f->measured))
		ck_abort_msg("%s, %s: promised %s %g %s (tolerance %g), measured %g", f->subject, f->what, f->relation,
			     f->promised, f->unit, f->tolerance, f->measured);
}

void figure_at_most(const char *subject, const char *what, const char *unit, double promised, double measured)
{
	struct figure f = { subject, what, unit, "<=", promised, 0, measured };

	judge(&f, measured <= promised);
}

void figure_at_least(const char *subject, const char *what, const char *unit, double promised, double measured)
{
	struct figure f = { subject, what, unit, ">=", promised, 0, measured };

	judge(&f, measured >= promised);
}

void figure_within(const char *subject, const char *what, const char *unit, double promised, double tolerance,
		   double measured)
{
	struct figure f = { subject, what, unit, "+-", promised, tolerance, measured };

	judge(&f, fabs(measured - promised) <= tolerance);
}
