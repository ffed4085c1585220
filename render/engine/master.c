#include "render/engine/master.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/spool.h"
#include "render/engine/denormals.h"
#include "render/engine/file_set.h"
#include "render/engine/finish.h"
#include "render/engine/mix.h"
#include "render/graph/plan.h"

enum { CHANNELS_MAX = 2 };

/* An automatic tail ends when this long nothing was heard: longer than the time between two echoes. */
#define SILENCE_S 3.0

enum { LEVEL_PASSES = 10 }; /* at most, to meet a loudness behind a limiter */
#define LEVEL_TOLERANCE_LU 0.02
#define LEVEL_MISSED_LU 0.1     /* worth a warning */
#define LEVEL_SLOPE_MIN 0.1     /* of loudness over gain: behind a limiter that works hard it is nearly flat */
#define LEVEL_GAIN_MAX_DB 60.0  /* of what normalize may add */
#define LEVEL_DRIVE_MAX_DB 12.0 /* of that, into a limiter: beyond there is little but distortion to gain */

struct master {
	struct master_config config;
	unsigned channels, n_signals, n_lines; /* lines: n_signals * channels */
	bool is_held;                          /* nothing goes on before the last frame is there */
	struct spool *spool;                   /* when it is held, or kept for a checkpoint; else NULL */
	bool owns_spool;                       /* it is not the checkpoint's */
	uint64_t n_spooled;                    /* the frame up to which the spool has all from heard_from on */
	uint64_t n_audible;                    /* frames up to the last one that is no silence */
	bool is_over, has_warned;
	struct finish *finish;
	struct file_set files;
	sample *sides[FILE_SET_MAX][CHANNELS_MAX];  /* of each signal, in stereo; [BLOCK_FRAMES_MAX] each */
	sample *lines[FILE_SET_MAX * CHANNELS_MAX]; /* those of them that count, signal after signal */
	sample *memory;                             /* what both point into */
	sample *frames;                             /* [BLOCK_FRAMES_MAX * n_lines]: interleaved, for the spool */
};

/* --- Making ----------------------------------------------------------------------------------------------- */

static int allocate(struct master *m, struct error *err)
{
	size_t block = BLOCK_FRAMES_MAX;

	m->memory = aligned_alloc(64, m->n_signals * CHANNELS_MAX * block * sizeof *m->memory);
	m->frames = m->spool ? calloc(block * m->n_lines, sizeof *m->frames) : NULL;
	if (!m->memory || (m->spool && !m->frames))
		return error_set(err, ERR_NO_MEMORY, "no memory for the mix");
	for (unsigned i = 0; i < m->n_signals; i++)
		for (unsigned c = 0; c < CHANNELS_MAX; c++) {
			m->sides[i][c] = m->memory + (i * CHANNELS_MAX + c) * block;
			if (c < m->channels)
				m->lines[i * m->channels + c] = m->sides[i][c];
		}
	return 0;
}

static int open_spool(struct master *m, struct error *err)
{
	const struct render_files *files = m->config.files;

	m->is_held = render_spec_needs_spool(m->config.spec);
	if (m->config.saver && m->config.saver->checkpoint)
		m->spool = m->config.saver->checkpoint->spool;
	if (!m->is_held || m->spool)
		return 0;
	if (!files->open_spool)
		return error_set(err, ERR_UNSUPPORTED, "there is no place to keep the sound until its level is known");
	m->spool = files->open_spool(files->ctx, err);
	m->owns_spool = m->spool != NULL;
	return m->spool ? 0 : -1;
}

static uint64_t frames_of(const struct master *m, double seconds)
{
	return (uint64_t)(seconds * m->config.spec->sample_rate_hz + 0.5);
}

static double linear(double db)
{
	return pow(10, db / 20);
}

/* To 16 bits: whatever a libm makes of the last bit, the gain is the same. */
static double round_gain(double gain)
{
	int exponent;
	double mantissa = frexp(gain, &exponent);
	return ldexp(round(mantissa * 65536) / 65536, exponent);
}

