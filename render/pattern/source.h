/* What a pattern source is: a function of the language that makes a pattern out of nothing but its arguments, such as
 * `run 8`, `rand` or `choose ["bd", "sn"]`. One `const struct source_def` each, listed in sources.def; the checker, the
 * builder, the documentation and completion read it.
 *
 * A source of parts (TRANSFORM_PART, PARTS, WEIGHTED or TIMED) makes what its parts are: a source of events
 * when all of them are that, else a pattern of values.
 *
 * A name may belong to a function of signals or to a transform as well: `sine`, `chord`. What is meant is decided by
 * the place (render/lang/types.h). */
#ifndef RENDER_PATTERN_SOURCE_H
#define RENDER_PATTERN_SOURCE_H

#include "render/pattern/transform.h"

struct source_def {
	const char *name;
	const char *aliases[TRANSFORM_ALIASES_MAX + 1]; /* NULL-terminated */
	const char *doc;
	const char *example; /* a program that sounds */
	struct transform_param params[TRANSFORM_PARAMS_MAX];
	unsigned n_params;
	/* args[n_params]; an optional argument that is not given is the default as a pure pattern. site is a stable id
	 * of the call site (for randomness). NULL when the arena is exhausted. */
	const struct pattern *(*make)(struct arena *a, const struct transform_arg *args, uint64_t site);
};

/* Sorted by name; a name with two forms, told apart by their arguments, stands there twice. */
extern const struct source_def *const source_registry[];
extern const size_t source_registry_len;
/* The first form by name or alias; NULL when there is none. */
const struct source_def *source_find(const char *name, size_t len);
/* The form of the same name after def; NULL when there is none. */
const struct source_def *source_next_form(const struct source_def *def, const char *name, size_t len);

#endif
