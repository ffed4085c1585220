/* How fast would a program render on more cores than there are?
 *
 *   simulate [--seconds N] [--block N] [--stages] FILE.ph ...
 *
 * The program is rendered on one worker a few times, with a trace of its tiles; the least time of each part of each
 * tile is taken for what it costs. Then virtual workers work that off under the engine's own scheduler (schedule.c
 * decides which tile is ready and which consumer a worker goes on with), by the rules of pool.c: one lock, taken for
 * every part as long as it was measured, sleepers that need a while to wake. What the model leaves out: caches and
 * memory bandwidth, which cores share; and everything outside the tiles (compiling, opening and closing the file),
 * which is added as serial time.
 *
 * Printed per program: the work (sum of all costs), the critical path (its longest chain of dependencies, with blocks
 * in flight without limit), the time between tiles as a share, and the speed-up for each number of workers: of the
 * virtual ones, and of real ones as far as there are cores. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"
#include "bench/lib/traced.h"
#include "render/engine/run.h"
#include "render/engine/schedule.h"
#include "render/engine/tune.h"

enum { ROUNDS = 3, WORKERS_MAX = 64 };

static const unsigned worker_counts[] = { 1, 2, 4, 8, 16, 32, 64 };
enum { N_COUNTS = sizeof worker_counts / sizeof *worker_counts };

#define WAKE_NS 10000 /* from a signal to the woken thread at work: futex, scheduler, a cold cache */

/* --- Costs ------------------------------------------------------------------------------------------------ */

/* What every part of every tile costs. */
struct costs {
	const struct plan *plan;
	uint64_t n_blocks;
	uint32_t *n_parts; /* [n_blocks][n_stages] */
	uint32_t *first;   /* [n_blocks][n_stages]: of part_ns */
	uint64_t *part_ns;
	uint64_t gap_ns;    /* between two parts */
	uint64_t serial_ns; /* outside of the tiles */
};

static void *checked(void *memory)
{
	if (!memory) {
		fputs("simulate: no memory\n", stderr);
		exit(EXIT_FAILURE);
	}
	return memory;
}

static size_t tile_index(const struct costs *c, uint32_t stage, uint64_t block)
{
	return block * c->plan->n_stages + stage;
}

static void costs_layout(struct costs *c, const struct pool_trace *trace)
{
	size_t n_tiles = c->n_blocks * c->plan->n_stages, at = 0;
	c->n_parts = checked(calloc(n_tiles, sizeof *c->n_parts));
	c->first = checked(calloc(n_tiles, sizeof *c->first));
	for (size_t i = 0; i < trace->n_parts; i++)
		c->n_parts[tile_index(c, trace->parts[i].ref.stage, trace->parts[i].ref.block)]++;
	for (size_t i = 0; i < n_tiles; i++) {
		c->first[i] = (uint32_t)at;
		at += c->n_parts[i];
	}
	c->part_ns = checked(calloc(at, sizeof *c->part_ns));
	memset(c->part_ns, 0xff, at * sizeof *c->part_ns);
}

/* A part with the same place in several traces costs the least of its times. Which notes are missing can differ from the
 * first render to the next, where the cache of notes has kept some; their number must fit. */
static void costs_take(struct costs *c, const struct pool_trace *trace)
{
	for (size_t i = 0; i < trace->n_parts; i++) {
		const struct traced_part *t = &trace->parts[i];
		uint64_t *ns = &c->part_ns[c->first[tile_index(c, t->ref.stage, t->ref.block)] + t->ref.part];
		if (t->end_ns - t->begin_ns < *ns)
			*ns = t->end_ns - t->begin_ns;
	}
}

static uint64_t costs_sum(const struct costs *c)
{
	size_t last = c->n_blocks * c->plan->n_stages - 1, n = c->first[last] + c->n_parts[last];
	uint64_t sum = 0;
	for (size_t i = 0; i < n; i++)
		sum += c->part_ns[i];
	return sum;
}