static struct finish_spec finish_spec_of(const struct master *m, uint64_t n_frames, double gain)
{
	const struct render_spec *s = m->config.spec;

	return (struct finish_spec){
		.sample_rate_hz = s->sample_rate_hz,
		.channels = m->channels,
		.n_signals = m->n_signals,
		.n_frames = n_frames,
		.from_frame = m->config.heard_from,
		.end_frame = n_frames,
		.fade_in_frames = frames_of(m, s->fade_in_s),
		.fade_out_frames = frames_of(m, s->fade_out_s),
		.gain = gain,
		.has_limiter = s->has_limiter,
		.ceiling = round_gain(linear(s->ceiling_db)),
		.meter = s->normalize == NORMALIZE_LOUDNESS ? LOUDNESS_DECIDING : LOUDNESS_REPORTED,
	};
}

static int start_finish(struct master *m, uint64_t n_frames, double gain, bool is_encoding, struct error *err)
{
	struct finish_spec spec = finish_spec_of(m, n_frames, gain);

	/* The peak to bring to a level is that of the mix, not what a limiter leaves of it. */
	if (!is_encoding && m->config.spec->normalize == NORMALIZE_PEAK)
		spec.has_limiter = false;
	if (is_encoding) {
		spec.first_frame = m->config.first_frame;
		spec.end_frame = m->config.end_frame < n_frames ? m->config.end_frame : n_frames;
		if (file_set_open(&m->files, spec.first_frame, spec.end_frame, err))
			return -1;
		spec.encoders = m->files.encoders;
	}
	m->finish = finish_new(&spec, err);
	return m->finish ? 0 : -1;
}

struct master *master_new(const struct master_config *config, struct error *err)
{
	struct master *m = calloc(1, sizeof *m);

	if (!m) {
		error_set(err, ERR_NO_MEMORY, "no memory for the mix");
		sink_abort(config->files->mix);
		return NULL;
	}
	m->config = *config;
	m->channels = config->spec->channels;
	file_set_init(&m->files, config->spec, config->plan, config->files);
	m->n_signals = m->files.n;
	m->n_lines = m->n_signals * m->channels;
	if (open_spool(m, err) || allocate(m, err) ||
	    (!m->is_held && start_finish(m, config->n_frames, 1, true, err))) {
		master_abort(m);
		master_free(m);
		return NULL;
	}
	return m;
}

void master_abort(struct master *m)
{
	file_set_abort(&m->files);
}

void master_free(struct master *m)
{
	finish_free(m->finish);
	if (m->owns_spool)
		spool_free(m->spool);
	free(m->memory);
	free(m->frames);
	free(m);
}

/* --- Blocks from the plan --------------------------------------------------------------------------------- */

static void settle(struct master *m, sample *x, size_t n)
{
	if (mix_finish(x, n, (sample)m->config.spec->gain) || m->has_warned)
		return;
	m->has_warned = true;
	run_warn(m->config.shared, "not-finite", (struct span){ 0, 0 },
		 "the mix became infinite; those samples are silent");
}

static void mix_signals(struct master *m, const struct run *run, uint64_t block, size_t n)
{
	sample *stems[RENDER_STEMS_MAX];

	if (m->n_signals == 1) {
		mix_outputs(run, block, m->sides[0][0], m->sides[0][1], n);
		return;
	}
	for (unsigned c = 0; c < CHANNELS_MAX; c++) {
		for (unsigned i = 1; i < m->n_signals; i++)
			stems[i - 1] = m->sides[i][c];
		mix_stems(run, block, c, m->sides[0][c], stems, n);
	}
}

static void mix_block(struct master *m, const struct run *run, uint64_t block, size_t n)
{
	mix_signals(m, run, block, n);
	for (unsigned i = 0; m->channels == 1 && i < m->n_signals; i++)
		mix_down(m->sides[i][0], m->sides[i][1], n);
	for (unsigned k = 0; k < m->n_lines; k++)
		settle(m, m->lines[k], n);
}

