#include "render/engine/path.h"

#include <string.h>

#include "render/dsp/sinc.h"

/* --- Places ------------------------------------------------------------------------------------------------ */

void path_bend_to(struct path *p, int64_t end_rate, uint64_t n_frames)
{
	uint64_t most = (uint64_t)1 << 40;
	p->bend_frames = n_frames < PATH_BEND_FRAMES_MIN ? PATH_BEND_FRAMES_MIN : n_frames > most ? most : n_frames;
	__int128 change = (__int128)(end_rate - p->rate) * (1 << PATH_BEND_BITS);
	p->bend = (int64_t)(change / (__int128)p->bend_frames);
}

/* The rate at an age. */
static int64_t rate_at(const struct path *p, uint64_t age)
{
	uint64_t bent = age < p->bend_frames ? age : p->bend_frames;
	return p->rate + (int64_t)(((__int128)p->bend * (__int128)bent) >> PATH_BEND_BITS);
}

/* Without the loop; saturated well inside 64 bits. */
static __int128 place_at(const struct path *p, uint64_t age)
{
	uint64_t bent = age < p->bend_frames ? age : p->bend_frames;
	__int128 way = (__int128)p->rate * (__int128)bent;
	way += ((__int128)p->bend * (__int128)bent * (__int128)bent) >> (PATH_BEND_BITS + 1);
	return p->start + way + (__int128)rate_at(p, age) * (__int128)(age - bent);
}

int64_t path_position(const struct path *p, uint64_t age)
{
	__int128 place = place_at(p, age);
	if (p->loop_length == 0) {
		const __int128 most = (__int128)1 << 62;
		return (int64_t)(place > most ? most : place < -most ? -most : place);
	}
	place = (place - p->loop_begin) % p->loop_length;
	return p->loop_begin + (int64_t)(place < 0 ? place + p->loop_length : place);
}

/* pos[n] from an age on, at a rate that stays and without a loop: added up, which is exact. */
static void positions_straight(const struct path *p, uint64_t age, int64_t *pos, size_t n)
{
	uint64_t at = (uint64_t)path_position(p, age), step = (uint64_t)p->rate;
	for (size_t i = 0; i < n; i++)
		pos[i] = (int64_t)(at + i * step);
}

static void positions_looped(const struct path *p, uint64_t age, int64_t *pos, size_t n)
{
	int64_t at = path_position(p, age), end = p->loop_begin + p->loop_length, step = p->rate % p->loop_length;
	for (size_t i = 0; i < n; i++) {
		pos[i] = at;
		at += step;
		at += at >= end ? -p->loop_length : at < p->loop_begin ? p->loop_length : 0;
	}
}

static void positions_fill(const struct path *p, uint64_t age, int64_t *pos, size_t n)
{
	if (p->bend)
		for (size_t i = 0; i < n; i++)
			pos[i] = path_position(p, age + i);
	else if (p->loop_length)
		positions_looped(p, age, pos, n);
	else
		positions_straight(p, age, pos, n);
}

/* --- Length ------------------------------------------------------------------------------------------------ */

static bool is_inside(const struct path *p, int64_t begin, int64_t end, uint64_t age)
{
	__int128 place = place_at(p, age);
	return place >= begin && place < end;
}

/* The first age in (inside, outside] that is outside; between the two the place moves one way. */
static uint64_t first_outside(const struct path *p, int64_t begin, int64_t end, uint64_t inside, uint64_t outside)
{
	while (outside - inside > 1) {
		uint64_t middle = inside + (outside - inside) / 2;
		if (is_inside(p, begin, end, middle))
			inside = middle;
		else
			outside = middle;
	}
	return outside;
}

/* The age at which a bent path turns back, 0 when it does not. */
static uint64_t turning_age(const struct path *p)
{
	if (p->bend == 0 || (p->rate < 0) == (p->bend < 0))
		return 0;
	uint64_t age = (uint64_t)(-((__int128)p->rate * (1 << PATH_BEND_BITS)) / p->bend);
	return age < p->bend_frames ? age : 0;
}

/* Rounded up, of positive numbers; nearly all of them fit where the processor divides. */
static uint64_t quotient(__int128 way, __int128 step)
{
	__int128 sum = way + step - 1;
	if (sum >= 0 && sum <= INT64_MAX)
		return (uint64_t)sum / (uint64_t)step;
	return (uint64_t)(sum / step);
}

uint64_t path_frames_inside(const struct path *p, int64_t begin, int64_t end)
{
	uint64_t turn = turning_age(p), bent = p->bend ? p->bend_frames : 0;
	if (turn > 0 && !is_inside(p, begin, end, turn))
		return first_outside(p, begin, end, 0, turn);
	if (bent > 0 && !is_inside(p, begin, end, bent))
		return first_outside(p, begin, end, turn, bent);
	__int128 place = place_at(p, bent), rate = rate_at(p, bent);
	if (rate == 0)
		return bent;
	__int128 way = rate > 0 ? end - place : place - begin + 1, step = rate > 0 ? rate : -rate;
	return bent + quotient(way, step);
}

/* --- Reading ----------------------------------------------------------------------------------------------- */

static bool is_straight(const struct path *p)
{
	return p->rate == PATH_UNIT && p->bend == 0 && p->loop_length == 0 && (p->start & (PATH_UNIT - 1)) == 0;
}

