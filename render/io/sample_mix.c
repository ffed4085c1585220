#include "render/io/sample_mix.h"

#include <math.h>

enum { LAYOUT_CHANNELS_MAX = 8 };

#define DOWN_3_DB 0.70710678f

enum speaker { LEFT, RIGHT, CENTRE, LFE, SIDE_LEFT, SIDE_RIGHT, REAR };

static const unsigned char layouts[LAYOUT_CHANNELS_MAX + 1][LAYOUT_CHANNELS_MAX] = {
	[2] = { LEFT, RIGHT },
	[3] = { LEFT, RIGHT, CENTRE },
	[4] = { LEFT, RIGHT, SIDE_LEFT, SIDE_RIGHT },
	[5] = { LEFT, RIGHT, CENTRE, SIDE_LEFT, SIDE_RIGHT },
	[6] = { LEFT, RIGHT, CENTRE, LFE, SIDE_LEFT, SIDE_RIGHT },
	[7] = { LEFT, RIGHT, CENTRE, LFE, REAR, SIDE_LEFT, SIDE_RIGHT },
	[8] = { LEFT, RIGHT, CENTRE, LFE, SIDE_LEFT, SIDE_RIGHT, SIDE_LEFT, SIDE_RIGHT },
};

/* [speaker][side] */
static const float weights[][2] = {
	[LEFT] = { 1, 0 },
	[RIGHT] = { 0, 1 },
	[CENTRE] = { DOWN_3_DB, DOWN_3_DB },
	[LFE] = { 0, 0 },
	[SIDE_LEFT] = { DOWN_3_DB, 0 },
	[SIDE_RIGHT] = { 0, DOWN_3_DB },
	[REAR] = { 0.5f, 0.5f },
};

static float weight_of(unsigned n_ch, unsigned ch, unsigned side)
{
	if (n_ch <= LAYOUT_CHANNELS_MAX)
		return weights[layouts[n_ch][ch]][side];
	return ch % 2 == side ? 1 / sqrtf((float)(n_ch / 2)) : 0;
}

void sample_mix_down(const float *frames, unsigned n_ch, float *left, float *right, size_t n)
{
	for (size_t i = 0; i < n; i++)
		left[i] = right[i] = 0;
	for (unsigned ch = 0; ch < n_ch; ch++) {
		float to_left = weight_of(n_ch, ch, 0), to_right = weight_of(n_ch, ch, 1);
		for (size_t i = 0; i < n; i++) {
			left[i] += to_left * frames[i * n_ch + ch];
			right[i] += to_right * frames[i * n_ch + ch];
		}
	}
}
