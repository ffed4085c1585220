/* Inside the pattern engine: what a node of a pattern tree is, and what node kinds use to answer queries.
 *
 * A node kind is a struct that begins with `struct pattern`, a constructor, and a query function. A query
 * appends to a hap list; what a node's child appended since a mark is then changed in place, so that nothing
 * is copied on the way up. Scratch haps live on the same list, behind the mark, and are taken off again by
 * haps_drop(): the list is a stack, and a query leaves no garbage in the arena.
 *
 * An empty span [t, t] asks what is active at the instant t: it answers haps whose whole holds t, with empty
 * parts. Only files of render/pattern/ include this. */
#ifndef RENDER_PATTERN_NODE_H
#define RENDER_PATTERN_NODE_H

#include "render/pattern/pattern.h"

enum {
	NODE_PARAMS_MAX = 3,
	/* Steps of one euclidean rhythm: far more than a cycle can sound. */
	EUCLID_STEPS_MAX = 4096,
	/* Copies that one event may be turned into. */
	NODE_COPIES_MAX = 4096,
};

/* What a variable stands for while the body of its pattern_bind() is queried; innermost first. */
struct binding {
	const struct pattern *variable;
	double number;
	const struct pattern *value; /* where it stands for a pattern (plywith.c) */
	struct binding *outer;
};

/* One query while it is evaluated. */
struct eval {
	struct arena *arena;
	uint64_t seed;
	size_t n_haps_max; /* of the list, scratch included, and what was on it before the query */
	size_t n_haps_before;
	size_t steps_left; /* see struct query */
	size_t max_haps, max_steps;
	struct binding *bindings;
	struct rational chance_shift; /* added to times that chance is asked about */
	struct error *err;
};

/* What is known of a node's pattern_events_min() from its contents; see there. */
enum certain_events {
	CERTAIN_NOTHING, /* 0 */
	CERTAIN_FIRST,   /* as many as the first content */
	CERTAIN_LEAST,   /* as many as that content which has the fewest */
	CERTAIN_SUM,     /* as many as all contents together */
	CERTAIN_TIMES,   /* the first content's, times the first parameter (only of a struct param_node) */
};

/* After how many cycles a node's answers repeat, moved by as many cycles and in the same order; pattern_period() says for what. */
enum period_rule {
	PERIOD_UNKNOWN, /* what depends on the number of the cycle, or on chance */
	PERIOD_COMMON,  /* when all children do at once */
	PERIOD_TURNS,   /* when all children do at once, and each has its turn in every so-many-th cycle */
	PERIOD_FAST,    /* the content, by the first parameter faster (only of a struct param_node) */
	PERIOD_SLOW,    /* likewise, slower */
};

struct pattern_ops {
	/* Appends the haps of p in span (valid times, begin <= end) to out. -1 with e->err set. */
	int (*query)(const struct pattern *p, struct timespan span, struct eval *e, struct hap_list *out);
	enum certain_events certain;
	enum period_rule period;
	/* Whether two nodes of this kind and of equal children are the same. NULL: when what they hold beside their struct
	 * pattern is the same bytes. */
	bool (*equal)(const struct pattern *p, const struct pattern *q);
};

struct pattern {
	const struct pattern_ops *ops;
	size_t bytes;         /* of the whole node */
	unsigned depth;       /* levels of this tree, 1 for a leaf */
	unsigned n_params;    /* leading children that are parameters, not content */
	unsigned n_selectors; /* children behind them that choose from the content, so that their atoms do not sound */
	unsigned n_children;
	enum pattern_flow flow; /* of itself or of anything below it, whichever is more */
	const struct pattern *const *children;
	double events_min; /* pattern_events_min() */
	unsigned period;   /* pattern_period() */
};

/* A node of `size` bytes whose first member is a struct pattern over the given children, which are copied.
 * NULL when the arena is exhausted, a child is NULL, or the tree would be too deep. */
void *node_new(struct arena *a, size_t size, const struct pattern_ops *ops, const struct pattern *const *children,
	       size_t n_children);

/* contents[n], n >= 1 unless the rule is CERTAIN_SUM or CERTAIN_NOTHING. */
double certain_events(enum certain_events rule, const struct pattern *const *contents, size_t n);

/* `events` certain ones of a cycle when n cycles, or n copies, take the place of one: n need not be whole, and then
 * the cycles may lie so that two of them are cut. */
double certain_events_times(double events, double n);