/* Notes where the last audible frame of the mix is. Returns how many of the n frames to keep: fewer when the tail has died
 * away before their end, which is decided by frame and so for every size of block alike. */
static size_t listen(struct master *m, size_t n)
{
	sample floor = (sample)linear(RENDER_TAIL_AUTO_DB);
	uint64_t silence = frames_of(m, SILENCE_S);

	for (size_t i = 0; i < n; i++) {
		uint64_t frame = m->n_spooled + i;
		bool is_audible = false;
		for (unsigned c = 0; c < m->channels; c++)
			is_audible |= fabsf(m->lines[c][i]) >= floor;
		if (is_audible)
			m->n_audible = frame + 1;
		else if (frame >= m->config.main_frames + silence && frame >= m->n_audible + silence)
			return i;
	}
	return n;
}

static size_t frame_bytes(const struct master *m)
{
	return m->n_lines * sizeof *m->frames;
}

static int spool_lines(struct master *m, size_t n, struct error *err)
{
	for (unsigned k = 0; k < m->n_lines; k++)
		for (size_t i = 0; i < n; i++)
			m->frames[i * m->n_lines + k] = m->lines[k][i];
	if (spool_append(m->spool, m->frames, n * frame_bytes(m), err))
		return -1;
	m->n_spooled += n;
	return 0;
}

static int keep(struct master *m, size_t n, struct error *err)
{
	size_t n_kept = m->config.spec->is_tail_automatic ? listen(m, n) : n;

	if (spool_lines(m, n_kept, err))
		return -1;
	m->is_over = n_kept < n;
	return m->is_over ? error_set(err, ERR_CANCELED, "the sound has died away") : 0;
}

/* Straight on; what cannot be kept for a checkpoint costs only that. */
static int pass_on(struct master *m, size_t n, struct error *err)
{
	if (m->spool && spool_lines(m, n, NULL)) {
		saver_give_up(m->config.saver);
		m->spool = NULL;
	}
	return finish_write(m->finish, (const sample *const *)m->lines, n, err);
}

/* The render may turn out to be too short for checkpoints, then nothing is kept any more. */
static bool is_pause_due(struct master *m)
{
	struct saver *s = m->config.saver;
	bool is_due = s && saver_is_due(s, m->n_spooled, frame_bytes(m), m->config.run_frames);

	if (s && s->is_off && !m->is_held)
		m->spool = NULL;
	return is_due;
}

static int take_block(struct master *m, const struct run *run, uint64_t block, size_t n_frames, struct error *err)
{
	mix_block(m, run, block, n_frames);
	return m->is_held ? keep(m, n_frames, err) : pass_on(m, n_frames, err);
}

int master_deliver(void *ctx, struct run *run, uint64_t block, size_t n_frames, struct error *err)
{
	struct master *m = ctx;
	struct job_control *control = m->config.control;
	uint64_t end = block * m->config.shared->block_frames + n_frames;

	if (end <= m->config.heard_from)
		m->n_spooled = end;
	else if (take_block(m, run, block, n_frames, err))
		return -1;
	if (control)
		atomic_store_explicit(&control->frames_done, end, memory_order_relaxed);
	if (is_pause_due(m))
		run_pause(run);
	return 0;
}

bool master_is_over(const struct master *m)
{
	return m->is_over;
}

/* --- From the spool --------------------------------------------------------------------------------------- */

static int unspool(struct master *m, uint64_t frame, size_t n, struct error *err)
{
	uint64_t at = (frame - m->config.heard_from) * frame_bytes(m);

	if (spool_read_at(m->spool, at, m->frames, n * frame_bytes(m), err))
		return -1;
	for (unsigned k = 0; k < m->n_lines; k++)
		for (size_t i = 0; i < n; i++)
			m->lines[k][i] = m->frames[i * m->n_lines + k];
	return 0;
}

