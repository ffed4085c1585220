/* Media types of the audio formats, as clients name them. Pure functions, any thread. */
#ifndef SERVER_AUDIO_TYPE_H
#define SERVER_AUDIO_TYPE_H

#include "render/render.h"

/* Quality 0..1000 that an Accept value gives to a format, under the best of its names. NULL accepts everything. */
int audio_type_quality(const char *accept, enum audio_format f);

/* The format that an Accept value likes best: WAV unless another is liked more. In audio/ogg that is Vorbis, or Opus
 * where the value has the word "opus". */
enum audio_format audio_type_preferred(const char *accept);

#endif
