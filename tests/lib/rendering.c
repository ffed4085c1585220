#include "tests/lib/rendering.h"

#include <sndfile.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/lib/test.h"

static int sink_write(struct sink *s, uint64_t offset, const void *data, size_t n, struct error *err)
{
	struct memory_sink *m = (struct memory_sink *)s;
	ck_assert_uint_eq(offset, m->bytes.len);
	if (m->fail_after && m->bytes.len + n > m->fail_after)
		return error_set(err, ERR_NO_SPACE, "the sink is full");
	return buf_append(&m->bytes, data, n);
}

static int sink_end(struct sink *s, struct error *err)
{
	(void)err;
	((struct memory_sink *)s)->is_finished = true;
	return 0;
}

static void sink_give_up(struct sink *s)
{
	struct memory_sink *m = (struct memory_sink *)s;
	ck_assert(!m->is_finished && !m->is_aborted);
	m->is_aborted = true;
}

const struct sink_ops rendering_sink_ops = { sink_write, sink_end, sink_give_up };

static struct sink *open_stem(void *ctx, unsigned i, const char *name, struct error *err)
{
	struct rendering *f = ctx;
	ck_assert_uint_eq(i, f->n_stems);
	ck_assert_uint_lt(i, RENDERING_STEMS_MAX);
	if (f->fails_second_stem && i == 1) {
		error_set(err, ERR_NO_SPACE, "no room for a stem");
		return NULL;
	}
	strcpy(f->names[f->n_stems], name);
	f->stems[f->n_stems].sink.ops = &rendering_sink_ops;
	return &f->stems[f->n_stems++].sink;
}

static struct rendering *of_spool(struct spool *s)
{
	return (struct rendering *)(void *)((char *)s - offsetof(struct rendering, spool));
}

static int spool_add(struct spool *s, const void *data, size_t n, struct error *err)
{
	struct rendering *f = of_spool(s);
	if (f->spool.is_failing && f->spool.bytes.len > 100000)
		return error_set(err, ERR_NO_SPACE, "the spool is full");
	return buf_append(&f->spool.bytes, data, n);
}

static int spool_get(struct spool *s, uint64_t offset, void *data, size_t n, struct error *err)
{
	struct rendering *f = of_spool(s);
	(void)err;
	ck_assert_uint_le(offset + n, f->spool.bytes.len);
	memcpy(data, f->spool.bytes.data + offset, n);
	if (f->cancel_when_read)
		atomic_store(&f->cancel_when_read->cancel, true);
	return 0;
}

static void spool_end(struct spool *s)
{
	of_spool(s)->is_spool_freed = true;
}

static const struct spool_ops spool_ops = { spool_add, spool_get, spool_end };

static struct spool *open_spool(void *ctx, struct error *err)
{
	struct rendering *f = ctx;
	(void)err;
	f->spool.spool.ops = &spool_ops;
	return &f->spool.spool;
}

/* --- Rendering --- */

struct render_engine *rendering_engine;

void rendering_start(void)
{
	struct render_config config = { .n_threads = 4 }; /* enough for a pipelined output */
	struct error err = ERROR_INIT;
	rendering_engine = render_engine_new(&config, &err);
	ck_assert_msg(rendering_engine != NULL, "%s", err.message);
}

void rendering_stop(void)
{
	render_engine_free(rendering_engine);
}

struct render_spec rendering_spec(const char *source, double duration_s)
{
	struct render_spec spec;
	render_spec_init(&spec);
	spec.source = source;
	spec.source_len = strlen(source);
	spec.duration_s = duration_s;
	spec.subtype = AUDIO_FLOAT_32;
	return spec;
}

void rendering_run(struct rendering *f, const struct render_spec *spec, struct job_control *control)
{
	struct render_files files = { .ctx = f, .mix = &f->mix.sink, .open_stem = open_stem, .open_spool = open_spool };
	f->mix.sink.ops = &rendering_sink_ops;
	f->rc = render_run_files(rendering_engine, spec, control, &files, &f->diags, &f->result, &f->err);
	ck_assert(f->mix.is_finished != f->mix.is_aborted);
	ck_assert(f->mix.is_finished == (f->rc == 0));
	ck_assert(f->is_spool_freed == (f->spool.spool.ops != NULL));
	for (unsigned i = 0; i < f->n_stems; i++)
		ck_assert(f->stems[i].is_finished != f->stems[i].is_aborted || f->rc != 0);
}

struct rendering *rendering_new(const struct render_spec *spec)
{
	struct rendering *f = calloc(1, sizeof *f);
	rendering_run(f, spec, NULL);
	ck_assert_msg(f->rc == 0, "%s", f->err.message);
	return f;
}

void rendering_free(struct rendering *f)
{
	buf_fini(&f->mix.bytes);
	buf_fini(&f->spool.bytes);
	for (unsigned i = 0; i < RENDERING_STEMS_MAX; i++)
		buf_fini(&f->stems[i].bytes);
	free(f);
}

/* Interleaved floats of a file; malloc'd. */
float *rendering_decode(const struct memory_sink *m, size_t *n_frames, unsigned *channels)
{
	char path[] = "/tmp/phonond-master-XXXXXX";
	int fd = mkstemp(path);
	SF_INFO info = { 0 };
	SNDFILE *file;
	float *x;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, m->bytes.data, m->bytes.len), (ssize_t)m->bytes.len);
	close(fd);
	file = sf_open(path, SFM_READ, &info);
	unlink(path);
	ck_assert_msg(file != NULL, "%s", sf_strerror(NULL));
	x = calloc((size_t)(info.frames * info.channels), sizeof *x);
	ck_assert_int_eq(sf_readf_float(file, x, info.frames), info.frames);
	sf_close(file);
	*n_frames = (size_t)info.frames;
	*channels = (unsigned)info.channels;
	return x;
}

float *rendering_decode_stereo(const struct memory_sink *m, size_t *n_frames)
{
	unsigned channels;
	float *x = rendering_decode(m, n_frames, &channels);
	ck_assert_uint_eq(channels, 2);
	return x;
}