static int check_cancel(const struct master *m, struct error *err)
{
	struct job_control *control = m->config.control;

	if (control && atomic_load_explicit(&control->cancel, memory_order_relaxed))
		return error_set(err, ERR_CANCELED, "canceled");
	if (control && atomic_load_explicit(&control->suspend, memory_order_relaxed))
		return error_set(err, ERR_CANCELED, "laid aside");
	return 0;
}

/* Everything in the spool through a finish. */
static int pass(struct master *m, uint64_t n_frames, double gain, bool is_encoding, struct finish_levels *levels,
		struct error *err)
{
	int rc = start_finish(m, n_frames, gain, is_encoding, err);

	for (uint64_t at = 0; rc == 0 && at < n_frames; at += BLOCK_FRAMES_MAX) {
		size_t n = n_frames - at < BLOCK_FRAMES_MAX ? (size_t)(n_frames - at) : BLOCK_FRAMES_MAX;
		rc = check_cancel(m, err);
		if (rc == 0)
			rc = unspool(m, at, n, err);
		if (rc == 0)
			rc = finish_write(m->finish, (const sample *const *)m->lines, n, err);
	}
	if (rc == 0)
		rc = finish_end(m->finish, levels, err);
	finish_free(m->finish);
	m->finish = NULL;
	return rc;
}

/* How far the level is from the target, in dB. False: there is nothing to bring to a level. */
static bool distance(const struct master *m, const struct finish_levels *levels, double *db)
{
	const struct render_spec *s = m->config.spec;

	if (s->normalize == NORMALIZE_PEAK)
		*db = s->normalize_to - 20 * log10(levels->true_peak);
	else
		*db = s->normalize_to - levels->loudness_lufs;
	return isfinite(*db);
}

/* How much louder it becomes per decibel of gain, from two passes. */
static double slope_between(double gain_db, double off_db, double last_gain_db, double last_off_db)
{
	double slope = (last_off_db - off_db) / (gain_db - last_gain_db);

	return slope >= LEVEL_SLOPE_MIN && slope <= 1 ? slope : slope > 1 ? 1 : LEVEL_SLOPE_MIN;
}

/* The gain that meets the target, in dB. What a limiter takes away is made up for, pass by pass (a secant method). */
static int find_level(struct master *m, uint64_t n_frames, double *gain_db, struct error *err)
{
	bool is_limited = m->config.spec->has_limiter && m->config.spec->normalize == NORMALIZE_LOUDNESS;
	double off_db, last_off_db = 0, last_gain_db = 0, slope = 1, max_db = LEVEL_GAIN_MAX_DB;
	struct finish_levels levels;

	*gain_db = 0;
	for (int i = 0; i < LEVEL_PASSES; i++) {
		if (pass(m, n_frames, round_gain(linear(*gain_db)), false, &levels, err))
			return -1;
		if (!distance(m, &levels, &off_db)) {
			run_warn(m->config.shared, "not-normalized", (struct span){ 0, 0 },
				 "silence, or less than 0.4 s, has no loudness to bring to a level");
			return 0;
		}
		if (i > 0 && fabs(off_db) < LEVEL_TOLERANCE_LU)
			return 0;
		if (i == 0)
			max_db = fmin(off_db + LEVEL_DRIVE_MAX_DB, LEVEL_GAIN_MAX_DB);
		if (i > 0 && *gain_db != last_gain_db)
			slope = slope_between(*gain_db, off_db, last_gain_db, last_off_db);
		last_gain_db = *gain_db;
		last_off_db = off_db;
		*gain_db = fmin(*gain_db + off_db / slope, max_db);
		if (!is_limited)
			return 0;
	}
	return 0;
}

/* A limiter may not let it become as loud as that. levels: of the whole. */
static void check_level(const struct master *m, const struct finish_levels *levels)
{
	double off_db;

	if (!distance(m, levels, &off_db))
		return;
	if (fabs(off_db) > LEVEL_MISSED_LU)
		run_warn(m->config.shared, "level-missed", (struct span){ 0, 0 },
			 "the loudness is %.1f LUFS, not %.1f: the limiter leaves no more", levels->loudness_lufs,
			 m->config.spec->normalize_to);
}

