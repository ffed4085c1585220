/* How fast would a program render on more cores than there are?
 *
 *   simulate [--seconds N] [--block N] [--stages | --table] FILE.ph ...
 *
 * The program is rendered on one worker a few times, with a trace of its tiles; the least time of each part of each
 * tile is taken for what it costs. Then virtual workers work that off under the engine's own scheduler (schedule.c
 * decides which tile is ready and which consumer a worker goes on with), by the rules of pool.c: one lock, taken for
 * every part as long as it was measured, workers that watch for a while before they sleep and need one to wake. What the model leaves out: caches and
 * memory bandwidth, which cores share; and everything outside the tiles (compiling, opening and closing the file),
 * which is added as serial time. Files get no SHA-256, as in `phonond render`; what it costs a render of the service is told beside.
 *
 * Printed per program: the work (sum of all costs), the critical path (its longest chain of dependencies, with blocks
 * in flight without limit and the output in stages), the time between tiles as a share, and the speed-up for each number of workers: of the
 * virtual ones, and of real ones as far as there are cores. With --stages also what each stage costs; --table prints
 * rows in Markdown instead. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"
#include "bench/lib/costs.h"
#include "render/engine/run.h"
#include "render/engine/schedule.h"

enum { ROUNDS = 9, WORKERS_MAX = 64 };

static const unsigned worker_counts[] = { 1, 2, 4, 8, 16, 32, 64 };
enum { SERVED_WORKERS = 16 };
enum { N_COUNTS = sizeof worker_counts / sizeof *worker_counts };

#define WAKE_NS 10000  /* from a signal to the woken thread at work: futex, scheduler, a cold cache */
#define OFFER_NS 100   /* from an offer to one that watches for it */
#define WATCH_NS 30000 /* before a worker sleeps: as pool.c */

/* --- Virtual workers -------------------------------------------------------------------------------------- */

enum state { ASLEEP, WAKING, WATCHING, WORKING };

struct virtual_worker {
	enum state state;
	uint64_t until_ns; /* but for ASLEEP */
	struct tile_ref ref;
};

struct simulation {
	const struct costs *costs;
	struct schedule *schedule;
	struct virtual_worker workers[WORKERS_MAX];
	unsigned n_workers;
	uint64_t lock_free_ns; /* when the lock is given up */
	uint64_t lock_ns;      /* how long it is held for a part */
	uint64_t end_ns;       /* of the last tile */
	uint64_t n_handed;     /* times that a worker was given something */
};

static unsigned parts_of(const void *ctx, uint32_t stage, uint64_t block)
{
	const struct costs *c = ctx;
	return c->n_parts[costs_tile(c, stage, block)];
}

static void wake(struct simulation *s, unsigned n, uint64_t now_ns)
{
	for (unsigned i = 0; i < s->n_workers && n > 0; i++)
		if (s->workers[i].state == WATCHING) {
			s->workers[i].state = WAKING;
			s->workers[i].until_ns = now_ns + OFFER_NS;
			n--;
		}
	for (unsigned i = 0; i < s->n_workers && n > 0; i++)
		if (s->workers[i].state == ASLEEP) {
			s->workers[i].state = WAKING;
			s->workers[i].until_ns = now_ns + WAKE_NS;
			n--;
		}
}

static void work_on(struct simulation *s, struct virtual_worker *w, const struct tile_ref *ref, uint64_t now_ns)
{
	const struct costs *c = s->costs;
	const uint64_t *part_ns = &c->part_ns[c->first[costs_tile(c, ref->stage, ref->block)] + ref->part];
	w->state = WORKING;
	w->ref = *ref;
	w->until_ns = now_ns;
	for (unsigned i = 0; i < ref->n_parts; i++)
		w->until_ns += part_ns[i];
	s->n_handed++;
}

/* The worker's part is done. True with the one to go on with. As part_work() of pool.c. */
static bool part_ends(struct simulation *s, const struct virtual_worker *w, struct tile_ref *next, uint64_t now_ns)
{
	unsigned n_ready;
	s->end_ns = now_ns;
	if (!w->ref.is_whole && !schedule_part_done(s->schedule, &w->ref))
		return false;
	bool has_next = schedule_tile_done(s->schedule, &w->ref, next, &n_ready);
	wake(s, !has_next && n_ready > 0 ? n_ready - 1 : n_ready, now_ns);
	return has_next;
}

