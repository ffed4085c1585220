#include "server/audio_type.h"

#include <stddef.h>
#include <string.h>

#include "server/negotiation.h"

enum { NAMES_MAX = 4 };

static const char *const names[AUDIO_FORMAT_COUNT][NAMES_MAX] = {
	[AUDIO_FORMAT_WAV] = { "audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave" },
	[AUDIO_FORMAT_FLAC] = { "audio/flac", "audio/x-flac" },
	[AUDIO_FORMAT_VORBIS] = { "audio/ogg", "application/ogg" },
	[AUDIO_FORMAT_OPUS] = { "audio/ogg", "application/ogg", "audio/opus" },
};

int audio_type_quality(const char *accept, enum audio_format f)
{
	int best = 0;

	for (size_t i = 0; i < NAMES_MAX && names[f][i]; i++) {
		int q = negotiation_quality(accept, names[f][i]);
		best = q > best ? q : best;
	}
	return best;
}

enum audio_format audio_type_preferred(const char *accept)
{
	bool has_opus = accept && strcasestr(accept, "opus");
	int best = audio_type_quality(accept, AUDIO_FORMAT_WAV);
	enum audio_format found = AUDIO_FORMAT_WAV;

	for (int f = AUDIO_FORMAT_FLAC; f < AUDIO_FORMAT_COUNT; f++) {
		int q = audio_type_quality(accept, (enum audio_format)f);
		if (q <= best || (f == AUDIO_FORMAT_VORBIS && has_opus) || (f == AUDIO_FORMAT_OPUS && !has_opus))
			continue;
		best = q;
		found = (enum audio_format)f;
	}
	return found;
}
