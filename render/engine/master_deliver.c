/* Blocks from the plan: the steps of handing one on. A plan that is not pipelined has one, STAGE_OUTPUT, which takes a block
 * all the way; in a pipelined one (plan_pipeline()) each touches only what is its own: the mix the block's parcel, the level
 * the spool and the limiter, measuring the meters, encoding the codecs, and the output hashes and sinks. */
#include "base/clock.h"
#include "render/engine/master_impl.h"

/* An automatic tail ends when this long nothing was heard: longer than the time between two echoes. */
#define SILENCE_S 3.0

static struct parcel *parcel_at(const struct master *m, uint64_t block)
{
	return &m->parcels[block % m->config.n_slots];
}

/* Of any block. */
static void mix(struct master *m, const struct run *run, const struct run_step *step)
{
	struct parcel *p = parcel_at(m, step->block);

	p->n = step->n_frames;
	if (parcel_mix(p, run, step->block, step->n_frames, (sample)m->config.spec->gain) ||
	    atomic_exchange_explicit(&m->has_warned, true, memory_order_relaxed))
		return;
	run_warn(m->config.shared, "not-finite", (struct span){ 0, 0 },
		 "the mix became infinite; those samples are silent");
}

/* Notes where the last audible frame of the mix is. Returns how many of the n frames to keep: fewer when the tail has died
 * away before their end, which is decided by frame and so for every size of block alike. */
static size_t listen(struct master *m, const struct parcel *p)
{
	sample floor = (sample)master_linear(RENDER_TAIL_AUTO_DB);
	uint64_t silence = master_frames_of(m, SILENCE_S);

	for (size_t i = 0; i < p->n; i++) {
		uint64_t frame = m->n_spooled + i;
		bool is_audible = false;
		for (unsigned c = 0; c < m->channels; c++)
			is_audible |= fabsf(p->lines[c][i]) >= floor;
		if (is_audible)
			m->n_audible = frame + 1;
		else if (frame >= m->config.main_frames + silence && frame >= m->n_audible + silence)
			return i;
	}
	return p->n;
}

static int spool_lines(struct master *m, const struct parcel *p, size_t n, struct error *err)
{
	parcel_interleave(p, n, m->frames);
	if (spool_append(m->spool, m->frames, n * master_frame_bytes(m), err))
		return -1;
	m->n_spooled += n;
	return 0;
}

static int keep(struct master *m, const struct parcel *p, struct error *err)
{
	size_t n_kept = m->config.spec->is_tail_automatic ? listen(m, p) : p->n;

	if (spool_lines(m, p, n_kept, err))
		return -1;
	m->is_over = n_kept < p->n;
	return m->is_over ? error_set(err, ERR_CANCELED, "the sound has died away") : 0;
}

/* The render may turn out to be too short for checkpoints, then nothing is kept any more. */
static bool is_pause_due(struct master *m)
{
	struct saver *s = m->config.saver;
	struct saver_progress progress = {
		.n_spooled = m->n_spooled,
		.frame_bytes = master_frame_bytes(m),
		.n_total = m->config.run_frames,
		.cpu_ns = atomic_load_explicit(&m->config.shared->cpu_ns, memory_order_relaxed),
	};
	bool is_due = s && saver_is_due(s, &progress);

	if (s && s->is_off && !m->is_held)
		m->spool = NULL;
	return is_due;
}

static uint64_t first_frame(const struct master *m, const struct run_step *step)
{
	return step->block * m->config.shared->block_frames;
}

/* What cannot be kept for a checkpoint costs only that. */
static void keep_for_checkpoint(struct master *m, const struct parcel *p)
{
	struct saver *s = m->config.saver;
	uint64_t start_ns;

	if (!m->spool)
		return;
	start_ns = clock_monotonic_ns();
	if (spool_lines(m, p, p->n, NULL)) {
		saver_give_up(s);
		m->spool = NULL;
	}
	s->kept_ns += clock_monotonic_ns() - start_ns;
}

static void pause_if_due(struct master *m, struct run *run)
{
	if (is_pause_due(m))
		run_pause(run);
}

static void set_level(struct master *m, const struct run_step *step)
{
	struct parcel *p = parcel_at(m, step->block);

	p->first = first_frame(m, step);
	p->n = finish_level(m->finish, &p->first, p->lines, p->n);
}