static struct virtual_worker *first_to_act(struct simulation *s)
{
	struct virtual_worker *first = NULL;
	for (unsigned i = 0; i < s->n_workers; i++) {
		struct virtual_worker *w = &s->workers[i];
		if (w->state != ASLEEP && (!first || w->until_ns < first->until_ns))
			first = w;
	}
	return first;
}

static void act(struct simulation *s, struct virtual_worker *w)
{
	struct tile_ref next;
	uint64_t now_ns = (w->until_ns > s->lock_free_ns ? w->until_ns : s->lock_free_ns) + s->lock_ns;
	s->lock_free_ns = now_ns;
	if ((w->state == WORKING && part_ends(s, w, &next, now_ns)) || schedule_take(s->schedule, &next))
		work_on(s, w, &next, now_ns);
	else if (w->state == WATCHING) {
		w->state = ASLEEP;
	} else {
		w->state = WATCHING;
		w->until_ns = now_ns + WATCH_NS;
	}
}

/* How long n_workers need. *n_handed: times that one of them was given a part, or a whole tile. */
static uint64_t simulate(const struct costs *c, unsigned n_workers, unsigned n_slots, uint64_t *n_handed)
{
	struct error err = ERROR_INIT;
	struct schedule_spec spec = {
		.plan = c->plan,
		.n_blocks = c->n_blocks,
		.n_slots = n_slots,
		.is_for_one = n_workers == 1,
		.n_parts = parts_of,
		.ctx = c,
	};
	struct simulation s = {
		.costs = c, .schedule = schedule_new(&spec, &err), .n_workers = n_workers, .lock_ns = c->gap_ns
	};
	struct virtual_worker *w;
	checked(s.schedule);
	wake(&s, schedule_ready_parts(s.schedule), 0);
	while ((w = first_to_act(&s)))
		act(&s, w);
	if (!schedule_is_done(s.schedule)) {
		fputs("simulate: all virtual workers sleep, and there is work\n", stderr);
		exit(EXIT_FAILURE);
	}
	schedule_free(s.schedule);
	*n_handed = s.n_handed;
	return s.end_ns;
}

/* --- Reports ---------------------------------------------------------------------------------------------- */

struct options {
	double seconds;
	unsigned block_frames; /* 0: the engine's choice for each number of workers */
	bool shows_stages, is_table;
};

static void print_stages(const struct costs *c)
{
	static const char *const kinds[] = {
		[STAGE_CONTROLS] = "controls", [STAGE_SCORE] = "score",     [STAGE_NOTES] = "notes",
		[STAGE_VOICES] = "voices",     [STAGE_ADVANCE] = "advance", [STAGE_NODES] = "kernels",
		[STAGE_LOOP] = "loop",         [STAGE_MIX] = "mix",         [STAGE_LEVEL] = "level",
		[STAGE_MEASURE] = "measure",   [STAGE_ENCODE] = "encode",   [STAGE_OUTPUT] = "output",
	};
	uint64_t sum = costs_sum(c);
	for (uint32_t s = 0; s < c->plan->n_stages; s++) {
		const struct plan_stage *st = &c->plan->stages[s];
		uint64_t ns = 0, n = 0;
		for (uint64_t b = 0; b < c->n_blocks; b++)
			for (uint32_t i = 0; i < c->n_parts[costs_tile(c, s, b)]; i++, n++)
				ns += c->part_ns[c->first[costs_tile(c, s, b)] + i];
		printf("  stage %3u %-8s %-5s %3u nodes %8.1f us/part %5.1f parts/block %6.2f %%\n", s, kinds[st->kind],
		       st->is_carry ? "carry" : "", st->n_nodes, (double)ns / (double)n / 1e3,
		       (double)n / (double)c->n_blocks, 100.0 * (double)ns / (double)sum);
	}
}

static double measured_wall_s(const struct traced_program *p, unsigned n_workers, unsigned block_frames)
{
	struct error err = ERROR_INIT;
	struct pool *pool = checked(pool_new(n_workers, &err));
	double best = 1e9;
	for (int r = 0; r < ROUNDS; r++) {
		struct render_result result;
		traced_render(p, pool, block_frames, false, NULL, &result);
		if (result.wall_s < best)
			best = result.wall_s;
	}
	pool_free(pool);
	return best;
}

