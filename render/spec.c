#include <string.h>
#include <strings.h>

#include "render/render.h"

static const struct format {
	const char *name, *extension, *media_type;
	uint32_t default_rate_hz;
	bool is_lossy;
} formats[AUDIO_FORMAT_COUNT] = {
	[AUDIO_FORMAT_WAV] = { "wav", "wav", "audio/wav", 44100, false },
	[AUDIO_FORMAT_FLAC] = { "flac", "flac", "audio/flac", 44100, false },
	[AUDIO_FORMAT_VORBIS] = { "vorbis", "ogg", "audio/ogg; codecs=vorbis", 44100, true },
	[AUDIO_FORMAT_OPUS] = { "opus", "opus", "audio/ogg; codecs=opus", 48000, true },
};
static const char *const subtype_names[] = {
	[AUDIO_PCM_16] = "pcm_16",
	[AUDIO_PCM_24] = "pcm_24",
	[AUDIO_FLOAT_32] = "float_32",
};
static const char *const normalize_names[] = {
	[NORMALIZE_NONE] = "none",
	[NORMALIZE_PEAK] = "peak",
	[NORMALIZE_LOUDNESS] = "loudness",
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
	return formats[f].name;
}

int audio_format_find(const char *name)
{
	for (int i = 0; i < AUDIO_FORMAT_COUNT; i++)
		if (strcmp(formats[i].name, name) == 0)
			return i;
	return -1;
}

const char *audio_format_extension(enum audio_format f)
{
	return formats[f].extension;
}

int audio_format_find_extension(const char *extension)
{
	for (int i = 0; i < AUDIO_FORMAT_COUNT; i++)
		if (strcasecmp(formats[i].extension, extension) == 0)
			return i;
	return strcasecmp(extension, "oga") == 0 ? AUDIO_FORMAT_VORBIS : -1;
}

const char *audio_format_media_type(enum audio_format f)
{
	return formats[f].media_type;
}

bool audio_format_is_lossy(enum audio_format f)
{
	return formats[f].is_lossy;
}

uint32_t audio_format_default_rate(enum audio_format f)
{
	return formats[f].default_rate_hz;
}

const char *audio_subtype_name(enum audio_subtype s)
{
	return subtype_names[s];
}

int audio_subtype_find(const char *name)
{
	return name_find(subtype_names, N_OF(subtype_names), name);
}

const char *normalize_mode_name(enum normalize_mode m)
{
	return normalize_names[m];
}

int normalize_mode_find(const char *name)
{
	return name_find(normalize_names, N_OF(normalize_names), name);
}

double normalize_mode_default(enum normalize_mode m)
{
	/* Room for what a lossy decoder adds; the level that streaming services play at. */
	static const double targets[] = { [NORMALIZE_PEAK] = -1, [NORMALIZE_LOUDNESS] = -14 };
	return m == NORMALIZE_NONE ? 0 : targets[m];
}

void render_spec_init(struct render_spec *spec)
{
	*spec = (struct render_spec){
		.duration_s = 10,
		.sample_rate_hz = audio_format_default_rate(AUDIO_FORMAT_WAV),
		.channels = 2,
		.format = AUDIO_FORMAT_WAV,
		.subtype = AUDIO_PCM_16,
		.quality = RENDER_QUALITY_DEFAULT,
		.gain = 1,
	};
}

