/* Figures: what a quality test promises and what it measured.
 *
 * Each call asserts with Check. When the environment's PHONOND_FIGURES names a file, it also appends a line there,
 * subject, what, unit, "<=", ">=" or "+-", promised, tolerance, measured, separated by tabs: `make sound-figures` makes
 * docs/SOUND.md of them. subject is a node or a part of the engine, what says what was measured and at which settings. */
#ifndef TESTS_LIB_FIGURE_H
#define TESTS_LIB_FIGURE_H

void figure_at_most(const char *subject, const char *what, const char *unit, double promised, double measured);
void figure_at_least(const char *subject, const char *what, const char *unit, double promised, double measured);
void figure_within(const char *subject, const char *what, const char *unit, double promised, double tolerance,
		   double measured);

#endif
