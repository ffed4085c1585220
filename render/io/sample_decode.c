#include "render/io/sample_decode.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <samplerate.h>
#include <sndfile.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "render/io/sample_mix.h"

enum {
	READ_FRAMES = 1024,
	FILE_CHANNELS_MAX = 64,
	FILE_RATE_MIN_HZ = 1000,
	FILE_RATE_MAX_HZ = 768000,
	ALIGN_BYTES = 64,
};

#define FILE_LEVEL_MAX 100.0f /* beyond this a float file holds no audio */

int sample_audio_alloc(struct sample_audio *a, unsigned n_ch, size_t n_frames, double sample_rate_hz, sample *ch[2],
		       struct error *err)
{
	size_t most = SAMPLE_DECODED_BYTES_MAX / sizeof(sample) / n_ch, stride;
	sample *block;

	if (n_frames > most)
		return error_set(err, ERR_TOO_LARGE, "a sample may have %zu frames at most, found %zu", most, n_frames);
	stride = (n_frames + 2 * SAMPLE_PAD_FRAMES + ALIGN_BYTES - 1) / ALIGN_BYTES * ALIGN_BYTES;
	block = aligned_alloc(ALIGN_BYTES, n_ch * stride * sizeof(sample));
	if (!block)
		return error_set(err, ERR_NO_MEMORY, "no memory for a sample of %zu frames", n_frames);
	memset(block, 0, n_ch * stride * sizeof(sample));
	ch[0] = block + SAMPLE_PAD_FRAMES;
	ch[1] = ch[0] + (n_ch - 1) * stride;
	*a = (struct sample_audio){
		.data = { .ch = { ch[0], ch[1] },
			  .n_ch = n_ch,
			  .n_frames = n_frames,
			  .sample_rate_hz = sample_rate_hz },
		.block = block,
		.block_bytes = n_ch * stride * sizeof(sample),
	};
	return 0;
}

/* Looks at the first bytes, so that libsndfile's other readers are never reached. */
static bool has_allowed_magic(int fd)
{
	char head[12];

	if (pread(fd, head, sizeof(head), 0) != (ssize_t)sizeof(head))
		return false;
	if (memcmp(head, "fLaC", 4) == 0)
		return true;
	if (memcmp(head, "RIFF", 4) == 0)
		return memcmp(head + 8, "WAVE", 4) == 0;
	return memcmp(head, "FORM", 4) == 0 && (memcmp(head + 8, "AIFF", 4) == 0 || memcmp(head + 8, "AIFC", 4) == 0);
}

/* RIFF and FORM files say how long they are behind their first eight bytes; libsndfile believes the file system
 * instead. A length that was never filled in says nothing. */
static bool is_shorter_than_it_says(int fd, uint64_t n_bytes)
{
	unsigned char head[8];
	uint32_t said;

	if (pread(fd, head, sizeof(head), 0) != (ssize_t)sizeof(head) || memcmp(head, "fLaC", 4) == 0)
		return false;
	bool is_big_endian = memcmp(head, "FORM", 4) == 0;
	memcpy(&said, head + 4, sizeof(said));
	said = is_big_endian ? be32toh(said) : le32toh(said);
	return said != UINT32_MAX && n_bytes < 8 + (uint64_t)said;
}

static bool is_allowed_format(int format)
{
	int major = format & SF_FORMAT_TYPEMASK;

	if (major != SF_FORMAT_WAV && major != SF_FORMAT_WAVEX && major != SF_FORMAT_AIFF && major != SF_FORMAT_FLAC)
		return false;
	switch (format & SF_FORMAT_SUBMASK) {
	case SF_FORMAT_PCM_S8:
	case SF_FORMAT_PCM_U8:
	case SF_FORMAT_PCM_16:
	case SF_FORMAT_PCM_24:
	case SF_FORMAT_PCM_32:
	case SF_FORMAT_FLOAT:
	case SF_FORMAT_DOUBLE:
		return true;
	default:
		return false;
	}
}

static int check_info(const SF_INFO *info, struct error *err)
{
	if (!is_allowed_format(info->format))
		return error_set(err, ERR_CORRUPT, "expected WAV, AIFF or FLAC with PCM or float samples");
	if (info->channels < 1 || info->channels > FILE_CHANNELS_MAX)
		return error_set(err, ERR_CORRUPT, "expected 1 to %d channels, found %d", FILE_CHANNELS_MAX,
				 info->channels);
	if (info->samplerate < FILE_RATE_MIN_HZ || info->samplerate > FILE_RATE_MAX_HZ)
		return error_set(err, ERR_CORRUPT, "expected a rate of %d to %d Hz, found %d", FILE_RATE_MIN_HZ,
				 FILE_RATE_MAX_HZ, info->samplerate);
	if (info->frames < 1)
		return error_set(err, ERR_CORRUPT, "there are no frames");
	if ((uint64_t)info->frames > SAMPLE_DECODED_BYTES_MAX / sizeof(sample))
		return error_set(err, ERR_TOO_LARGE, "%lld frames are too many for a sample", (long long)info->frames);
	return 0;
}

static sample sane(float x)
{
	return isfinite(x) ? fmaxf(-FILE_LEVEL_MAX, fminf(x, FILE_LEVEL_MAX)) : 0.0f;
}

