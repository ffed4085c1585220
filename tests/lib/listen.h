/* What a program sounds like, frame by frame, and sample files to play in it. Failures are test failures. */
#ifndef TESTS_LIB_LISTEN_H
#define TESTS_LIB_LISTEN_H

#include "render/dsp/node.h"
#include "render/render.h"

struct recording {
	sample *ch[2];
	size_t n_frames;
	struct diag_list diags;
	struct render_result result;
};

/* Renders at 44.1 kHz, stereo, without dither; threads and block_frames as in render_spec. A program that does not
 * compile is a failure, one with warnings is not. */
void listen(struct recording *r, struct render_engine *engine, const char *source, double seconds, unsigned threads,
	    unsigned block_frames);
void recording_fini(struct recording *r);

/* A float WAV file dir/name/file of n_ch interleaved channels at 44.1 kHz, in a folder that is made. */
void write_sample(const char *dir, const char *name, const char *file, const sample *x, size_t n_frames, unsigned n_ch);

#endif