/* Traces renders on one worker. */
static void costs_measure(struct costs *c, const struct traced_program *p, struct pool *pool, unsigned block_frames)
{
	struct pool_trace traces[ROUNDS] = { { .n_parts = 0 } };
	uint64_t gap_ns = UINT64_MAX, serial_ns = UINT64_MAX;
	*c = (struct costs){ .plan = p->plan, .n_blocks = (p->n_frames + block_frames - 1) / block_frames };
	for (int r = 0; r < ROUNDS; r++) {
		struct render_result result;
		traced_render(p, pool, block_frames, &traces[r], &result);
		struct traced_times times = traced_times(&traces[r]);
		if (times.gap_ns < gap_ns)
			gap_ns = times.gap_ns;
		uint64_t outside_ns = (uint64_t)(result.wall_s * 1e9) - times.part_ns - times.between_ns;
		if (outside_ns < serial_ns)
			serial_ns = outside_ns;
	}
	c->gap_ns = gap_ns;
	c->serial_ns = serial_ns;
	costs_layout(c, &traces[0]);
	for (int r = 0; r < ROUNDS; r++) {
		if (traces[r].n_parts == traces[0].n_parts)
			costs_take(c, &traces[r]);
		free(traces[r].parts);
	}
}

static void costs_free(struct costs *c)
{
	free(c->n_parts);
	free(c->first);
	free(c->part_ns);
}

/* The longest chain: a tile begins when its inputs have ended, its parts side by side. */
static uint64_t critical_path_ns(const struct costs *c)
{
	const struct plan *p = c->plan;
	uint64_t *ends =
		checked(calloc(p->n_stages, sizeof *ends)); /* of this block's tiles, before that the last one's */
	for (uint64_t b = 0; b < c->n_blocks; b++)
		for (uint32_t s = 0; s < p->n_stages; s++) {
			const struct plan_stage *st = &p->stages[s];
			uint64_t begin = st->is_carry ? ends[s] : 0, longest = 0;
			for (uint32_t i = 0; i < st->n_inputs; i++)
				if (ends[st->inputs[i]] > begin)
					begin = ends[st->inputs[i]];
			size_t tile = tile_index(c, s, b);
			for (uint32_t i = 0; i < c->n_parts[tile]; i++)
				if (c->part_ns[c->first[tile] + i] > longest)
					longest = c->part_ns[c->first[tile] + i];
			ends[s] = begin + longest;
		}
	uint64_t end = ends[p->n_stages - 1];
	free(ends);
	return end;
}

/* --- Virtual workers -------------------------------------------------------------------------------------- */

enum state { ASLEEP, WAKING, WORKING };

struct virtual_worker {
	enum state state;
	uint64_t until_ns; /* WAKING, WORKING */
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
};

static unsigned parts_of(const void *ctx, uint32_t stage, uint64_t block)
{
	const struct costs *c = ctx;
	return c->n_parts[tile_index(c, stage, block)];
}

static void wake(struct simulation *s, unsigned n, uint64_t now_ns)
{
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
	w->state = WORKING;
	w->ref = *ref;
	w->until_ns = now_ns + c->part_ns[c->first[tile_index(c, ref->stage, ref->block)] + ref->part];
}

/* The worker's part is done. True with the one to go on with. As part_work() of pool.c. */
static bool part_ends(struct simulation *s, const struct virtual_worker *w, struct tile_ref *next, uint64_t now_ns)
{
	unsigned n_ready;
	s->end_ns = now_ns;
	if (!w->ref.is_only_part && !schedule_part_done(s->schedule, &w->ref))
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
	else
		w->state = ASLEEP;
}

