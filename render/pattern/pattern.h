/* Patterns: immutable trees that answer queries, as in TidalCycles.
 *
 * pattern_query(p, span) gives the haps (events, whole or in part) of p within a span of cycles. A query is a
 * pure function of the tree, the span and the seed: no history, no dependence on how a longer span was cut.
 * It costs in proportion to what it returns, never to the cycle number. All nodes live in the arena that built
 * them; a tree may be queried from many threads at once, each with its own arena. Constructors return NULL
 * when the arena is exhausted or the tree gets deeper than any query could follow, and pass NULL on, so a chain
 * needs one check.
 *
 * Times are cycles, exact. Meaning of every constructor: tests/vectors and docs/LANGUAGE.md. */
#ifndef RENDER_PATTERN_PATTERN_H
#define RENDER_PATTERN_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/error.h"
#include "render/pattern/control.h"
#include "render/pattern/rational.h"

struct timespan {
	struct rational begin, end; /* begin <= end */
};

enum value_kind {
	VALUE_NUMBER,
	VALUE_WORD, /* "bd", "c3'min7", "~x": not interpreted by the pattern engine */
	VALUE_BOOL,
	VALUE_LIST,   /* "bd:3" is the list of word bd and number 3 */
	VALUE_MAP,    /* controls of an event source */
	VALUE_SIGNAL, /* the value of a graph node at the hap's onset frame (engine only) */
};

struct value;

struct word {
	const char *text; /* NUL-terminated as well */
	uint32_t len;
};

struct value_list {
	uint32_t n;
	const struct value *items;
};

struct value_map {
	uint32_t n;
	const struct control *controls; /* sorted by key, each key once */
	uint32_t owned;                 /* a bit per key that a transform has set: modifiers do not take it back */
};

_Static_assert(CONTROL_COUNT <= 32, "a bit per key");

struct value {
	enum value_kind kind;
	union {
		double number;
		struct word word;
		bool truth;
		struct value_list list;
		struct value_map map;
		uint32_t signal; /* index into the events node's modulators */
	};
};

struct control {
	enum control_key key;
	struct value value;
};

/* What struct, mask, when and gates ask of a value: true, a number other than 0, or a word other than "f" and "false". */
bool value_is_true(const struct value *v);

struct hap {
	bool has_whole;        /* false: continuous (a signal) */
	struct timespan whole; /* only with has_whole */
	struct timespan part;  /* within whole */
	struct value value;
	struct span source; /* bytes of the program that made the value; {0,0} when none did */
};

static inline bool hap_has_onset(const struct hap *h)
{
	return h->has_whole && rational_cmp(h->whole.begin, h->part.begin) == 0;
}

/* Whether its part begins in the span. A transform may put what it moves outside of what it was asked for; whoever
 * asks cycle by cycle plays each hap once by taking those that begin in the cycle. */
static inline bool hap_begins_in(const struct hap *h, struct timespan span)
{
	return rational_cmp(h->part.begin, span.begin) >= 0 && rational_cmp(h->part.begin, span.end) < 0;
}

struct hap_list {
	struct hap *haps;
	size_t n, cap;
};

struct pattern; /* opaque; see query.c */

/* A function from pattern to pattern, as `every 2 (fast 2)` takes one. apply allocates from a. */
struct pattern_fn {
	const struct pattern *(*apply)(const void *ctx, struct arena *a, const struct pattern *p);
	const void *ctx;
};

/* --- Limits ----------------------------------------------------------------------------------------------- */

enum {
	/* Haps that a query may return for one cycle. */
	PATTERN_EVENTS_PER_CYCLE_MAX = 100000,
	/* What a query may do for one cycle, whatever it returns: a step is the visit of a node, a cycle looked at, or a
	 * hap handed from a node to the one above. Enough for 100,000 events through two nodes. */
	PATTERN_STEPS_PER_CYCLE_MAX = 240000,
	/* Nodes above one another. Queries recurse once per level with frames of a few hundred bytes. */
	PATTERN_DEPTH_MAX = 2000,
};

/* A number of events that certainly lie in every cycle of p; 0 where nothing is known. Where it is more than
 * PATTERN_EVENTS_PER_CYCLE_MAX no cycle can be played, and the place in the program is known at once. */
double pattern_events_min(const struct pattern *p);

/* Nodes of p above one another: at most PATTERN_DEPTH_MAX, where constructors fail. */
unsigned pattern_depth(const struct pattern *p);

