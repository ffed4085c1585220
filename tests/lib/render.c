#include "tests/lib/render.h"

#include <string.h>

#include "tests/lib/test.h"

/* A sink that keeps nothing: the digest is the encoder's. */
static int null_write_at(struct sink *s, uint64_t offset, const void *data, size_t n, struct error *err)
{
	(void)s, (void)offset, (void)data, (void)n, (void)err;
	return 0;
}

static int null_finish(struct sink *s, struct error *err)
{
	(void)s, (void)err;
	return 0;
}

static void null_abort(struct sink *s)
{
	(void)s;
}

static const struct sink_ops null_ops = { null_write_at, null_finish, null_abort };

void render_program(struct render_engine *engine, const char *name, const char *source, double cycles,
		    unsigned block_frames, struct render_result *result)
{
	struct sink sink = { &null_ops };
	struct diag_list diags = { .n = 0 };
	struct error err = ERROR_INIT;
	struct render_spec spec;

	render_spec_init(&spec);
	spec.source = source;
	spec.source_len = strlen(source);
	spec.cycles = cycles;
	spec.block_frames = block_frames;
	int rc = render_run(engine, &spec, NULL, &sink, &diags, result, &err);
	ck_assert_msg(rc == 0, "%s: %s: %s", name, err.message, diags.n ? diags.items[0].message : "");
	ck_assert_msg(diags.n == 0, "%s: %s", name, diags.items[0].message);
}
