/* What a long render leaves behind so that another process can go on where it was killed: the sound so far, and the state of
 * everything that the rest of it depends on. The renderer knows what that is; storage/ implements it over two files.
 *
 *   open -> (state found? go on from it : restart) -> append to spool, save, append, save ... -> end
 *
 * A save makes what was appended durable first and then the state that belongs to it, so what an opened checkpoint offers
 * is always whole: a state, and exactly the bytes of the spool that were there when it was saved. A checkpoint that is
 * damaged, cut off or of other content offers nothing. Calls come from one thread at a time; the caller provides the
 * ordering between them. */
#ifndef BASE_CHECKPOINT_H
#define BASE_CHECKPOINT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/spool.h"

struct checkpoint;

struct checkpoint_ops {
	/* Forgets what was found; the spool is empty then. */
	int (*restart)(struct checkpoint *c, struct error *err);
	/* The last save is still on its way to the disk. */
	bool (*is_saving)(struct checkpoint *c);
	/* Takes state (malloc'd) in any case and returns before it is durable; a failure of that costs the checkpoint and
	 * is logged, as the render can do without. Waits for a save that is on its way. */
	int (*save)(struct checkpoint *c, void *state, size_t n, struct error *err);
	/* Waits for a save that is on its way, and frees. Nothing stays on the disk unless is_kept. */
	void (*end)(struct checkpoint *c, bool is_kept);
};

struct checkpoint {
	const struct checkpoint_ops *ops;
	struct spool *spool; /* belongs to the checkpoint */
	/* What an earlier process saved, until restart(), save() or end(); NULL: nothing that is whole. */
	const void *state;
	size_t n_state;
};

static inline int checkpoint_restart(struct checkpoint *c, struct error *err)
{
	return c->ops->restart(c, err);
}

static inline bool checkpoint_is_saving(struct checkpoint *c)
{
	return c->ops->is_saving(c);
}

static inline int checkpoint_save(struct checkpoint *c, void *state, size_t n, struct error *err)
{
	return c->ops->save(c, state, n, err);
}

static inline void checkpoint_end(struct checkpoint *c, bool is_kept)
{
	if (c)
		c->ops->end(c, is_kept);
}

#endif