/* Equality of nodes whose identity counts, such as variables. */
bool node_is_itself(const struct pattern *p, const struct pattern *q);

/* Not of maps, which are never equal. */
bool value_equal(const struct value *a, const struct value *b);

/* PERIOD_COMMON and PERIOD_TURNS; 0 for the others. */
unsigned node_period(enum period_rule rule, const struct pattern *const *children, size_t n);

/* --- Evaluation: query.c ---------------------------------------------------------------------------------- */

int eval_fail_time(struct eval *e);
int eval_fail_steps(struct eval *e);
/* "WHAT: at most MAX are allowed, found N". */
int eval_fail_large(struct eval *e, const char *what, double n, double max);
int eval_fail_memory(struct eval *e);

/* Takes n off the steps that are left; -1 when there are fewer. */
static inline int eval_charge(struct eval *e, size_t n)
{
	if (e->steps_left < n) {
		e->steps_left = 0;
		return eval_fail_steps(e);
	}
	e->steps_left -= n;
	return 0;
}

static inline bool timespan_is_valid(struct timespan s)
{
	return rational_is_valid(s.begin) && rational_is_valid(s.end);
}

static inline int node_query(const struct pattern *p, struct timespan span, struct eval *e, struct hap_list *out)
{
	if (!timespan_is_valid(span))
		return eval_fail_time(e);
	size_t before = out->n;
	if (eval_charge(e, 1) < 0 || p->ops->query(p, span, e, out) < 0)
		return -1;
	/* A leaf has counted the cycles that its haps are of. */
	return p->n_children ? eval_charge(e, out->n - before) : 0;
}

/* -1 when there would be too many haps with n more: to be asked where that is known before they are made. */
int haps_expect(const struct hap_list *l, double n, struct eval *e);

/* How many of the haps from `from` on are whole events. */
size_t haps_count_complete(const struct hap_list *l, size_t from);

/* Appends a zeroed hap and returns it; NULL with e->err set when there are too many. */
struct hap *haps_push(struct hap_list *l, struct eval *e);

/* Removes the haps [from, to). */
void haps_drop(struct hap_list *l, size_t from, size_t to);

/* t -> t * scale + offset for all times of the haps from `from` on; scale > 0. */
int haps_map_time(struct hap_list *l, size_t from, struct rational scale, struct rational offset, struct eval *e);

/* Replaces the value of each hap from `from` on by those that fn makes of it: none drops the hap, several copy it.
 * fn returns -1 when the arena is exhausted. */
struct value_expansion {
	int (*fn)(const void *ctx, struct arena *a, const struct value *in, struct value_list *out);
	const void *ctx;
};
int haps_expand(struct hap_list *l, size_t from, struct value_expansion expansion, struct eval *e);

/* What a and b share; false when that is nothing. The end of a span is not part of it, unless it is empty. */
bool timespan_intersect(struct timespan a, struct timespan b, struct timespan *out);

static inline struct timespan timespan_shift(struct timespan s, struct rational by)
{
	return (struct timespan){ rational_add(s.begin, by), rational_add(s.end, by) };
}

static inline struct timespan timespan_scale(struct timespan s, struct rational by)
{
	return (struct timespan){ rational_mul(s.begin, by), rational_mul(s.end, by) };
}

/* t -> t * scale + offset. */
static inline struct timespan timespan_map(struct timespan s, struct rational scale, struct rational offset)
{
	return (struct timespan){ rational_map(s.begin, scale, offset), rational_map(s.end, scale, offset) };
}

static inline bool timespan_equal(struct timespan a, struct timespan b)
{
	return a.begin.num == b.begin.num && a.begin.den == b.begin.den && a.end.num == b.end.num &&
	       a.end.den == b.end.den;
}

/* Whole of a hap, or its part when it is continuous. */
static inline struct timespan hap_whole_or_part(const struct hap *h)
{
	return h->has_whole ? h->whole : h->part;
}

/* A span cut at cycle boundaries:
 *     struct cycle_iter it = cycles_begin(span);
 *     while ((more = cycles_next(&it, e)) > 0) … it.cycle, it.piece …
 *     return more;   (0, or -1 with e->err set)
 * An empty span is one piece. */
struct cycle_iter {
	struct timespan piece;
	struct rational end;
	int64_t cycle;
	bool is_started;
};

struct cycle_iter cycles_begin(struct timespan span);
int cycles_next(struct cycle_iter *it, struct eval *e);