/* --- Queries ---------------------------------------------------------------------------------------------- */

struct query {
	struct arena *arena; /* haps and values live here */
	uint64_t seed;       /* 0: exactly Strudel's choices */
	size_t max_haps;  /* more is ERR_TOO_LARGE; 0: PATTERN_EVENTS_PER_CYCLE_MAX for each begun cycle of the span */
	size_t max_steps; /* likewise; 0: PATTERN_STEPS_PER_CYCLE_MAX for each begun cycle of the span */
	size_t n_steps;   /* result: steps taken, added up over queries */
};

/* Appends the haps of p in span to out (zero-initialised or from an earlier query with the same arena), in no
 * particular order. ERR_TOO_LARGE, ERR_NO_MEMORY, or ERR_INVALID when a time does not fit 64-bit fractions; where
 * haps were found before that, err->where is what made the last of them. */
int pattern_query(const struct pattern *p, struct timespan span, struct query *q, struct hap_list *out,
		  struct error *err) WARN_UNUSED;

/* Sorts by part begin, part end, whole begin, whole end; stable. */
void hap_list_sort(struct hap_list *l);

/* Appends h as JSON, without a newline: {"whole":["0/1","1/2"],"part":["0/1","1/2"],"value":"bd"}. Words must be
 * valid UTF-8. -1 when out is full. */
int hap_print_json(const struct hap *h, struct buf *out) WARN_UNUSED;

/* --- Text ------------------------------------------------------------------------------------------------- */

/* Parses mini-notation. text[0] is byte `offset` of the program, so diagnostics and haps point into it.
 * NULL when errors were added to diags, or on exhaustion (then an "out-of-memory" error is there). */
const struct pattern *pattern_from_mini(struct arena *a, const char *text, size_t len, uint32_t offset,
					struct diag_list *diags);

/* A word that stands for a whole number of 0 or more: the variable of a loop. */
struct mini_name {
	const char *name;
	uint32_t len;
	uint32_t number;
	const struct mini_name *outer; /* further ones, or NULL */
};

/* The same, where a whole word or count that is a name means its number: "bd:i", "0 i 7", "hh*i", "a!i". "~x[i]" is the
 * bus of that number, "~x1". */
const struct pattern *pattern_from_mini_named(struct arena *a, const char *text, size_t len, uint32_t offset,
					      const struct mini_name *names, struct diag_list *diags);

/* Calls back for every atom of the tree, with its word or number, in source order. Parameters (the 3 and 8 of
 * "bd(3,8)", the 2 of "bd*2") are no atoms; the index of "bd:3" is one. What a transform took twice comes twice. */
void pattern_each_atom(const struct pattern *p, void (*cb)(void *ctx, const struct value *v, struct span source),
		       void *ctx);

/* True when p has the same single whole-cycle value in every cycle (a constant); *v receives it. */
bool pattern_is_pure(const struct pattern *p, struct value *v);

/* Whether both trees are certainly the same but for where in the program they stand: they answer every query alike. False where
 * that would take long to find out. */
bool pattern_equal(const struct pattern *p, const struct pattern *q);

/* A hash that is the same for equal patterns. */
uint64_t pattern_fingerprint(const struct pattern *p);

enum { PATTERN_PERIOD_MAX = 64 };

/* A number of cycles, at most PATTERN_PERIOD_MAX, after which p certainly repeats: a query moved by so many cycles gives the same haps
 * in the same order, moved by as many. 0 where nothing is known, as where chance is involved. */
unsigned pattern_period(const struct pattern *p);

/* Whether p may have values without events, which belong to every instant: `sine`. */
enum pattern_flow {
	FLOW_STEPS,  /* no: events only */
	FLOW_CHANCE, /* they are drawn by lot: `rand` has nothing between two instants that it could pass through */
	FLOW_SMOOTH, /* they go from one to the next: `sine`, `perlin` */
};
enum pattern_flow pattern_flow(const struct pattern *p);

/* --- Constructors ----------------------------------------------------------------------------------------- */