const sample *path_straight(const struct path *p, unsigned ch)
{
	return is_straight(p) ? p->data->ch[ch] + (p->start >> 32) : NULL;
}

/* Every place is a frame of the sound. */
static bool is_on_frames(const struct path *p)
{
	return p->bend == 0 && ((p->start | p->rate) & (PATH_UNIT - 1)) == 0 &&
	       (p->rate == PATH_UNIT || p->rate == -PATH_UNIT);
}

bool path_needs_reading(const struct path *p)
{
	return !is_on_frames(p);
}

static sample frame_at(const struct path *p, const sample *sound, int64_t frame)
{
	return frame >= 0 && frame < (int64_t)p->data->n_frames ? sound[frame] : 0;
}

/* frame, brought into the loop. */
static int64_t loop_wrap(const struct path *p, int64_t frame)
{
	int64_t begin = p->loop_begin >> 32, length = p->loop_length >> 32, r = (frame - begin) % length;
	return begin + (r < 0 ? r + length : r);
}

/* The neighbours of one position, when they are not side by side in memory: at the ends of the sound and of loops. */
static void window_fill(const struct path *p, const sample *sound, int64_t first, unsigned n, sample *window)
{
	for (unsigned i = 0; i < n; i++) {
		int64_t frame = first + (int64_t)i;
		window[i] = frame_at(p, sound, p->loop_length ? loop_wrap(p, frame) : frame);
	}
}

static sample read_windowed(const struct path *p, const struct sinc_table *t, const sample *sound, int64_t pos)
{
	sample window[SINC_TAPS_MAX], out;
	int64_t before = t->n_taps / 2 - 1, in_window = (before << 32) | (pos & (PATH_UNIT - 1));
	window_fill(p, sound, (pos >> 32) - before, t->n_taps, window);
	sinc_read(t, window, &in_window, &out, 1);
	return out;
}

/* The frames whose neighbours are all in memory and none beyond a seam: [*lo, *hi). */
static void plain_range(const struct path *p, const struct sinc_table *t, int64_t *lo, int64_t *hi)
{
	int64_t before = t->n_taps / 2 - 1, after = t->n_taps / 2;
	if (p->loop_length) {
		*lo = (p->loop_begin >> 32) + before;
		*hi = ((p->loop_begin + p->loop_length) >> 32) - after;
		return;
	}
	*lo = before - SAMPLE_PAD_FRAMES;
	*hi = (int64_t)p->data->n_frames + SAMPLE_PAD_FRAMES - after;
}

static bool is_between(int64_t pos, int64_t lo, int64_t hi)
{
	return (pos >> 32) >= lo && (pos >> 32) < hi;
}

/* How many positions from the first on lie in [lo, hi). Where they go one way, the ends tell for all. */
static size_t plain_count(const struct path *p, const int64_t *pos, size_t n, int64_t lo, int64_t hi)
{
	size_t i = 0;
	if (!p->bend && !p->loop_length && is_between(pos[0], lo, hi) && is_between(pos[n - 1], lo, hi))
		return n;
	while (i < n && is_between(pos[i], lo, hi))
		i++;
	return i;
}

static void read_between(const struct path *p, const struct sinc_table *t, const sample *sound, const int64_t *pos,
			 sample *out, size_t n)
{
	int64_t lo, hi;
	plain_range(p, t, &lo, &hi);
	for (size_t i = 0; i < n;) {
		size_t len = plain_count(p, pos + i, n - i, lo, hi);
		sinc_read(t, sound, pos + i, out + i, len);
		i += len;
		if (i < n) {
			out[i] = read_windowed(p, t, sound, pos[i]);
			i++;
		}
	}
}

/* Each position is a frame, and they go one way by one. */
static void read_frames(const struct path *p, const sample *sound, uint64_t age, sample *out, size_t n)
{
	int64_t at = path_position(p, age) >> 32, step = p->rate >> 32, last = at + step * (int64_t)(n - 1);
	bool is_plain = p->loop_length == 0 && at >= 0 && last >= 0 && at < (int64_t)p->data->n_frames &&
			last < (int64_t)p->data->n_frames;
	for (size_t i = 0; i < n; i++, at += step)
		out[i] = is_plain ? sound[at] : frame_at(p, sound, p->loop_length ? loop_wrap(p, at) : at);
}

/* The rate that needs the narrowest filter within the chunk of an age. */
static int64_t chunk_rate(const struct path *p, uint64_t age)
{
	uint64_t first = age - age % PATH_CHUNK_FRAMES;
	int64_t a = rate_at(p, first), b = rate_at(p, first + PATH_CHUNK_FRAMES);
	a = a < 0 ? -a : a;
	b = b < 0 ? -b : b;
	return a > b ? a : b;
}

void path_read(const struct path *p, unsigned ch, uint64_t age, sample *out, size_t n)
{
	const sample *sound = p->data->ch[ch];
	int64_t pos[PATH_CHUNK_FRAMES];

	if (n == 0)
		return;
	if (is_on_frames(p)) {
		read_frames(p, sound, age, out, n);
		return;
	}
	positions_fill(p, age, pos, n);
	const struct sinc_table *t = sinc_table_for(chunk_rate(p, age));
	if (t)
		read_between(p, t, sound, pos, out, n);
	else
		memset(out, 0, n * sizeof *out);
}
