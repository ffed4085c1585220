#include "tests/lib/listen.h"

#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "tests/lib/test.h"

enum { RATE_HZ = 44100 };

struct memory_sink {
	struct sink sink;
	struct buf bytes;
};

static int memory_write_at(struct sink *s, uint64_t offset, const void *data, size_t n, struct error *err)
{
	(void)err;
	return buf_write_at(&((struct memory_sink *)s)->bytes, (size_t)offset, data, n);
}

static int memory_finish(struct sink *s, struct error *err)
{
	(void)s, (void)err;
	return 0;
}

static void memory_abort(struct sink *s)
{
	(void)s;
}

static const struct sink_ops memory_ops = { memory_write_at, memory_finish, memory_abort };

/* --- Reading the file back --------------------------------------------------------------------------------- */

struct reader {
	const struct buf *bytes;
	sf_count_t at;
};

static sf_count_t reader_length(void *ctx)
{
	return (sf_count_t)((struct reader *)ctx)->bytes->len;
}

static sf_count_t reader_seek(sf_count_t offset, int whence, void *ctx)
{
	struct reader *r = ctx;
	r->at = whence == SEEK_SET ? offset : whence == SEEK_CUR ? r->at + offset : reader_length(ctx) + offset;
	return r->at;
}

static sf_count_t reader_read(void *to, sf_count_t n, void *ctx)
{
	struct reader *r = ctx;
	sf_count_t left = reader_length(ctx) - r->at;
	n = n < left ? n : left;
	memcpy(to, r->bytes->data + r->at, (size_t)n);
	r->at += n;
	return n;
}

static sf_count_t reader_tell(void *ctx)
{
	return ((struct reader *)ctx)->at;
}

static void recording_read(struct recording *r, const struct buf *bytes)
{
	struct reader reader = { .bytes = bytes };
	SF_VIRTUAL_IO io = {
		.get_filelen = reader_length, .seek = reader_seek, .read = reader_read, .tell = reader_tell
	};
	SF_INFO info = { 0 };
	SNDFILE *f = sf_open_virtual(&io, SFM_READ, &info, &reader);
	sample frame[2];

	ck_assert_msg(f != NULL && info.channels == 2, "%s", sf_strerror(NULL));
	r->n_frames = (size_t)info.frames;
	for (unsigned c = 0; c < 2; c++)
		r->ch[c] = calloc(r->n_frames, sizeof(sample));
	for (size_t i = 0; i < r->n_frames && sf_readf_float(f, frame, 1) == 1; i++)
		for (unsigned c = 0; c < 2; c++)
			r->ch[c][i] = frame[c];
	sf_close(f);
}

void listen(struct recording *r, struct render_engine *engine, const char *source, double seconds, unsigned threads,
	    unsigned block_frames)
{
	struct memory_sink sink = { .sink = { &memory_ops } };
	struct error err = ERROR_INIT;
	struct render_spec spec;

	*r = (struct recording){ .n_frames = 0 };
	render_spec_init(&spec);
	spec.source = source;
	spec.source_len = strlen(source);
	spec.duration_s = seconds;
	spec.sample_rate_hz = RATE_HZ;
	spec.channels = 2;
	spec.subtype = AUDIO_FLOAT_32;
	spec.threads = threads;
	spec.block_frames = block_frames;
	int rc = render_run(engine, &spec, NULL, &sink.sink, &r->diags, &r->result, &err);
	ck_assert_msg(rc == 0, "%s: %s: %s", source, err.message, r->diags.n ? r->diags.items[0].message : "");
	recording_read(r, &sink.bytes);
	buf_fini(&sink.bytes);
}

void recording_fini(struct recording *r)
{
	free(r->ch[0]);
	free(r->ch[1]);
}

void write_sample(const char *dir, const char *name, const char *file, const sample *x, size_t n_frames, unsigned n_ch)
{
	char path[512];
	SF_INFO info = { .samplerate = RATE_HZ, .channels = (int)n_ch, .format = SF_FORMAT_WAV | SF_FORMAT_FLOAT };

	snprintf(path, sizeof path, "%s/%s", dir, name);
	mkdir(path, 0777);
	snprintf(path, sizeof path, "%s/%s/%s", dir, name, file);
	SNDFILE *f = sf_open(path, SFM_WRITE, &info);
	ck_assert_msg(f != NULL, "%s: %s", path, sf_strerror(NULL));
	ck_assert_int_eq(sf_writef_float(f, x, (sf_count_t)n_frames), (sf_count_t)n_frames);
	sf_close(f);
}
