/* Random graphs of random functions: whatever compiles renders without a NaN, and to the same bytes on one thread with
 * small blocks as on several with large ones. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "render/render.h"
#include "tests/fuzz/fuzz.h"
#include "tests/lib/null_sink.h"
#include "tests/lib/random_program.h"

enum { BYTES_MAX = 4096, PROGRAM_BYTES_MAX = 64 << 10 };

#define DURATION_S 0.15

/* The engine of a number of threads; lives as long as the process. */
static struct render_engine *engine_of(unsigned threads)
{
	static struct render_engine *engines[4];
	struct render_config config = { .n_threads = threads, .job_memory_bytes = 256 << 20 };
	struct error err = ERROR_INIT;

	if (!engines[threads])
		engines[threads] = render_engine_new(&config, &err);
	if (!engines[threads])
		abort();
	return engines[threads];
}

static enum error_code render(const struct buf *program, unsigned threads, unsigned block, struct render_result *result)
{
	struct sink sink = { &null_sink_ops };
	struct diag_list diags = { .n = 0 };
	struct error err = ERROR_INIT;
	struct render_spec spec;

	render_spec_init(&spec);
	spec.source = program->data;
	spec.source_len = program->len;
	spec.duration_s = DURATION_S;
	spec.sample_rate_hz = 22050;
	spec.subtype = AUDIO_FLOAT_32;
	spec.block_frames = block;
	*result = (struct render_result){ .frames = 0 };
	return render_run(engine_of(threads), &spec, NULL, &sink, &diags, result, &err) ? err.code : ERR_NONE;
}

static void fail(const struct buf *program, const char *what)
{
	fprintf(stderr, "%s:\n%.*s\n", what, (int)program->len, program->data);
	abort();
}

static void check(const struct buf *program)
{
	struct render_result one, many;
	enum error_code code = render(program, 1, 64, &one);

	if (code == ERR_INTERNAL)
		fail(program, "an invariant of the renderer is broken");
	if (render(program, 3, 1024, &many) != code)
		fail(program, "the outcome depends on threads and blocks");
	if (code == ERR_NONE && (!isfinite(one.peak) || memcmp(one.sha256, many.sha256, SHA256_BYTES) != 0))
		fail(program, "the sound depends on threads and blocks, or is not finite");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf program = { .max_len = PROGRAM_BYTES_MAX };

	if (size <= BYTES_MAX && random_program(data, size, &program) == 0)
		check(&program);
	buf_fini(&program);
	return 0;
}