/* How long n_workers need. */
static uint64_t simulate(const struct costs *c, unsigned n_workers, unsigned n_slots)
{
	struct error err = ERROR_INIT;
	struct schedule_spec spec = {
		.plan = c->plan, .n_blocks = c->n_blocks, .n_slots = n_slots, .n_parts = parts_of, .ctx = c
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
	return s.end_ns;
}

/* --- Reports ---------------------------------------------------------------------------------------------- */

struct options {
	double seconds;
	unsigned block_frames; /* 0: the engine's choice for each number of workers */
	bool shows_stages;
};

static void print_stages(const struct costs *c)
{
	static const char *const kinds[] = {
		[STAGE_CONTROLS] = "controls", [STAGE_SCORE] = "score",     [STAGE_NOTES] = "notes",
		[STAGE_VOICES] = "voices",     [STAGE_ADVANCE] = "advance", [STAGE_NODES] = "kernels",
		[STAGE_LOOP] = "loop",         [STAGE_OUTPUT] = "output",
	};
	uint64_t sum = costs_sum(c);
	for (uint32_t s = 0; s < c->plan->n_stages; s++) {
		const struct plan_stage *st = &c->plan->stages[s];
		uint64_t ns = 0, n = 0;
		for (uint64_t b = 0; b < c->n_blocks; b++)
			for (uint32_t i = 0; i < c->n_parts[tile_index(c, s, b)]; i++, n++)
				ns += c->part_ns[c->first[tile_index(c, s, b)] + i];
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
		traced_render(p, pool, block_frames, NULL, &result);
		if (result.wall_s < best)
			best = result.wall_s;
	}
	pool_free(pool);
	return best;
}

static struct tuning tuning_for(const struct traced_program *p, unsigned n_workers, const struct options *o)
{
	struct tuning t = tuning_of(p->plan, n_workers, o->block_frames, (size_t)512 << 20);
	return t;
}

static void report(const char *path, struct pool *one_worker, const struct options *o)
{
	struct traced_program p;
	struct costs c = { .n_blocks = 0 };
	unsigned cores = cpu_allowed_count(), block_frames = 0;
	double one_s = 0, simulated_one_s = 0;

	traced_open(&p, path, o->seconds);
	printf("%s, %g s\n", path, o->seconds);
	for (int i = 0; i < N_COUNTS; i++) {
		unsigned n = worker_counts[i];
		struct tuning t = tuning_for(&p, n, o);
		if (t.block_frames != block_frames) {
			costs_free(&c);
			costs_measure(&c, &p, one_worker, t.block_frames);
			block_frames = t.block_frames;
			uint64_t sum = costs_sum(&c), critical = critical_path_ns(&c);
			printf("  blocks of %u: work %.1f ms, critical path %.1f ms (%.1f times), outside the tiles "
			       "%.1f ms, "
			       "between tiles %.0f ns, %.2f %%\n",
			       block_frames, (double)sum / 1e6, (double)critical / 1e6, (double)sum / (double)critical,
			       (double)c.serial_ns / 1e6, (double)c.gap_ns,
			       100.0 * (double)(c.gap_ns * (c.first[c.n_blocks * p.plan->n_stages - 1] + 1)) /
				       (double)sum);
			if (o->shows_stages)
				print_stages(&c);
		}
		double simulated_s = (double)(simulate(&c, n, t.n_slots) + c.serial_ns) / 1e9;
		simulated_one_s = n == 1 ? simulated_s : simulated_one_s;
		printf("  %2u workers, %3u slots: %7.1f ms, %5.2f times", n, t.n_slots, simulated_s * 1e3,
		       simulated_one_s / simulated_s);
		if (n <= cores) {
			double wall_s = measured_wall_s(&p, n, block_frames);
			one_s = n == 1 ? wall_s : one_s;
			printf("; measured %7.1f ms, %5.2f times", wall_s * 1e3, one_s / wall_s);
		}
		printf("\n");
		fflush(stdout);
	}
	costs_free(&c);
	traced_close(&p);
}

int main(int argc, char **argv)
{
	static const struct option long_options[] = { { "seconds", required_argument, NULL, 's' },
						      { "block", required_argument, NULL, 'b' },
						      { "stages", no_argument, NULL, 'v' },
						      { 0 } };
	struct options o = { .seconds = 60 };
	struct error err = ERROR_INIT;
	int c;

	while ((c = getopt_long(argc, argv, "s:b:v", long_options, NULL)) != -1) {
		if (c == 's')
			o.seconds = strtod(optarg, NULL);
		else if (c == 'b')
			o.block_frames = (unsigned)strtoul(optarg, NULL, 10);
		else if (c == 'v')
			o.shows_stages = true;
		else
			return EXIT_FAILURE;
	}
	struct pool *one_worker = checked(pool_new(1, &err));
	for (int i = optind; i < argc; i++)
		report(argv[i], one_worker, &o);
	pool_free(one_worker);
	return EXIT_SUCCESS;
}