/* A number of workers: as simulated, and as measured, 0 where there are not so many cores. */
struct point {
	unsigned n_workers;
	struct tuning tuning;
	double simulated_s, measured_s;
	uint64_t n_handed;
};

/* What a program showed, for its block at 1 worker. */
struct findings {
	unsigned block_frames;
	double work_ms, critical_ms, serial_ms, gap_ns, between_share;
	/* As the service renders it: with the SHA-256 of the file, the one chain that no cut of the work can shorten, since each
	 * byte waits for the one before. */
	double hash_ms;        /* that it takes */
	double served_speedup; /* of SERVED_WORKERS */
	struct point points[N_COUNTS];
};

static void findings_take(struct findings *f, const struct costs *c, unsigned block_frames)
{
	f->block_frames = block_frames;
	f->work_ms = (double)costs_sum(c) / 1e6;
	f->serial_ms = (double)c->serial_ns / 1e6;
	f->gap_ns = (double)c->gap_ns;
}

/* In seconds. */
static double simulated_run(const struct costs *c, const struct point *at, uint64_t *n_handed)
{
	return (double)(simulate(c, at->n_workers, at->tuning.n_slots, n_handed) + c->serial_ns) / 1e9;
}

/* The ways in which the numbers of workers cut a program, each once, and the one of SERVED_WORKERS with a digest last. */
struct cuts {
	struct costs costs[N_COUNTS + 1];
	unsigned n;
};

static struct costs *cut_for(struct cuts *cuts, const struct tuning *t, bool has_digest)
{
	unsigned i = 0;

	for (; i < cuts->n; i++) {
		const struct costs *c = &cuts->costs[i];
		if (c->tuning.block_frames == t->block_frames && c->tuning.is_pipelined == t->is_pipelined &&
		    c->has_digest == has_digest)
			break;
	}
	if (i == cuts->n)
		cuts->costs[cuts->n++] = (struct costs){ .tuning = *t, .has_digest = has_digest };
	return &cuts->costs[i];
}

static void measure(struct traced_program *p, struct pool *one_worker, struct findings *f, struct cuts *cuts,
		    const struct options *o)
{
	for (int i = 0; i < N_COUNTS; i++) {
		struct point *at = &f->points[i];
		*at = (struct point){ .n_workers = worker_counts[i] };
		at->tuning = traced_tuning(p, at->n_workers, o->block_frames);
		cut_for(cuts, &at->tuning, false);
		if (at->n_workers == SERVED_WORKERS)
			cut_for(cuts, &at->tuning, true);
	}
	for (int r = 0; r < ROUNDS; r++)
		for (unsigned i = 0; i < cuts->n; i++)
			costs_round(&cuts->costs[i], p, one_worker);
	p->spec.skips_digests = true;
}

/* f has what points[0] is without a digest. */
static void examine_many(struct cuts *cuts, const struct point *at, struct findings *f)
{
	const struct costs *served = cut_for(cuts, &at->tuning, true);
	uint64_t n_handed;

	f->critical_ms = (double)costs_critical_path(cut_for(cuts, &at->tuning, false)) / 1e6;
	f->hash_ms = (double)costs_hash(served) / 1e6;
	f->served_speedup = (f->points[0].simulated_s + f->hash_ms / 1e3) / simulated_run(served, at, &n_handed);
}

static void examine(struct traced_program *p, struct pool *one_worker, const struct options *o, struct findings *f)
{
	struct cuts cuts = { .n = 0 };

	measure(p, one_worker, f, &cuts, o);
	findings_take(f, &cuts.costs[0], f->points[0].tuning.block_frames);
	for (int i = 0; i < N_COUNTS; i++) {
		struct point *at = &f->points[i];
		at->simulated_s = simulated_run(cut_for(&cuts, &at->tuning, false), at, &at->n_handed);
		if (at->n_workers == SERVED_WORKERS)
			examine_many(&cuts, at, f);
		if (at->n_workers <= cpu_allowed_count())
			at->measured_s = measured_wall_s(p, at->n_workers, at->tuning.block_frames);
	}
	f->between_share = (double)(cuts.costs[0].gap_ns * f->points[0].n_handed) / (double)costs_sum(&cuts.costs[0]);
	for (unsigned i = 0; i < cuts.n; i++) {
		if (o->shows_stages)
			print_stages(&cuts.costs[i]);
		costs_free(&cuts.costs[i]);
	}
}