const struct pattern *pattern_silence(struct arena *a);
const struct pattern *pattern_pure(struct arena *a, struct value v, struct span source);
const struct pattern *pattern_stack(struct arena *a, const struct pattern *const *ps, size_t n);
const struct pattern *pattern_slowcat(struct arena *a, const struct pattern *const *ps, size_t n);
const struct pattern *pattern_fastcat(struct arena *a, const struct pattern *const *ps, size_t n);
/* Weighted sequence within a cycle. */
const struct pattern *pattern_timecat(struct arena *a, const struct pattern *const *ps, const struct rational *weights,
				      size_t n);

/* Each haps' value replaced by fn(value), or the hap dropped when fn returns false. fn must be pure and
 * thread-safe; it may allocate from the query's arena. One value to many: the hap is copied per value. */
struct value_fn {
	bool (*map)(const void *ctx, struct arena *a, const struct value *in, struct value_list *out);
	const void *ctx;
};
const struct pattern *pattern_map(struct arena *a, const struct pattern *p, struct value_fn fn);

/* p with what it has without events read n times a cycle: each n-th of a cycle gets the value of its begin, as an
 * event. Events stay as they are. n >= 1. */
const struct pattern *pattern_read_out(struct arena *a, int64_t n, const struct pattern *p);

/* One event a cycle, with the value that p has at its begin (the first of several); none where p has none. */
const struct pattern *pattern_per_cycle(struct arena *a, const struct pattern *p);

/* Values as numbers for the parameters of transforms below: numbers, or words that are not (dropped). */
const struct pattern *pattern_fast(struct arena *a, const struct pattern *factor, const struct pattern *p);
const struct pattern *pattern_slow(struct arena *a, const struct pattern *factor, const struct pattern *p);
const struct pattern *pattern_early(struct arena *a, const struct pattern *cycles, const struct pattern *p);
const struct pattern *pattern_late(struct arena *a, const struct pattern *cycles, const struct pattern *p);
const struct pattern *pattern_rev(struct arena *a, const struct pattern *p);
/* fn in cycles 0, n, 2n… */
const struct pattern *pattern_every(struct arena *a, const struct pattern *n, struct pattern_fn fn,
				    const struct pattern *p);
/* fn in cycles n - 1, 2n - 1… */
const struct pattern *pattern_last_of(struct arena *a, const struct pattern *n, struct pattern_fn fn,
				      const struct pattern *p);
/* fn where `on` is true. */
const struct pattern *pattern_when(struct arena *a, const struct pattern *on, struct pattern_fn fn,
				   const struct pattern *p);
/* True where p is not, and the other way round. */
const struct pattern *pattern_invert(struct arena *a, const struct pattern *p);
/* fn on p slower, then as fast as before; on p faster, then as slow. */
const struct pattern *pattern_inside(struct arena *a, const struct pattern *n, struct pattern_fn fn,
				     const struct pattern *p);
const struct pattern *pattern_outside(struct arena *a, const struct pattern *n, struct pattern_fn fn,
				      const struct pattern *p);
/* Every cycle in [begin, end) of itself; its [begin, end) in all of it. As in its models zoom puts what it takes
 * from another cycle, when [begin, end) reaches there, into that cycle, so perhaps outside of the span. */
const struct pattern *pattern_compress(struct arena *a, const struct pattern *begin, const struct pattern *end,
				       const struct pattern *p);
const struct pattern *pattern_zoom(struct arena *a, const struct pattern *begin, const struct pattern *end,
				   const struct pattern *p);
const struct pattern *pattern_fast_gap(struct arena *a, const struct pattern *factor, const struct pattern *p);
/* Every cycle n times over. */
const struct pattern *pattern_repeat(struct arena *a, const struct pattern *n, const struct pattern *p);
/* p begun again at every true event of `when`: with cycle 0, or with the begin of the cycle that is due. */
const struct pattern *pattern_reset(struct arena *a, const struct pattern *when, bool from_zero,
				    const struct pattern *p);
/* n cycles long samples: speed / n and unit "c", n times slower. */
const struct pattern *pattern_loop_at(struct arena *a, const struct pattern *n, double speed, const struct pattern *p);
/* Samples as long as their events: speed from the whole and begin and end, unit "c". */
const struct pattern *pattern_fit(struct arena *a, const struct pattern *p);
/* The n parts of a cycle in an order drawn for it. */
const struct pattern *pattern_shuffle(struct arena *a, const struct pattern *n, uint64_t site, const struct pattern *p);
/* n copies as pattern_stut(), whose gains are set to decay^i, whatever they were. */
const struct pattern *pattern_echo(struct arena *a, const struct pattern *n, const struct pattern *time,
				   const struct pattern *decay, const struct pattern *p);
