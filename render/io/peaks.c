/* The outline of an audio file: the lowest and the highest sample of every so many frames. Files are decoded as they are
 * asked about, a bounded piece per call, so that an hour of Opus does not hold a thread. */
#include <sndfile.h>
#include <stdlib.h>
#include <unistd.h>

#include "render/render.h"

enum {
	CHUNK_FRAMES = 4096,
	WORK_FRAMES = 1 << 20, /* decoded in one call at most */
	CHANNELS_MAX = 2,
};

struct render_peaks {
	struct render_peaks_info info;
	SNDFILE *file;
	uint64_t pixel;    /* that is being measured */
	unsigned n_frames; /* of it that are */
	float low[CHANNELS_MAX], high[CHANNELS_MAX];
	float chunk[CHUNK_FRAMES * CHANNELS_MAX];
	size_t chunk_at, chunk_len; /* frames */
	bool is_ended;              /* there was less in the file than it says; the rest is silence */
};

static void begin_pixel(struct render_peaks *p)
{
	p->n_frames = 0;
	for (unsigned c = 0; c < p->info.n_channels; c++)
		p->low[c] = p->high[c] = 0;
}

static int describe(struct render_peaks *p, const SF_INFO *info, unsigned frames_per_pixel, struct error *err)
{
	if (info->channels < 1 || info->channels > CHANNELS_MAX || info->frames < 0)
		return error_set(err, ERR_CORRUPT, "this file is none of ours");
	p->info = (struct render_peaks_info){
		.sample_rate_hz = (uint32_t)info->samplerate,
		.n_channels = (unsigned)info->channels,
		.frames_per_pixel = frames_per_pixel,
		.n_pixels = ((uint64_t)info->frames + frames_per_pixel - 1) / frames_per_pixel,
	};
	begin_pixel(p);
	return 0;
}

struct render_peaks *render_peaks_open(int fd, unsigned frames_per_pixel, struct error *err)
{
	struct render_peaks *p = calloc(1, sizeof *p);
	SF_INFO info = { 0 };

	if (!p) {
		close(fd);
		error_set(err, ERR_NO_MEMORY, "no memory for peaks");
		return NULL;
	}
	p->file = sf_open_fd(fd, SFM_READ, &info, SF_TRUE);
	if (!p->file) {
		error_set(err, ERR_CORRUPT, "%s", sf_strerror(NULL));
		free(p);
		return NULL;
	}
	if (describe(p, &info, frames_per_pixel, err) < 0) {
		render_peaks_close(p);
		return NULL;
	}
	return p;
}

void render_peaks_close(struct render_peaks *p)
{
	sf_close(p->file);
	free(p);
}

const struct render_peaks_info *render_peaks_info(const struct render_peaks *p)
{
	return &p->info;
}

/* Frames that are decoded and not measured yet; 0 at the end of the file. */
static size_t fill_chunk(struct render_peaks *p)
{
	if (p->chunk_at == p->chunk_len && !p->is_ended) {
		sf_count_t n = sf_readf_float(p->file, p->chunk, CHUNK_FRAMES);
		p->chunk_at = 0;
		p->chunk_len = n > 0 ? (size_t)n : 0;
		p->is_ended = n <= 0;
	}
	return p->chunk_len - p->chunk_at;
}

static void measure(struct render_peaks *p, size_t n)
{
	unsigned n_channels = p->info.n_channels;
	const float *in = p->chunk + p->chunk_at * n_channels;
	bool is_first = p->n_frames == 0;

	for (size_t i = 0; i < n * n_channels; i++) {
		unsigned c = (unsigned)(i % n_channels);
		if ((is_first && i < n_channels) || in[i] < p->low[c])
			p->low[c] = in[i];
		if ((is_first && i < n_channels) || in[i] > p->high[c])
			p->high[c] = in[i];
	}
	p->chunk_at += n;
	p->n_frames += (unsigned)n;
}

/* Measures of the pixel what *work frames allow; true when it is complete. */
static bool advance_pixel(struct render_peaks *p, size_t *work)
{
	while (p->n_frames<p->info.frames_per_pixel && * work> 0) {
		size_t n = fill_chunk(p), left = p->info.frames_per_pixel - p->n_frames;
		if (n == 0)
			return true;
		n = n < left ? n : left;
		n = n < *work ? n : *work;
		measure(p, n);
		*work -= n;
	}
	return p->n_frames == p->info.frames_per_pixel;
}

int render_peaks_rewind(struct render_peaks *p, struct error *err)
{
	if (sf_seek(p->file, 0, SEEK_SET) != 0)
		return error_set(err, ERR_CORRUPT, "%s", sf_strerror(p->file));
	p->pixel = 0;
	p->chunk_at = p->chunk_len = 0;
	p->is_ended = false;
	begin_pixel(p);
	return 0;
}

size_t render_peaks_read(struct render_peaks *p, struct render_peak *out, size_t n_max)
{
	size_t work = WORK_FRAMES, n = 0;

	while (n < n_max && p->pixel < p->info.n_pixels && advance_pixel(p, &work)) {
		for (unsigned c = 0; c < p->info.n_channels; c++)
			out[n * p->info.n_channels + c] = (struct render_peak){ p->low[c], p->high[c] };
		p->pixel++;
		n++;
		begin_pixel(p);
	}
	return n;
}
