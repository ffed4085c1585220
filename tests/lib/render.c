#include "tests/lib/render.h"

#include <string.h>

#include "tests/lib/null_sink.h"
#include "tests/lib/test.h"

/* Into a sink that keeps nothing: the digest is the encoder's. */
void render_program(struct render_engine *engine, const char *name, const char *source, double cycles,
		    unsigned block_frames, struct render_result *result)
{
	struct sink sink = { &null_sink_ops };
	struct diag_list diags = { .n = 0 };
	struct error err = ERROR_INIT;
	struct render_spec spec;

	render_spec_init(&spec);
	spec.source = source;
	spec.source_len = strlen(source);
	spec.cycles = cycles;
	spec.block_frames = block_frames;
	spec.subtype = AUDIO_FLOAT_32; /* what is too loud for integers is no matter here */
	int rc = render_run(engine, &spec, NULL, &sink, &diags, result, &err);
	ck_assert_msg(rc == 0, "%s: %s: %s", name, err.message, diags.n ? diags.items[0].message : "");
	ck_assert_msg(diags.n == 0, "%s: %s", name, diags.items[0].message);
}