/* Queries child over span * scale + offset (scale > 0) and maps the answer back. */
int query_mapped(const struct pattern *child, struct timespan span, struct rational scale, struct rational offset,
		 struct eval *e, struct hap_list *out);

/* --- Evaluation in parts: span.c -------------------------------------------------------------------------- */

/* Cuts the parts of the haps from `from` on to span; drops those outside. */
void haps_cut(struct hap_list *l, size_t from, struct timespan span);

/* The haps of child in part, as if asked for all of held, which holds part: a signal has the value of held's begin. */
int query_held(const struct pattern *child, struct timespan held, struct timespan part, struct eval *e,
	       struct hap_list *out);

/* Plays child's time window in the time of place: haps within part (inside place), wholes cut to place. */
int query_focused(const struct pattern *child, struct timespan window, struct timespan place, struct timespan part,
		  struct eval *e, struct hap_list *out);

/* The cycle that holds place's begin, as the window of query_focused. */
struct timespan cycle_of(struct rational t);

/* As query_mapped, in piece cut to window; nothing outside of it. */
int query_window(const struct pattern *child, struct timespan window, struct timespan piece, struct rational scale,
		 struct rational offset, struct eval *e, struct hap_list *out);

/* Every cycle of p in the part `at` of itself, 0 <= at.begin < at.end <= 1: compress.c. */
int query_compressed(const struct pattern *p, struct timespan at, struct timespan span, struct eval *e,
		     struct hap_list *out);

/* Replaces every hap of child in span by what fn appends for it; fn gets a copy. */
struct hap_rewrite {
	int (*fn)(const void *ctx, const struct hap *h, struct eval *e, struct hap_list *out);
	const void *ctx;
};
int query_rewritten(const struct pattern *child, struct timespan span, struct hap_rewrite rewrite, struct eval *e,
		    struct hap_list *out);

/* x as a count of at most max, rounded down; false when it is less than 1, -1 with e->err set when it is more. */
int count_of(double x, int64_t max, int64_t *out, struct eval *e);

/* --- Nodes with number parameters: param.c ---------------------------------------------------------------- */

/* A parameter's value in a part of time, as the number it is and as exact time. */
struct param {
	double number;
	struct rational exact;
};

struct param_node;

struct param_ops {
	/* The node's haps in span while its parameters have the values v[n_params]. */
	int (*query)(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
		     struct hap_list *out);
	enum certain_events certain;
	enum period_rule period;
};

/* A node whose parameters are patterns, joined as Tidal's inner join does: where the parameters change, the
 * result is cut, and each part is answered with the values that hold there. Children: parameters, content. */
struct param_node {
	struct pattern base;
	const struct param_ops *ops;
	bool is_constant; /* all parameters are pure numbers, given by: */
	struct param constant[NODE_PARAMS_MAX];
	uint64_t site;   /* call site, where randomness is involved */
	const void *ctx; /* what the kind precomputed for constant parameters; may be NULL */
};

/* Its period, once its constants are known. */
unsigned param_period(const struct param_node *n);

/* Content number i of a node (0: the pattern transformed). */
static inline const struct pattern *param_content(const struct param_node *n, unsigned i)
{
	return n->base.children[n->base.n_params + i];
}

/* children[n_params + n_content] */
struct param_node *param_node_new(struct arena *a, const struct param_ops *ops, const struct pattern *const *children,
				  unsigned n_params, unsigned n_content);

/* The same as a pattern. */
static inline const struct pattern *param_pattern(struct arena *a, const struct param_ops *ops,
						  const struct pattern *const *children, unsigned n_params,
						  unsigned n_content)
{
	struct param_node *n = param_node_new(a, ops, children, n_params, n_content);
	return n ? &n->base : NULL;
}

/* A number that is known only while a query is under way. `off "<0.25 0.125>" f p` means that f is applied to p
 * shifted by the time that holds now, not that f also speeds up the times: so
 *     t = pattern_variable(a); pattern_bind(a, t, times, pattern_stack(p, f(pattern_late(a, t, p)))) */
const struct pattern *pattern_variable(struct arena *a);
const struct pattern *pattern_bind(struct arena *a, const struct pattern *variable, const struct pattern *number,
				   const struct pattern *body);

/* What the variable stands for now; NULL outside of the body. */
struct binding *binding_find(const struct eval *e, const struct pattern *variable);