static uint64_t length_with_tail(const struct master *m)
{
	uint64_t main_frames = m->config.main_frames;

	if (!m->config.spec->is_tail_automatic)
		return m->n_spooled;
	if (!m->is_over)
		run_warn(m->config.shared, "tail-cut", (struct span){ 0, 0 },
			 "the sound had not died away after %g s; there it ends", RENDER_TAIL_AUTO_S);
	return m->n_audible > main_frames ? m->n_audible : main_frames;
}

/* The last pass measures what is in the files, which may be less than the whole. */
static int write_spooled(struct master *m, uint64_t n_frames, double gain_db, struct finish_levels *levels,
			 struct error *err)
{
	bool is_window = m->config.first_frame > 0 || m->config.end_frame < n_frames;
	bool is_checked = m->config.spec->normalize == NORMALIZE_LOUDNESS;
	double gain = round_gain(linear(gain_db));
	struct finish_levels whole;

	if (is_checked && is_window && pass(m, n_frames, gain, false, &whole, err))
		return -1;
	if (pass(m, n_frames, gain, true, levels, err))
		return -1;
	if (is_checked)
		check_level(m, is_window ? &whole : levels);
	return 0;
}

static int finish_spooled(struct master *m, struct finish_levels *levels, struct error *err)
{
	uint64_t n_frames = length_with_tail(m);
	double gain_db = 0;

	if (m->config.spec->normalize != NORMALIZE_NONE && find_level(m, n_frames, &gain_db, err))
		return -1;
	return write_spooled(m, n_frames, gain_db, levels, err);
}

int master_finish(struct master *m, struct render_result *result, struct error *err)
{
	struct finish_levels levels;

	if (m->is_held ? finish_spooled(m, &levels, err) : finish_end(m->finish, &levels, err))
		return -1;
	if (file_set_close(&m->files, result, err))
		return -1;
	result->true_peak = levels.true_peak;
	result->loudness_lufs = levels.loudness_lufs;
	return 0;
}

/* --- Checkpoints ------------------------------------------------------------------------------------------ */

struct saver_sound master_sound(const struct master *m)
{
	return (struct saver_sound){
		.n_frames = m->n_spooled,
		.n_audible = m->n_audible,
		.n_lines = m->n_lines,
		.has_warned = m->has_warned,
		.is_over = m->is_over,
		.frames_total = m->config.n_frames,
		.main_frames = m->config.main_frames,
	};
}

/* As the workers would, who flush denormals. */
static int replay(struct master *m, struct error *err)
{
	uint64_t mode = denormals_flush();
	int rc = 0;

	for (uint64_t at = m->config.heard_from; rc == 0 && at < m->n_spooled; at += BLOCK_FRAMES_MAX) {
		uint64_t left = m->n_spooled - at;
		size_t n = left < BLOCK_FRAMES_MAX ? (size_t)left : BLOCK_FRAMES_MAX;
		rc = check_cancel(m, err);
		if (rc == 0)
			rc = unspool(m, at, n, err);
		if (rc == 0)
			rc = finish_write(m->finish, (const sample *const *)m->lines, n, err);
	}
	denormals_restore(mode);
	return rc;
}

int master_resume(struct master *m, const struct saver_sound *sound, struct error *err)
{
	struct job_control *control = m->config.control;

	m->n_spooled = sound->n_frames;
	m->n_audible = sound->n_audible;
	m->has_warned = sound->has_warned;
	m->is_over = sound->is_over;
	if (control) {
		atomic_store_explicit(&control->resumed_from_frame, m->n_spooled, memory_order_relaxed);
		atomic_store_explicit(&control->frames_done, m->n_spooled, memory_order_relaxed);
	}
	return m->is_held ? 0 : replay(m, err);
}
