/* GET /jobs/{id}/peaks: the outline of the sound, for drawing. It is made from the file while it is sent, piece by
 * piece, so that neither memory nor a thread is held for long. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/api.h"
#include "server/conditional.h"
#include "server/peaks_text.h"
#include "server/problem.h"

enum { FRAMES_PER_PIXEL = 512, PIXELS_AT_ONCE = 1024 };

static const struct {
	const char *name, *type;
} formats[PEAKS_FORMAT_COUNT] = {
	[PEAKS_JSON] = { "json", "application/json" },
	[PEAKS_DAT] = { "dat", "application/octet-stream" },
	[PEAKS_WAVESURFER] = { "wavesurfer", "application/json" },
};

/* An outline on its way. */
struct outline {
	struct render_peaks *peaks;
	struct peaks_layout layout;
	unsigned pass;
	uint64_t pixel; /* that comes next in the pass */
	bool has_head;
	/* Made and not sent. */
	char text[PEAKS_HEAD_SIZE + PIXELS_AT_ONCE * 2 * PEAKS_CELL_SIZE];
	size_t text_at, text_len;
};

static void put(struct outline *o, const char *text)
{
	size_t n = strlen(text);

	memcpy(o->text + o->text_len, text, n);
	o->text_len += n;
}

static void put_pixel(struct outline *o, const struct render_peak *peaks)
{
	const struct peaks_layout *l = &o->layout;
	bool is_by_channel = l->format == PEAKS_WAVESURFER;
	unsigned first = is_by_channel ? o->pass : 0, end = is_by_channel ? o->pass + 1 : l->info.n_channels;

	o->pixel++;
	for (unsigned c = first; c < end; c++)
		o->text_len += peaks_write_cell(l, peaks[c], o->pixel == l->info.n_pixels && c + 1 == end,
						o->text + o->text_len);
}

static int end_pass(struct outline *o)
{
	o->pass++;
	put(o, peaks_pass_end(&o->layout, o->pass == peaks_passes(&o->layout)));
	o->pixel = 0;
	return o->pass < peaks_passes(&o->layout) ? render_peaks_rewind(o->peaks, NULL) : 0;
}

/* Makes some more text; none when the decoder wants to be called again. */
static int fill(struct outline *o)
{
	struct render_peak pixels[PIXELS_AT_ONCE * 2];
	const struct render_peaks_info *info = &o->layout.info;

	o->text_at = o->text_len = 0;
	if (!o->has_head) {
		o->text_len = peaks_write_head(&o->layout, o->text);
		o->has_head = true;
	}
	size_t n = render_peaks_read(o->peaks, pixels, PIXELS_AT_ONCE);
	for (size_t i = 0; i < n; i++)
		put_pixel(o, pixels + i * info->n_channels);
	return o->pixel == info->n_pixels ? end_pass(o) : 0;
}

static ssize_t outline_read(void *ctx, uint64_t pos, char *out, size_t max)
{
	struct outline *o = ctx;

	(void)pos;
	while (o->text_at == o->text_len)
		if (o->pass == peaks_passes(&o->layout) || fill(o) < 0)
			return -1;
	size_t n = o->text_len - o->text_at < max ? o->text_len - o->text_at : max;
	memcpy(out, o->text + o->text_at, n);
	o->text_at += n;
	return (ssize_t)n;
}

static void outline_free(void *ctx)
{
	struct outline *o = ctx;

	render_peaks_close(o->peaks);
	free(o);
}

/* A whole number of the query within limits, or the default; -1: answered. */
static int read_number(struct http_request *r, const char *name, unsigned def, unsigned min, unsigned max,
		       unsigned *out)
{
	const char *text = http_query(r, name);
	char *end;
	unsigned long n;

	*out = def;
	if (!text)
		return 0;
	n = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || n < min || n > max) {
		problem_reply(r, PROBLEM_INVALID, "'%s' is a whole number from %u to %u", name, min, max);
		return -1;
	}
	*out = (unsigned)n;
	return 0;
}

static int read_options(struct http_request *r, struct peaks_layout *l)
{
	const char *format = http_query(r, "format");

	if (read_number(r, "samples_per_pixel", FRAMES_PER_PIXEL, RENDER_PEAKS_FRAMES_MIN, RENDER_PEAKS_FRAMES_MAX,
			&l->info.frames_per_pixel) < 0 ||
	    read_number(r, "bits", 8, 8, 16, &l->bits) < 0)
		return -1;
	if (l->bits != 8 && l->bits != 16) {
		problem_reply(r, PROBLEM_INVALID, "'bits' is 8 or 16");
		return -1;
	}
	for (l->format = PEAKS_JSON; format && l->format < PEAKS_FORMAT_COUNT; l->format++)
		if (strcmp(formats[l->format].name, format) == 0)
			return 0;
	if (!format)
		return 0;
	problem_reply(r, PROBLEM_INVALID, "'format' is json, dat or wavesurfer");
	return -1;
}

static void reply_outline(struct http_request *r, const struct peaks_layout *l, int fd)
{
	struct error err = ERROR_INIT;
	struct outline *o = calloc(1, sizeof *o);
	struct http_stream stream = { o, outline_read, outline_free };

	if (!o) {
		close(fd);
		problem_reply(r, PROBLEM_INTERNAL, "out of memory");
		return;
	}
	o->layout = *l;
	o->peaks = render_peaks_open(fd, l->info.frames_per_pixel, &err);
	if (!o->peaks) {
		free(o);
		problem_reply_error(r, &err);
		return;
	}
	o->layout.info = *render_peaks_info(o->peaks);
	http_reply_stream(r, 200, formats[l->format].type, peaks_length(&o->layout), &stream);
}

/* The audio never changes, nor does what these options make of it. */
static bool is_known(struct http_request *r, const struct job *job, const struct peaks_layout *l)
{
	struct conditions c = { .if_none_match = http_header(r, "If-None-Match") };
	char hex[SHA256_HEX_SIZE], etag[SHA256_HEX_SIZE + 48];
	struct validators v = { etag, job->completed_at_ms };

	snprintf(etag, sizeof etag, "\"%s-%u-%u-%s\"", sha256_hex(job->content_hash, hex), l->info.frames_per_pixel,
		 l->bits, formats[l->format].name);
	http_add_header(r, "ETag", "%s", etag);
	http_add_header(r, "Cache-Control", "private, max-age=31536000, immutable");
	return conditional_check(&c, &v) == CONDITION_NOT_MODIFIED;
}

void api_peaks(void *ctx, struct http_request *r)
{
	struct app *app = ctx;
	struct peaks_layout layout = { .format = PEAKS_JSON };
	struct error err = ERROR_INIT;
	uint64_t bytes;
	struct job job;
	int fd;

	if (read_options(r, &layout) < 0 || api_load_succeeded(app, r, &job) < 0)
		return;
	if (is_known(r, &job, &layout))
		http_reply(r, 304, NULL, NULL, 0);
	else if (artifact_open(app->storage, job.content_hash, &fd, &bytes, &err) == 0)
		reply_outline(r, &layout, fd);
	else if (err.code == ERR_NOT_FOUND)
		problem_reply(r, PROBLEM_GONE, "the audio of this job is no longer kept; submit it again");
	else
		problem_reply_error(r, &err);
	job_fini(&job);
}