/* For functions of a number that a given function must not bend with the pattern: what to use in the body, which is
 * the number itself when it is constant, and the finished body. */
const struct pattern *pattern_hold(struct arena *a, const struct pattern *number);
const struct pattern *pattern_release(struct arena *a, const struct pattern *held, const struct pattern *number,
				      const struct pattern *body);

static inline const struct pattern *pattern_number(struct arena *a, double x)
{
	return pattern_pure(a, (struct value){ .kind = VALUE_NUMBER, .number = x }, (struct span){ 0, 0 });
}

/* --- Values: value.c -------------------------------------------------------------------------------------- */

static inline struct value value_number(double x)
{
	return (struct value){ .kind = VALUE_NUMBER, .number = x };
}

/* Reads a number or boolean; false for anything else. */
bool value_to_number(const struct value *v, double *out);

/* NULL when the map has no such key or v is no map. */
const struct value *value_map_get(const struct value *v, enum control_key key);

/* A copy of the map (an empty one when in is no map) with key set; false when the arena is exhausted. */
bool value_map_set(struct arena *a, const struct value *in, enum control_key key, struct value item, struct value *out);

/* The same for a transform, whose doing modifiers do not take back. */
bool value_map_own(struct arena *a, const struct value *in, enum control_key key, struct value item, struct value *out);

/* All keys of both maps; right's value where a key is in both. False when the arena is exhausted. */
bool value_map_overlay(struct arena *a, const struct value *left, const struct value *right, struct value *out);

/* All keys of both; both(ctx, a, left, right, &out) decides where a key is in both, and returns false to fail. */
struct value_merge {
	bool (*both)(const void *ctx, struct arena *a, const struct value *left, const struct value *right,
		     struct value *out);
	const void *ctx;
};
bool value_map_merge(struct arena *a, const struct value *left, const struct value *right, struct value_merge merge,
		     struct value *out);

/* --- Chance: random.c ------------------------------------------------------------------------------------- */

/* A number in [0, 1) that belongs to (seed, site, t). */
double random_at(uint64_t seed, uint64_t site, struct rational t);

/* The same under this query's seed, and the shift in time of a seed node around it. */
double eval_random(const struct eval *e, uint64_t site, struct rational t);

/* n numbers in (-1, 1) for the instant t. */
void eval_random_list(const struct eval *e, uint64_t site, struct rational t, double *numbers, size_t n);

/* Keeps of the haps from `from` on those whose number, at their whole's begin + shift, is > amount. */
int haps_degrade(struct hap_list *l, size_t from, double amount, uint64_t site, struct rational shift, struct eval *e);

/* Exactly factor times faster; silence for factor <= 0. */
const struct pattern *pattern_fast_by(struct arena *a, struct rational factor, const struct pattern *p);

/* --- Nodes of the mini-notation --------------------------------------------------------------------------- */

/* Each cycle of p n times over (n may be a fraction): cycle c plays cycle floor(c / n). */
const struct pattern *pattern_repeat_cycles(struct arena *a, struct rational n, const struct pattern *p);
/* One of ps per cycle, chosen at cycle + shift. */
const struct pattern *pattern_choose(struct arena *a, const struct pattern *const *ps, size_t n, struct rational shift);
/* Keeps a hap when rand at its whole's begin + shift is > amount. */
const struct pattern *pattern_drop(struct arena *a, double amount, struct rational shift, const struct pattern *p);
/* from, from +- 1, … to as a sequence in each event of `from`. */
const struct pattern *pattern_range(struct arena *a, const struct pattern *from, const struct pattern *to);
/* from, from + step, … as a sequence of n steps: what of it lies in piece, which lies in the cycle. */
int query_counting(double from, double step, int64_t n, int64_t cycle, struct timespan piece, struct eval *e,
		   struct hap_list *out);
/* The list of left's value and right's, structure from left ("bd:3"). */
const struct pattern *pattern_tail(struct arena *a, const struct pattern *left, const struct pattern *right);

/* p where mask is true; p's values in the rhythm of rhythm's true events. */
const struct pattern *pattern_mask(struct arena *a, const struct pattern *mask, const struct pattern *p);
const struct pattern *pattern_struct(struct arena *a, const struct pattern *rhythm, const struct pattern *p);

/* bits[n] of the euclidean rhythm, n = |steps| already limited. See euclid.c. */
void euclid_fill(uint8_t *bits, unsigned n_steps, int n_pulses, int rotation);

#endif
