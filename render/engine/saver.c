/* Checkpoints of a render.
 *
 * What is saved are the mixed frames as floats, in the checkpoint's spool, and the state of the run behind them (rest.c).
 * Nothing of what comes after the mix is saved: fades, limiter, loudness, dither, the codecs' encoders and the SHA-256 of the
 * file. A render that goes on sends the frames of the spool through all that once more, which costs a hundredth of
 * rendering them and is exact for every format, while the states of libFLAC, libvorbis, libopus and libebur128 could not
 * be saved at all. With `normalize` or an automatic tail the frames have to be kept anyway.
 *
 *   blocks ... | rest: copy the states, ~1 ms | blocks ...
 *                            \-> thread: frames to the disk, state to the disk, rename
 *
 * A render rests every interval (5 s), if the save before is through: no block is admitted until those in flight are
 * done, so the pipeline runs empty once. That and the copy are all that a checkpoint makes the render wait for.
 *
 * What checkpoints may cost is a share of the render's CPU time (1 %), and what they do cost is measured. Rests come so far
 * apart that they stay below it. Keeping the frames costs the same for each second of sound, and so a larger share of a
 * faster render: a render for which it is too much keeps none, and loses little by beginning anew, since it is fast. Only
 * one that takes LONG_S in spite of that does.
 *
 * Most renders are over before the first interval. Whether one will take longer is judged once, from how long its first
 * megabyte of frames took: if not, it keeps no frames from then on and costs nothing.
 *
 * The states are memory as it lies in this process. So a checkpoint names the executable by its SHA-256, beside the
 * engine's version; storage/ answers for the content hash and for the bytes. A checkpoint of another build is no checkpoint. */
#include "render/engine/saver.h"

#include <string.h>

#include "base/clock.h"
#include "base/executable.h"
#include "base/hash.h"
#include "base/log.h"
#include "render/engine/rest.h"
#include "render/render.h"

enum { FORMAT = 1 };
#define JUDGE_BYTES ((uint64_t)1 << 20)
#define STATE_BYTES_MAX ((size_t)64 << 20)
#define LONG_S 600.0

struct head {
	uint32_t format, engine_version;
	uint8_t executable[SHA256_BYTES];
	struct saver_sound sound;
	struct diag_list diags;
};

void saver_init(struct saver *s, struct checkpoint *checkpoint, double interval_s, double cost_max,
		const struct job_control *control)
{
	*s = (struct saver){
		.checkpoint = checkpoint,
		.is_off = !checkpoint,
		.control = control,
		.interval_ns = (uint64_t)(interval_s * 1e9),
		.cost_max = cost_max,
	};
	s->start_ns = s->last_ns = clock_monotonic_ns();
}

void saver_give_up(struct saver *s)
{
	s->is_off = true;
}

void saver_fini(struct saver *s, bool is_over)
{
	checkpoint_end(s->checkpoint, s->has_saved && !s->is_off && !is_over);
	s->checkpoint = NULL;
}

bool saver_is_suspended(const struct saver *s)
{
	return s->control && atomic_load_explicit(&s->control->suspend, memory_order_relaxed);
}

/* --- When ------------------------------------------------------------------------------------------------- */

static bool is_cheap(const struct saver *s, uint64_t cpu_ns)
{
	return s->cost_max == 0 || (double)s->kept_ns <= s->cost_max * (double)cpu_ns;
}

/* Decides once; until then nothing is due. */
static void judge(struct saver *s, uint64_t now_ns, const struct saver_progress *p)
{
	double expected_ns = (double)(now_ns - s->start_ns) * (double)p->n_total / (double)p->n_spooled;

	if (s->is_worth_it || p->n_spooled * p->frame_bytes < JUDGE_BYTES)
		return;
	s->is_worth_it = expected_ns > (double)s->interval_ns && (is_cheap(s, p->cpu_ns) || expected_ns > LONG_S * 1e9);
	if (!s->is_worth_it)
		saver_give_up(s);
}

