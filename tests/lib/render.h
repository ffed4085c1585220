/* Programs rendered in the process, without a file. Failures are test failures. */
#ifndef TESTS_LIB_RENDER_H
#define TESTS_LIB_RENDER_H

#include "render/render.h"

/* Renders some cycles at the default options; name is for messages. A program that does not compile, or that has
 * warnings, is a failure. block_frames as in render_spec. */
void render_program(struct render_engine *engine, const char *name, const char *source, double cycles,
		    unsigned block_frames, struct render_result *result);

#endif
