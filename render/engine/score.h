/* The score of one event source: from pattern to the voices that sound in each block.
 *
 * score_advance() is the source's score tile, called block after block. What it leaves in the slot of the block
 * is read by the notes and voices tiles of that block, on any workers, until the slot is used again. */
#ifndef RENDER_ENGINE_SCORE_H
#define RENDER_ENGINE_SCORE_H

#include <stdint.h>

#include "base/error.h"
#include "render/engine/blob.h"
#include "render/engine/run.h"
#include "render/engine/voice.h"

enum {
	VOICE_GROUP = 32,  /* voices of ordinals 32 g .. 32 g + 31 are summed first, then the groups */
	VOICES_MAX = 512,  /* of one source at a time; one more ends the oldest */
	STEAL_FRAMES = 64, /* fade of a voice that is ended so */
};

/* The voices of one source in one block. */
struct score_block {
	const struct voice **voices; /* by ordinal; of the score's store */
	size_t n_voices, cap_voices;
	size_t *groups; /* [n_groups + 1]: voices groups[g] .. groups[g + 1] - 1 are one group */
	size_t n_groups, cap_groups;
	sample *sums;          /* [n_groups][2][block_frames], 64-byte aligned; unused for one group */
	size_t cap_sums;       /* groups */
	struct note **missing; /* notes to render before the voices can be mixed */
	size_t n_missing, cap_missing;
};

struct score;

/* For a run and one of its plan's event sources; both are borrowed. NULL when memory is out. */
struct score *score_new(struct run *run, const struct plan_events *events);
void score_free(struct score *s);

/* Fills the slot of the block. -1 ends the job: ERR_BUDGET, ERR_NO_MEMORY, ERR_TOO_LARGE, ERR_INVALID. */
int score_advance(struct score *s, uint64_t block, struct error *err) WARN_UNUSED;

/* For checkpoints, between two blocks: which voices sound and from which events they come; and a new score brought there,
 * whose next block is the run's first_block. */
int score_save(const struct score *s, struct buf *out) WARN_UNUSED;
int score_load(struct score *s, struct blob *in, struct error *err) WARN_UNUSED;

struct score_block *score_block_at(struct score *s, uint64_t block);
const struct plan_events *score_events(const struct score *s);

#endif