/* Keeps a hap when 1 - rand is > amount. */
const struct pattern *pattern_undegrade_by(struct arena *a, const struct pattern *amount, uint64_t site,
					   const struct pattern *p);
/* fn on the haps that degrading by 1 - amount would keep, the others as they are. */
const struct pattern *pattern_sometimes_by(struct arena *a, const struct pattern *amount, struct pattern_fn fn,
					   uint64_t site, const struct pattern *p);
/* n copies, copy i later by i * time cycles; a map's gain is multiplied by decay^i (Phonon's stut). */
const struct pattern *pattern_stut(struct arena *a, const struct pattern *n, const struct pattern *time,
				   const struct pattern *decay, const struct pattern *p);
/* p with pan - amount, and fn(p with pan + amount), stacked. A pan may leave -1..1 here, so that nested ones add
 * up as in Tidal; the voice clamps it. */
const struct pattern *pattern_jux_by(struct arena *a, double amount, struct pattern_fn fn, const struct pattern *p);
const struct pattern *pattern_off(struct arena *a, const struct pattern *time, struct pattern_fn fn,
				  const struct pattern *p);
/* Keeps a hap when rand at its whole's begin is > amount; site distinguishes call sites. */
const struct pattern *pattern_degrade_by(struct arena *a, const struct pattern *amount, uint64_t site,
					 const struct pattern *p);
/* Each event of a control pattern cut into n, with begin and end controls. */
const struct pattern *pattern_chop(struct arena *a, const struct pattern *n, const struct pattern *p);
const struct pattern *pattern_euclid(struct arena *a, const struct pattern *k, const struct pattern *n,
				     const struct pattern *rotation, const struct pattern *p);
/* The same with pulses that last until the next. */
const struct pattern *pattern_euclid_legato(struct arena *a, const struct pattern *k, const struct pattern *n,
					    const struct pattern *rotation, const struct pattern *p);

/* Arithmetic on numbers and on maps (key by key). structure: whose wholes survive. VALUES_FROM_RIGHT is `#`. */
enum pattern_op {
	PATTERN_ADD,
	PATTERN_SUB,
	PATTERN_MUL,
	PATTERN_DIV,
	PATTERN_MOD,
	PATTERN_KEEP_LEFT,
	PATTERN_KEEP_RIGHT
};
enum pattern_structure { STRUCTURE_LEFT, STRUCTURE_RIGHT, STRUCTURE_BOTH };
const struct pattern *pattern_combine(struct arena *a, enum pattern_op op, enum pattern_structure structure,
				      const struct pattern *left, const struct pattern *right);

/* --- Event sources ---------------------------------------------------------------------------------------- */

/* Maps from values: control `key` = value. "bd:3" under CONTROL_S becomes s and n. Under CONTROL_NOTE names
 * become semitones with note_named = 1, and a chord one hap per note with chord_size. An uninterpretable word
 * drops the hap (the checker has complained before). */
const struct pattern *pattern_control(struct arena *a, enum control_key key, const struct pattern *p);

/* As pattern_control(), for transforms: modifiers do not take back what it sets. */
const struct pattern *pattern_own_control(struct arena *a, enum control_key key, const struct pattern *p);

/* Phonon's `events # modifier`: structure from left; for each left hap the right pattern is sampled at the
 * left whole's begin. Every value that is active there (a chord, a stack) gives one copy of the hap with
 * chord_size set to their number; where none is, the hap stays as it is. Left keys are overwritten, but for those
 * that a transform has set (the pan of jux, the slices of chop): they stay, and a gain is multiplied. */
const struct pattern *pattern_modify(struct arena *a, const struct pattern *events, const struct pattern *modifier);

/* --- Notes ------------------------------------------------------------------------------------------------ */

/* "c3", "eb4", "f#5", "bf3", "cs"; default octave 4; C4 is 0. -1 when the text is no note name. */
int note_parse(const char *text, size_t len, double *semitones);
/* "c3'min7": root and intervals in semitones; *n at most 16. -1 when it is no chord. */
enum { CHORD_NOTES_MAX = 16 };
int chord_parse(const char *text, size_t len, double semitones[CHORD_NOTES_MAX], size_t *n);
/* Equal temperament, A4 = 440 Hz. */
double note_to_hz(double semitones_from_c4);

#endif