/* A channel of the mix. */
static void measure(struct master *m, const struct run_step *step)
{
	struct parcel *p = parcel_at(m, step->block);

	finish_measure_loudness(m->finish, step->part, p->lines[step->part], p->n, &p->meters[step->part]);
}

/* A file; and of the mix what is measured of a block alone. */
static int encode(struct master *m, const struct run_step *step, struct error *err)
{
	struct parcel *p = parcel_at(m, step->block);
	const sample *const *lines = (const sample *const *)p->lines + step->part * m->channels;

	for (unsigned c = 0; step->part == 0 && c < m->channels; c++)
		finish_measure_peak(m->finish, c, lines[c], p->n, &p->meters[c]);

	return encoder_encode(m->files.encoders[step->part], lines, p->first, p->n, &p->encoded[step->part], err);
}

static void count_progress(const struct master *m, const struct run_step *step)
{
	struct job_control *control = m->config.control;

	if (control)
		atomic_store_explicit(&control->frames_done, first_frame(m, step) + step->n_frames,
				      memory_order_relaxed);
}

/* Parts of a file that a block is sent in: its bytes, then their hash. */
static unsigned parts_per_file(const struct master *m)
{
	return m->config.spec->skips_digests ? 1 : 2;
}

static int send(struct master *m, struct run *run, const struct run_step *step, struct error *err)
{
	struct parcel *p = parcel_at(m, step->block);
	unsigned file = step->part / parts_per_file(m);

	if (step->part % parts_per_file(m) > 0) {
		encoder_hash(m->files.encoders[file], &p->encoded[file]);
		return 0;
	}
	if (file == 0) {
		finish_count_measured(m->finish, (const sample *const *)p->lines, p->n, p->meters);
		count_progress(m, step);
		if (!m->is_level_carried)
			pause_if_due(m, run);
	}
	return encoder_send(m->files.encoders[file], &p->encoded[file], err);
}

/* The mix was made, and nothing else. */
static int take(struct master *m, struct run *run, const struct run_step *step, struct error *err)
{
	struct parcel *p = parcel_at(m, step->block);

	if (m->is_held) {
		if (keep(m, p, err))
			return -1;
	} else {
		keep_for_checkpoint(m, p);
		if (finish_write(m->finish, p->lines, p->n, err))
			return -1;
	}
	count_progress(m, step);
	pause_if_due(m, run);
	return 0;
}

/* A block before the window, of which nothing was computed. Its last step counts it; where levels go in order, theirs says how
 * far the spool would be. */
static void skip(struct master *m, struct run *run, const struct run_step *step)
{
	bool is_last = step->kind == STAGE_OUTPUT && step->part == 0;
	bool is_counting = m->config.is_pipelined && m->is_level_carried ? step->kind == STAGE_LEVEL : is_last;

	if (is_last)
		count_progress(m, step);
	if (is_counting) {
		m->n_spooled = first_frame(m, step) + step->n_frames;
		pause_if_due(m, run);
	}
}

unsigned master_deliver_parts(const void *ctx, enum stage_kind kind)
{
	const struct master *m = ctx;

	if (kind == STAGE_MEASURE)
		return m->channels;
	if (kind == STAGE_ENCODE)
		return m->n_signals;
	return kind == STAGE_OUTPUT && m->config.is_pipelined && !m->is_held ? parts_per_file(m) * m->n_signals : 1;
}

int master_deliver(void *ctx, struct run *run, const struct run_step *step, struct error *err)
{
	struct master *m = ctx;

	if (first_frame(m, step) < m->config.heard_from) {
		skip(m, run, step);
		return 0;
	}
	switch (step->kind) {
	case STAGE_MIX:
		mix(m, run, step);
		if (!m->is_level_carried && !m->is_held)
			set_level(m, step);
		return 0;
	case STAGE_LEVEL:
		keep_for_checkpoint(m, parcel_at(m, step->block));
		set_level(m, step);
		pause_if_due(m, run);
		return 0;
	case STAGE_MEASURE:
		measure(m, step);
		return 0;
	case STAGE_ENCODE:
		return encode(m, step, err);
	default:
		break;
	}
	if (m->config.is_pipelined && !m->is_held)
		return send(m, run, step, err);
	if (!m->config.is_pipelined)
		mix(m, run, step);
	return take(m, run, step, err);
}

bool master_is_over(const struct master *m)
{
	return m->is_over;
}
