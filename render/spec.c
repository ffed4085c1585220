#include <string.h>

#include "render/render.h"

static const char *const format_names[] = { [AUDIO_FORMAT_WAV] = "wav" };
static const char *const subtype_names[] = {
	[AUDIO_PCM_16] = "pcm_16",
	[AUDIO_PCM_24] = "pcm_24",
	[AUDIO_FLOAT_32] = "float_32",
};

#define N_OF(array) (sizeof(array) / sizeof *(array))

static int name_find(const char *const *names, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(names[i], name) == 0)
			return (int)i;
	return -1;
}

const char *audio_format_name(enum audio_format f)
{
	return format_names[f];
}

int audio_format_find(const char *name)
{
	return name_find(format_names, N_OF(format_names), name);
}

const char *audio_subtype_name(enum audio_subtype s)
{
	return subtype_names[s];
}

int audio_subtype_find(const char *name)
{
	return name_find(subtype_names, N_OF(subtype_names), name);
}

void render_spec_init(struct render_spec *spec)
{
	*spec = (struct render_spec){
		.duration_s = 10,
		.sample_rate_hz = 44100,
		.channels = 2,
		.format = AUDIO_FORMAT_WAV,
		.subtype = AUDIO_PCM_16,
		.gain = 1,
	};
}

static int check_length(const struct render_spec *s, struct error *err)
{
	/* Written so that NaN fails. */
	if (!(s->cycles >= 0 && s->cycles <= 1e12))
		return error_set(err, ERR_INVALID, "'cycles' must be more than 0, found %g", s->cycles);
	if (s->cycles == 0 && !(s->duration_s > 0 && s->duration_s <= 1e9))
		return error_set(err, ERR_INVALID, "'duration' must be more than 0 seconds, found %g", s->duration_s);
	return 0;
}

static int check_audio(const struct render_spec *s, struct error *err)
{
	if (s->sample_rate_hz < RENDER_SAMPLE_RATE_MIN || s->sample_rate_hz > RENDER_SAMPLE_RATE_MAX)
		return error_set(err, ERR_INVALID, "'sample_rate' must be %u..%u, found %u", RENDER_SAMPLE_RATE_MIN,
				 RENDER_SAMPLE_RATE_MAX, s->sample_rate_hz);
	if (s->channels != 1 && s->channels != 2)
		return error_set(err, ERR_INVALID, "'channels' must be 1 or 2, found %u", s->channels);
	if ((unsigned)s->format >= N_OF(format_names))
		return error_set(err, ERR_INVALID, "'format' must be wav");
	if ((unsigned)s->subtype >= N_OF(subtype_names))
		return error_set(err, ERR_INVALID, "'subtype' must be pcm_16, pcm_24 or float_32");
	if (!(s->gain >= 0 && s->gain <= RENDER_GAIN_MAX))
		return error_set(err, ERR_INVALID, "'gain' must be 0..%g, found %g", RENDER_GAIN_MAX, s->gain);
	return 0;
}

static int check_speed(const struct render_spec *s, struct error *err)
{
	unsigned b = s->block_frames;
	if (s->threads > RENDER_THREADS_MAX)
		return error_set(err, ERR_INVALID, "'threads' must be 0..%u, found %u", RENDER_THREADS_MAX, s->threads);
	if (b != 0 && (b < RENDER_BLOCK_FRAMES_MIN || b > RENDER_BLOCK_FRAMES_MAX || (b & (b - 1)) != 0))
		return error_set(err, ERR_INVALID, "'block' must be a power of two in %u..%u, found %u",
				 RENDER_BLOCK_FRAMES_MIN, RENDER_BLOCK_FRAMES_MAX, b);
	return 0;
}

int render_spec_check(const struct render_spec *spec, struct error *err)
{
	if (!spec->source)
		return error_set(err, ERR_INVALID, "'source' is missing");
	if (spec->source_len > RENDER_SOURCE_BYTES_MAX)
		return error_set(err, ERR_TOO_LARGE, "'source' must be at most %u bytes, found %zu",
				 RENDER_SOURCE_BYTES_MAX, spec->source_len);
	if (check_length(spec, err) || check_audio(spec, err))
		return -1;
	return check_speed(spec, err);
}