/* Rests are rare enough not to cost more than they may. */
static bool is_time(const struct saver *s, uint64_t now_ns)
{
	uint64_t since_ns = now_ns - s->last_ns;

	return since_ns >= s->interval_ns && (s->cost_max == 0 || (double)s->rest_ns <= s->cost_max * (double)since_ns);
}

bool saver_is_due(struct saver *s, const struct saver_progress *progress)
{
	uint64_t now_ns;

	if (saver_is_suspended(s))
		return true;
	if (s->is_off)
		return false;
	now_ns = clock_monotonic_ns();
	judge(s, now_ns, progress);
	if (!s->is_worth_it || !is_time(s, now_ns) || checkpoint_is_saving(s->checkpoint))
		return false;
	s->due_ns = now_ns;
	return true;
}

/* --- Saving ----------------------------------------------------------------------------------------------- */

static int print_state(const struct run *run, const struct saver_sound *sound, const struct diag_list *diags,
		       struct buf *out, struct error *err)
{
	struct head head;

	memset(&head, 0, sizeof head); /* padding too: what goes to the disk is what we say */
	head.format = FORMAT;
	head.engine_version = RENDER_ENGINE_VERSION;
	head.sound = *sound;
	head.diags = *diags;
	if (executable_digest(head.executable, err))
		return -1;
	if (buf_append(out, &head, sizeof head) || (run && rest_save(run, out)))
		return error_set(err, ERR_TOO_LARGE, "the state of this render is too large to be saved");
	return 0;
}

void saver_save(struct saver *s, const struct run *run, const struct saver_sound *sound, const struct diag_list *diags)
{
	struct buf state = BUF_INIT;
	struct error err = ERROR_INIT;
	int rc;

	if (s->is_off)
		return;
	state.max_len = STATE_BYTES_MAX;
	rc = print_state(run, sound, diags, &state, &err);
	if (rc == 0) {
		size_t n = state.len;
		rc = checkpoint_save(s->checkpoint, buf_take(&state), n, &err);
	}
	buf_fini(&state);
	s->last_ns = clock_monotonic_ns();
	s->rest_ns = s->due_ns > 0 ? s->last_ns - s->due_ns : 0;
	s->has_saved |= rc == 0;
	if (rc) {
		log_event(LOG_WARN, "a render goes on without checkpoints", "error", err.message, NULL);
		saver_give_up(s);
	}
}

/* --- Loading ---------------------------------------------------------------------------------------------- */

static bool is_ours(const struct head *head, const struct saver_sound *sound)
{
	uint8_t executable[SHA256_BYTES];

	return head->format == FORMAT && head->engine_version == RENDER_ENGINE_VERSION &&
	       executable_digest(executable, NULL) == 0 && memcmp(executable, head->executable, SHA256_BYTES) == 0 &&
	       head->sound.n_lines == sound->n_lines && head->sound.frames_total == sound->frames_total &&
	       head->sound.main_frames == sound->main_frames && head->sound.n_frames <= sound->frames_total;
}

int saver_load(struct saver *s, struct run *run, struct saver_sound *sound, struct diag_list *diags, struct error *err)
{
	struct blob in = { .n_left = 0 };
	struct head head;

	if (!s->checkpoint || !s->checkpoint->state)
		return 0;
	in = (struct blob){ .data = s->checkpoint->state, .n_left = s->checkpoint->n_state };
	if (blob_take(&in, &head, sizeof head, NULL) || !is_ours(&head, sound)) {
		log_event(LOG_INFO, "a checkpoint is of another phonond; the render starts afresh", NULL);
		return checkpoint_restart(s->checkpoint, err);
	}
	*diags = head.diags;
	if (!head.sound.is_run_over && rest_load(run, &in, err))
		return -1;
	if (head.sound.is_run_over)
		run->first_block = run->n_blocks;
	*sound = head.sound;
	s->is_worth_it = s->has_saved = true;
	return 1;
}
