#include "render/engine/master_impl.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/spool.h"
#include "render/engine/denormals.h"
#include "render/graph/plan.h"

enum { LEVEL_PASSES = 10 }; /* at most, to meet a loudness behind a limiter */
#define LEVEL_TOLERANCE_LU 0.02
#define LEVEL_MISSED_LU 0.1     /* worth a warning */
#define LEVEL_SLOPE_MIN 0.1     /* of loudness over gain: behind a limiter that works hard it is nearly flat */
#define LEVEL_GAIN_MAX_DB 60.0  /* of what normalize may add */
#define LEVEL_DRIVE_MAX_DB 12.0 /* of that, into a limiter: beyond there is little but distortion to gain */

/* --- Making ----------------------------------------------------------------------------------------------- */

static int allocate(struct master *m, struct error *err)
{
	m->parcels = calloc(m->config.n_slots, sizeof *m->parcels);
	m->frames = m->spool ? calloc((size_t)BLOCK_FRAMES_MAX * m->n_lines, sizeof *m->frames) : NULL;
	if (!m->parcels || (m->spool && !m->frames))
		return error_set(err, ERR_NO_MEMORY, "no memory for the mix");
	if (m->spool && parcel_init(&m->unspooled, m->n_signals, m->channels, BLOCK_FRAMES_MAX, err))
		return -1;
	for (unsigned i = 0; i < m->config.n_slots; i++)
		if (parcel_init(&m->parcels[i], m->n_signals, m->channels, m->config.shared->block_frames, err))
			return -1;
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
		.fade_in_frames = master_frames_of(m, s->fade_in_s),
		.fade_out_frames = master_frames_of(m, s->fade_out_s),
		.gain = gain,
		.has_limiter = s->has_limiter,
		.ceiling = round_gain(master_linear(s->ceiling_db)),
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

struct plan_delivery master_delivery(const struct render_spec *spec, bool is_kept_on_the_way)
{
	bool is_held = render_spec_needs_spool(spec);

	return (struct plan_delivery){
		.is_level_carried = !is_held && (spec->has_limiter || is_kept_on_the_way),
		.has_files = !is_held,
		.is_encoding_carried = !encode_is_pure(spec->format),
	};
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
	m->is_level_carried =
		master_delivery(config->spec, config->saver && config->saver->checkpoint).is_level_carried;
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
	for (unsigned i = 0; m->parcels && i < m->config.n_slots; i++)
		parcel_fini(&m->parcels[i]);
	free(m->parcels);
	parcel_fini(&m->unspooled);
	free(m->frames);
	free(m);
}

/* --- From the spool --------------------------------------------------------------------------------------- */

static int unspool(struct master *m, uint64_t frame, size_t n, struct error *err)
{
	uint64_t at = (frame - m->config.heard_from) * master_frame_bytes(m);

	if (spool_read_at(m->spool, at, m->frames, n * master_frame_bytes(m), err))
		return -1;
	parcel_deinterleave(&m->unspooled, n, m->frames);
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
			rc = finish_write(m->finish, m->unspooled.lines, n, err);
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
		if (pass(m, n_frames, round_gain(master_linear(*gain_db)), false, &levels, err))
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

static void check_clipping(const struct master *m, const struct render_result *result)
{
	if (result->clipped_frames > 0)
		run_warn(m->config.shared, "clipped", (struct span){ 0, 0 },
			 "%llu of %llu frames are louder than full scale and were cut off there: turn the gain down, "
			 "or use a limiter",
			 (unsigned long long)result->clipped_frames, (unsigned long long)result->frames);
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
	double gain = round_gain(master_linear(gain_db));
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
	check_clipping(m, result);
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
			rc = finish_write(m->finish, m->unspooled.lines, n, err);
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
