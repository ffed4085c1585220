/* The files of a render while they are written: the mix and its stems, an encoder and a sink each. All are finished, the mix
 * last, or all are aborted. One thread at a time. */
#ifndef RENDER_ENGINE_FILE_SET_H
#define RENDER_ENGINE_FILE_SET_H

#include "base/error.h"
#include "render/graph/plan.h"
#include "render/io/encode.h"
#include "render/render.h"

enum { FILE_SET_MAX = 1 + RENDER_STEMS_MAX };

struct file_set {
	const struct render_spec *spec;
	struct render_files files;
	unsigned n;                             /* the mix and the stems */
	struct encoder *encoders[FILE_SET_MAX]; /* NULL: not open yet, or closed */
	struct render_stem stems[RENDER_STEMS_MAX];
	bool is_mix_done; /* its sink was finished or aborted */
};

/* Everything is borrowed. */
void file_set_init(struct file_set *f, const struct render_spec *spec, const struct plan *plan,
		   const struct render_files *files);

/* Opens all of them for the frames first_frame .. end_frame - 1 of the whole. */
int file_set_open(struct file_set *f, uint64_t first_frame, uint64_t end_frame, struct error *err) WARN_UNUSED;

/* Finishes all and fills the members of result that are about files. */
int file_set_close(struct file_set *f, struct render_result *result, struct error *err) WARN_UNUSED;

/* Aborts what is not finished. May be called at any time, and again. */
void file_set_abort(struct file_set *f);

#endif