bool render_spec_needs_spool(const struct render_spec *spec)
{
	return spec->normalize != NORMALIZE_NONE || spec->is_tail_automatic;
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

static int check_window(const struct render_spec *s, struct error *err)
{
	if (!(s->from_cycle >= 0 && s->from_cycle <= 1e12))
		return error_set(err, ERR_INVALID, "'from_cycle' must be 0 or more, found %g", s->from_cycle);
	if (s->to_cycle != 0 && !(s->to_cycle > s->from_cycle && s->to_cycle <= 1e12))
		return error_set(err, ERR_INVALID,
				 "'to_cycle' must be more than %.15g, where the window begins, found %.15g",
				 s->from_cycle, s->to_cycle);
	return 0;
}

static int check_audio(const struct render_spec *s, struct error *err)
{
	if (s->sample_rate_hz < RENDER_SAMPLE_RATE_MIN || s->sample_rate_hz > RENDER_SAMPLE_RATE_MAX)
		return error_set(err, ERR_INVALID, "'sample_rate' must be %u..%u, found %u", RENDER_SAMPLE_RATE_MIN,
				 RENDER_SAMPLE_RATE_MAX, s->sample_rate_hz);
	if (s->channels != 1 && s->channels != 2)
		return error_set(err, ERR_INVALID, "'channels' must be 1 or 2, found %u", s->channels);
	if ((unsigned)s->format >= AUDIO_FORMAT_COUNT)
		return error_set(err, ERR_INVALID, "'format' must be wav, flac, vorbis or opus");
	if ((unsigned)s->subtype >= N_OF(subtype_names))
		return error_set(err, ERR_INVALID, "'subtype' must be pcm_16, pcm_24 or float_32");
	if (!(s->gain >= 0 && s->gain <= RENDER_GAIN_MAX))
		return error_set(err, ERR_INVALID, "'gain' must be 0..%g, found %g", RENDER_GAIN_MAX, s->gain);
	return 0;
}

static bool is_opus_rate(uint32_t rate_hz)
{
	static const uint32_t rates[] = { 8000, 12000, 16000, 24000, 48000 };

	for (size_t i = 0; i < N_OF(rates); i++)
		if (rates[i] == rate_hz)
			return true;
	return false;
}

static int check_opus(const struct render_spec *s, struct error *err)
{
	double min = RENDER_BITRATE_CHANNEL_MIN * s->channels, max = RENDER_BITRATE_CHANNEL_MAX * s->channels;

	if (!is_opus_rate(s->sample_rate_hz))
		return error_set(err, ERR_INVALID,
				 "'sample_rate' must be 8000, 12000, 16000, 24000 or 48000 for opus, found %u",
				 s->sample_rate_hz);
	if (s->bitrate_kbps != 0 && !(s->bitrate_kbps >= min && s->bitrate_kbps <= max))
		return error_set(err, ERR_INVALID, "'bitrate' must be %g..%g kbit/s for %u channel%s, found %g", min,
				 max, s->channels, s->channels > 1 ? "s" : "", s->bitrate_kbps);
	return 0;
}

/* What only some formats can do. */
static int check_format(const struct render_spec *s, struct error *err)
{
	if (s->format == AUDIO_FORMAT_FLAC && s->subtype == AUDIO_FLOAT_32)
		return error_set(err, ERR_INVALID, "'subtype' must be pcm_16 or pcm_24 for flac, found float_32");
	/* The heads of its frames have no room for others (RFC 9639 section 9.1.2). */
	if (s->format == AUDIO_FORMAT_FLAC && s->sample_rate_hz > 65535 && s->sample_rate_hz % 10 != 0)
		return error_set(err, ERR_INVALID,
				 "'sample_rate' above 65535 must be a multiple of 10 for flac, found %u",
				 s->sample_rate_hz);
	if (s->format == AUDIO_FORMAT_VORBIS && !(s->quality >= 0 && s->quality <= RENDER_QUALITY_MAX))
		return error_set(err, ERR_INVALID, "'quality' must be 0..%g, found %g", RENDER_QUALITY_MAX, s->quality);
	return s->format == AUDIO_FORMAT_OPUS ? check_opus(s, err) : 0;
}

static int check_range(const char *name, double min, double max, double found, struct error *err)
{
	if (found >= min && found <= max)
		return 0;
	return error_set(err, ERR_INVALID, "'%s' must be %g..%g, found %g", name, min, max, found);
}

static int check_mastering(const struct render_spec *s, struct error *err)
{
	if ((unsigned)s->normalize >= N_OF(normalize_names))
		return error_set(err, ERR_INVALID, "'normalize' must be none, peak or loudness");
	if (check_range("tail", 0, RENDER_TAIL_MAX_S, s->tail_s, err) ||
	    check_range("fade_in", 0, RENDER_FADE_MAX_S, s->fade_in_s, err) ||
	    check_range("fade_out", 0, RENDER_FADE_MAX_S, s->fade_out_s, err))
		return -1;
	if (s->normalize != NORMALIZE_NONE && check_range("normalize_to", RENDER_LEVEL_DB_MIN, 0, s->normalize_to, err))
		return -1;
	return s->has_limiter ? check_range("limiter", RENDER_CEILING_DB_MIN, 0, s->ceiling_db, err) : 0;
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
	if (check_length(spec, err) || check_window(spec, err) || check_audio(spec, err) || check_format(spec, err) ||
	    check_mastering(spec, err))
		return -1;
	return check_speed(spec, err);
}
