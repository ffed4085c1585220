/* The inside of struct render_engine, for the files in render/ that implement render.h. */
#ifndef RENDER_ENGINE_H
#define RENDER_ENGINE_H

#include "render/compile.h"
#include "render/engine/pool.h"
#include "render/render.h"

/* All constant after render_engine_new(). */
struct render_engine {
	struct pool *pool;
	struct sample_bank *bank;
	unsigned block_frames; /* 0: the engine's choice */
	size_t job_memory_bytes;
	double job_duration_s;
	double checkpoint_interval_s, checkpoint_cost_max;
};

/* Compiles source into the arena, for the engine's samples and those of the set over them; either may be NULL. NULL with
 * ERR_SOURCE or ERR_TOO_LARGE. */
const struct program *render_compile(struct arena *a, const struct render_engine *engine, struct sample_set *samples,
				     const char *source, size_t len, struct diag_list *diags,
				     struct error *err) WARN_UNUSED;

/* The lengths that a spec asks for. */
struct render_lengths {
	uint64_t main_frames;
	uint64_t tail_frames;            /* at most, when the tail is automatic */
	uint64_t first_frame, end_frame; /* the window of both together */
};

/* At the graph's tempo; -1 with ERR_TOO_LARGE or ERR_INVALID. */
int render_lengths_of(const struct render_engine *engine, const struct render_spec *spec, const struct graph *graph,
		      struct render_lengths *lengths, struct error *err) WARN_UNUSED;

/* Of the file, without a tail that is automatic. */
uint64_t render_file_frames(const struct render_spec *spec, const struct render_lengths *l);

/* render_content_hash() of a compiled program. */
int render_program_hash(const struct render_spec *spec, const struct program *p, const struct render_lengths *lengths,
			uint8_t out[SHA256_BYTES], struct error *err) WARN_UNUSED;

/* Decimal or "n/d" texts to a span of cycles; -1 with ERR_INVALID. */
int render_parse_span(const char *from, const char *to, struct timespan *span, struct error *err) WARN_UNUSED;

/* Memory of a compiled program: many times what a source of the largest size needs, unless it is made to grow. */
#define COMPILE_BYTES_MAX ((size_t)128 << 20)

#endif
