#include "bench/lib/traced.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/sink.h"
#include "render/compile.h"
#include "render/engine/master.h"
#include "render/engine/song.h"
#include "render/io/samples.h"
#include "tests/lib/null_sink.h"

enum { SAMPLE_RATE_HZ = 44100, WORKERS_MAX = 256 };
#define ARENA_BYTES_MAX ((size_t)512 << 20)
#define MEMORY_BYTES ((size_t)1 << 30)

static _Noreturn void die(const char *path, const struct diag_list *diags, const struct error *err)
{
	fprintf(stderr, "%s: %s\n", path, diags && diags->n ? diags->items[0].message : err->message);
	exit(EXIT_FAILURE);
}

static char *read_file(const char *path, size_t *len)
{
	FILE *f = fopen(path, "re");
	char *text = malloc(RENDER_SOURCE_BYTES_MAX + 1);
	if (!f || !text) {
		perror(path);
		exit(EXIT_FAILURE);
	}
	*len = fread(text, 1, RENDER_SOURCE_BYTES_MAX, f);
	text[*len] = '\0';
	fclose(f);
	return text;
}

void traced_open(struct traced_program *p, const char *path, double seconds)
{
	struct diag_list diags = { .n = 0 };
	struct error err = ERROR_INIT;
	size_t len;

	*p = (struct traced_program){ .n_frames = (uint64_t)(seconds * SAMPLE_RATE_HZ) };
	arena_init(&p->arena, ARENA_BYTES_MAX);
	p->source = read_file(path, &len);
	p->bank = sample_bank_open(NULL, &err);
	if (!p->bank)
		die(path, NULL, &err);
	const struct program *program = compile(&p->arena, p->source, len, p->bank, &diags, &err);
	if (!program)
		die(path, &diags, &err);
	render_spec_init(&p->spec);
	p->spec.sample_rate_hz = SAMPLE_RATE_HZ;
	p->spec.subtype = AUDIO_FLOAT_32;
	p->graph = program->graph;
	struct node_env env = song_env(&p->spec, p->graph);
	p->plan = plan_build(&p->arena, p->graph, &env, &diags, &err);
	if (!p->plan)
		die(path, &diags, &err);
	struct plan_delivery delivery = master_delivery(&p->spec, false);
	p->pipelined = plan_pipeline(&p->arena, p->plan, &delivery);
	if (!p->pipelined || plan_check(p->pipelined, &err))
		die(path, NULL, &err);
}

void traced_close(struct traced_program *p)
{
	sample_bank_free(p->bank);
	free(p->source);
	arena_fini(&p->arena);
}

static struct song song_of(const struct traced_program *p, unsigned block_frames)
{
	return (struct song){
		.graph = p->graph,
		.spec = &p->spec,
		.n_frames = p->n_frames,
		.bank = p->bank,
		.block_frames = block_frames,
		.memory_bytes = MEMORY_BYTES,
	};
}

struct tuning traced_tuning(const struct traced_program *p, unsigned n_workers, unsigned block_frames)
{
	struct song song = song_of(p, block_frames);
	return song_tuning(&song, p->plan, n_workers);
}

void traced_render(const struct traced_program *p, struct pool *pool, unsigned block_frames, bool is_pipelined,
		   struct pool_trace *trace, struct render_result *result)
{
	struct sink sink = { &null_sink_ops };
	struct diag_list diags = { .n = 0 };
	struct error err = ERROR_INIT;
	struct song song = song_of(p, block_frames);

	song.trace = trace;
	song.is_pipelined = is_pipelined;
	if (song_render(&song, pool, &sink, &diags, result, &err))
		die("render", &diags, &err);
}

static int ns_cmp(const void *va, const void *vb)
{
	const uint64_t *a = va, *b = vb;
	return (*a > *b) - (*a < *b);
}

/* What reading the clock takes: it is read at both ends of a gap, so once of it lies within. */
static uint64_t clock_cost_ns(void)
{
	enum { TIMES = 1000 };
	uint64_t least = UINT64_MAX;

	for (int i = 0; i < TIMES; i++) {
		uint64_t begin_ns = clock_monotonic_ns(), ns = clock_monotonic_ns() - begin_ns;
		least = ns < least ? ns : least;
	}
	return least;
}

struct traced_times traced_times(const struct pool_trace *trace)
{
	uint64_t ended_ns[WORKERS_MAX] = { 0 };
	uint64_t *gaps = calloc(trace->n_parts + 1, sizeof *gaps);
	struct traced_times times = { .part_ns = 0 };

	for (size_t i = 0; gaps && i < trace->n_parts; i++) {
		const struct traced_part *t = &trace->parts[i];
		times.part_ns += t->end_ns - t->begin_ns;
		if (t->worker >= WORKERS_MAX)
			continue;
		if (!t->is_rested) {
			gaps[times.n_gaps++] = t->begin_ns - ended_ns[t->worker];
			times.between_ns += t->begin_ns - ended_ns[t->worker];
		}
		ended_ns[t->worker] = t->end_ns;
	}
	if (times.n_gaps > 0) {
		qsort(gaps, times.n_gaps, sizeof *gaps, ns_cmp);
		uint64_t gap_ns = gaps[times.n_gaps / 2], clock_ns = clock_cost_ns();
		times.gap_ns = gap_ns > clock_ns ? gap_ns - clock_ns : 0;
	}
	free(gaps);
	return times;
}
