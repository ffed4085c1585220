/* What a pattern transform is: one `const struct transform_def` at the end of one file in render/pattern/,
 * listed in transforms.def. The checker, the builder, the documentation and completion read it. */
#ifndef RENDER_PATTERN_TRANSFORM_H
#define RENDER_PATTERN_TRANSFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "render/pattern/pattern.h"

enum { TRANSFORM_PARAMS_MAX = 6, TRANSFORM_ALIASES_MAX = 3 };

enum transform_param_kind {
	TRANSFORM_PATTERN,   /* a number or a mini-notation string: patterned arguments as in Tidal */
	TRANSFORM_FUNCTION,  /* another transform: `rev`, `(fast 2)`, `(fast 2 $ rev)`, `(# speed 2)` */
	TRANSFORM_FUNCTIONS, /* a list of them: `[rev, fast 2]` */
	TRANSFORM_TRUTH,     /* a mini-notation string of steps that are true or not: "t f t*2", "1 0", "t(3,8)" */
	TRANSFORM_NAME,      /* a mini-notation string of names, each one that the parameter's is_name knows */
	/* Of sources (source.h) only: */
	TRANSFORM_PART,     /* a pattern of any values, or a source of events */
	TRANSFORM_PARTS,    /* a list of them: `["bd", "sn*2"]` */
	TRANSFORM_WEIGHTED, /* a list of pairs of a part and its weight: `[["bd", 3], ["sn", 1]]` */
	TRANSFORM_TIMED,    /* a list of pairs of a length and a part: `[[3, "bd*3"], [1, "sn"]]` */
};

struct transform_param {
	const char *name, *unit;
	enum transform_param_kind kind;
	bool is_optional;
	double def;
	double min, max; /* of a literal number; outside is an error that names them */
	/* TRANSFORM_NAME: whether there is such a name; names[], NULL-terminated, is for suggestions. */
	bool (*is_name)(const char *text, size_t len);
	const char *const *names;
	const char *doc;
};

struct transform_arg {
	/* TRANSFORM_PATTERN, TRUTH, NAME and PART. Defaults of numbers are filled in as pure patterns. */
	const struct pattern *pattern;
	struct pattern_fn fn;         /* TRANSFORM_FUNCTION */
	const struct pattern_fn *fns; /* TRANSFORM_FUNCTIONS: fns[n_fns] */
	unsigned n_fns;
	const struct pattern *const *parts; /* TRANSFORM_PARTS, WEIGHTED and TIMED: parts[n_parts] */
	const double *weights;              /* TRANSFORM_WEIGHTED and TIMED: weights[n_parts] */
	unsigned n_parts;
};

struct transform_def {
	const char *name;
	const char *aliases[TRANSFORM_ALIASES_MAX + 1]; /* NULL-terminated */
	const char *doc;
	const char *example; /* a program that sounds */
	struct transform_param params[TRANSFORM_PARAMS_MAX];
	unsigned n_params;
	bool needs_events; /* only on control maps: chop, jux, stut */
	bool is_modifier;  /* may stand behind `#` too: `n "0 2" # scale "minor"` */
	/* args[n_params]; site is a stable id of the call site (for randomness). NULL when the arena is exhausted. */
	const struct pattern *(*apply)(struct arena *a, const struct transform_arg *args, uint64_t site,
				       const struct pattern *p);
};

/* Sorted by name; a name with two forms, told apart by their arguments, stands there twice. */
extern const struct transform_def *const transform_registry[];
extern const size_t transform_registry_len;
/* The first form by name or alias; NULL when there is none. */
const struct transform_def *transform_find(const char *name, size_t len);
/* The form of the same name after def; NULL when there is none. */
const struct transform_def *transform_next_form(const struct transform_def *def, const char *name, size_t len);

/* The text of a TRANSFORM_NAME argument: a name is itself, whatever its characters; all else is mini-notation. NULL as
 * pattern_from_mini(). */
const struct pattern *transform_parse_names(struct arena *a, const struct transform_param *param, const char *text,
					    size_t len, uint32_t offset, struct diag_list *diags);

#endif