static void print_report(const char *name, const struct findings *f)
{
	printf("%s, blocks of %u: work %.1f ms, critical path %.1f ms, outside the tiles %.1f ms, between tiles %.0f "
	       "ns, "
	       "%.2f %%\n",
	       name, f->block_frames, f->work_ms, f->critical_ms, f->serial_ms, f->gap_ns, 100 * f->between_share);
	for (int i = 0; i < N_COUNTS; i++) {
		const struct point *at = &f->points[i];
		printf("  %2u workers, %3u slots of %4u: %7.1f ms, %5.2f times", at->n_workers, at->tuning.n_slots,
		       at->tuning.block_frames, at->simulated_s * 1e3, f->points[0].simulated_s / at->simulated_s);
		if (at->measured_s > 0)
			printf("; measured %7.1f ms, %5.2f times", at->measured_s * 1e3,
			       f->points[0].measured_s / at->measured_s);
		printf("\n");
	}
	printf("  with a SHA-256 of %.1f ms: %.1f times at most, %.2f times with %d workers\n", f->hash_ms,
	       (f->work_ms + f->hash_ms) / f->hash_ms, f->served_speedup, SERVED_WORKERS);
}

static void print_head(void)
{
	printf("| | block | work, ms | critical path, ms | between tiles |");
	for (int i = 1; i < N_COUNTS && worker_counts[i] <= cpu_allowed_count(); i++)
		printf(" %u measured |", worker_counts[i]);
	for (int i = 1; i < N_COUNTS; i++)
		printf(" %u |", worker_counts[i]);
	printf(" SHA-256, ms | %d with it |\n|", SERVED_WORKERS);
	for (int i = 1; i < N_COUNTS && worker_counts[i] <= cpu_allowed_count(); i++)
		printf("---|");
	for (int i = 1; i < N_COUNTS; i++)
		printf("---|");
	printf("---|---|---|---|---|---|---|\n");
}

static void print_row(const char *name, const struct findings *f)
{
	printf("| %s | %u | %.0f | %.1f | %.1f %% |", name, f->block_frames, f->work_ms, f->critical_ms,
	       100 * f->between_share);
	for (int i = 1; i < N_COUNTS; i++)
		if (f->points[i].measured_s > 0)
			printf(" %.2f |", f->points[0].measured_s / f->points[i].measured_s);
	for (int i = 1; i < N_COUNTS; i++)
		printf(" %.2f |", f->points[0].simulated_s / f->points[i].simulated_s);
	printf(" %.1f | %.2f |\n", f->hash_ms, f->served_speedup);
}

static void report(const char *path, struct pool *one_worker, const struct options *o)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	struct traced_program p;
	struct findings f;

	traced_open(&p, path, o->seconds);
	examine(&p, one_worker, o, &f);
	if (o->is_table)
		print_row(name, &f);
	else
		print_report(name, &f);
	fflush(stdout);
	traced_close(&p);
}

int main(int argc, char **argv)
{
	static const struct option long_options[] = { { "seconds", required_argument, NULL, 's' },
						      { "block", required_argument, NULL, 'b' },
						      { "stages", no_argument, NULL, 'v' },
						      { "table", no_argument, NULL, 't' },
						      { 0 } };
	struct options o = { .seconds = 60 };
	struct error err = ERROR_INIT;
	int c;

	while ((c = getopt_long(argc, argv, "s:b:vt", long_options, NULL)) != -1) {
		if (c == 's')
			o.seconds = strtod(optarg, NULL);
		else if (c == 'b')
			o.block_frames = (unsigned)strtoul(optarg, NULL, 10);
		else if (c == 'v')
			o.shows_stages = true;
		else if (c == 't')
			o.is_table = true;
		else
			return EXIT_FAILURE;
	}
	struct pool *one_worker = checked(pool_new(1, &err));
	if (o.is_table)
		print_head();
	for (int i = optind; i < argc; i++)
		report(argv[i], one_worker, &o);
	pool_free(one_worker);
	return EXIT_SUCCESS;
}
