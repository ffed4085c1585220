/* render_run_files() into memory, for tests of what comes out of it. Failures of the machinery are test failures. */
#ifndef TESTS_LIB_RENDERING_H
#define TESTS_LIB_RENDERING_H

#include "base/buf.h"
#include "base/spool.h"
#include "render/render.h"

enum { RENDERING_STEMS_MAX = 4, RATE = 44100 };

struct memory_sink {
	struct sink sink;
	struct buf bytes;
	size_t fail_after; /* set before: full after so many bytes; 0: never */
	bool is_finished, is_aborted;
};

struct memory_spool {
	struct spool spool;
	struct buf bytes;
	bool is_failing; /* set before: full after 100,000 bytes */
};

/* The files of a render and what became of it. */
struct rendering {
	struct memory_sink mix, stems[RENDERING_STEMS_MAX];
	char names[RENDERING_STEMS_MAX][RENDER_STEM_NAME_SIZE];
	unsigned n_stems;
	struct memory_spool spool;
	bool is_spool_freed;
	bool fails_second_stem;               /* set before: opening it fails */
	struct job_control *cancel_when_read; /* set before: canceled when the spool is first read */
	struct render_result result;
	struct diag_list diags;
	struct error err;
	int rc;
};

/* An engine with two workers, for rendering_engine; checked fixtures. */
void rendering_start(void);
void rendering_stop(void);
extern struct render_engine *rendering_engine;

/* 44.1 kHz stereo in float samples. */
struct render_spec rendering_spec(const char *source, double duration_s);

/* Fills a zeroed rendering; it may fail, but every file must be finished or aborted. control may be NULL. */
void rendering_run(struct rendering *f, const struct render_spec *spec, struct job_control *control);
/* A new one, which must succeed. */
struct rendering *rendering_new(const struct render_spec *spec);
void rendering_free(struct rendering *f);

/* Interleaved samples of a file, by libsndfile; malloc'd. */
float *rendering_decode(const struct memory_sink *m, size_t *n_frames, unsigned *channels);
float *rendering_decode_stereo(const struct memory_sink *m, size_t *n_frames);

/* For a memory_sink of one's own. */
extern const struct sink_ops rendering_sink_ops;

#endif