/* Makes the values sane; true when one was no number that a signal can have. */
static bool clean(float *values, size_t n)
{
	bool is_bad = false;

	for (size_t i = 0; i < n; i++) {
		is_bad |= !isfinite(values[i]);
		values[i] = sane(values[i]);
	}
	return is_bad;
}

/* Fills ch from the file; returns the frames that were really there, which may be fewer than announced. */
static size_t read_frames(SNDFILE *file, unsigned file_channels, float *block, sample *const *ch, size_t n_frames,
			  bool *is_bad)
{
	size_t at = 0;

	while (at < n_frames) {
		size_t want = n_frames - at < READ_FRAMES ? n_frames - at : READ_FRAMES;
		sf_count_t got = sf_readf_float(file, block, (sf_count_t)want);

		if (got <= 0 || (size_t)got > want)
			break;
		*is_bad |= clean(block, (size_t)got * file_channels);
		if (file_channels == 1)
			memcpy(ch[0] + at, block, (size_t)got * sizeof(*block));
		else
			sample_mix_down(block, file_channels, ch[0] + at, ch[1] + at, (size_t)got);
		at += (size_t)got;
	}
	return at;
}

static int read_audio(struct sample_audio *a, SNDFILE *file, const SF_INFO *info, struct error *err)
{
	unsigned n_ch = info->channels > 1 ? 2 : 1;
	float *block;
	sample *ch[2];

	if (sample_audio_alloc(a, n_ch, (size_t)info->frames, info->samplerate, ch, err))
		return -1;
	block = calloc((size_t)READ_FRAMES * (size_t)info->channels, sizeof(*block));
	if (block)
		a->data.n_frames =
			read_frames(file, (unsigned)info->channels, block, ch, a->data.n_frames, &a->has_bad_values);
	a->file_channels = (unsigned)info->channels;
	a->data.is_truncated = a->data.n_frames < (size_t)info->frames;
	free(block);
	if (block && a->data.n_frames)
		return 0;
	free(a->block);
	return block ? error_set(err, ERR_CORRUPT, "there are no frames")
		     : error_set(err, ERR_NO_MEMORY, "no memory to read a sample");
}

int sample_decode_fd(struct sample_audio *a, int fd, struct error *err)
{
	SF_INFO info = { 0 };
	SNDFILE *file = NULL;
	struct stat st;
	int rc, own;

	if (fstat(fd, &st))
		return error_set_errno(err, errno, "fstat");
	if (!S_ISREG(st.st_mode) || !has_allowed_magic(fd))
		return error_set(err, ERR_CORRUPT, "expected a WAV, AIFF or FLAC file");
	/* One of its own: where it fails, libsndfile 1.2.0 closes the descriptor even if told not to. */
	own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (own < 0)
		return error_set_errno(err, errno, "duplicating a descriptor");
	file = sf_open_fd(own, SFM_READ, &info, SF_TRUE);
	if (!file)
		return error_set(err, ERR_CORRUPT, "%s", sf_strerror(NULL));
	rc = check_info(&info, err);
	if (rc == 0)
		rc = read_audio(a, file, &info, err);
	sf_close(file);
	if (rc)
		return rc;
	a->stamp = sample_stamp_of(&st);
	a->data.is_truncated |= is_shorter_than_it_says(fd, (uint64_t)st.st_size);
	return 0;
}

/* One channel through the converter, which keeps time: output frame 0 is input frame 0. */
static int convert_channel(const sample *in, size_t n_in, sample *out, size_t n_out, double ratio, struct error *err)
{
	SRC_DATA data = {
		.data_in = in,
		.data_out = out,
		.input_frames = (long)n_in,
		.output_frames = (long)n_out,
		.src_ratio = ratio,
	};
	int code = src_simple(&data, SRC_SINC_BEST_QUALITY, 1);

	if (code)
		return error_set(err, ERR_CORRUPT, "converting the rate: %s", src_strerror(code));
	return 0;
}

int sample_convert_rate(struct sample_audio *a, uint32_t sample_rate_hz, struct error *err)
{
	double ratio = sample_rate_hz / a->data.sample_rate_hz;
	uint64_t rate_in_hz = (uint64_t)a->data.sample_rate_hz;
	/* Rounded up in whole numbers: a second stays a second. */
	size_t n_out = (size_t)(((uint64_t)a->data.n_frames * sample_rate_hz + rate_in_hz - 1) / rate_in_hz);
	struct sample_audio out = { .block = NULL };
	sample *ch[2];
	int rc = sample_audio_alloc(&out, a->data.n_ch, n_out ? n_out : 1, sample_rate_hz, ch, err);

	for (unsigned c = 0; rc == 0 && c < a->data.n_ch; c++)
		rc = convert_channel(a->data.ch[c], a->data.n_frames, ch[c], out.data.n_frames, ratio, err);
	free(a->block);
	out.stamp = a->stamp;
	out.data.is_truncated = a->data.is_truncated;
	if (rc)
		free(out.block);
	else
		*a = out;
	return rc;
}

int sample_decode(struct sample_audio *a, const char *path, uint32_t sample_rate_hz, struct error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	int rc;

	if (fd < 0)
		return error_set_errno(err, errno, "opening '%s'", path);
	rc = sample_decode_fd(a, fd, err);
	close(fd);
	if (rc == 0 && a->data.sample_rate_hz != (double)sample_rate_hz)
		rc = sample_convert_rate(a, sample_rate_hz, err);
	return rc ? error_wrap(err, "sample '%s'", path) : 0;
}
