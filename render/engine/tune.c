/* A tile of a chain of kernels touches about eight buffers again and again: inputs, outputs, and what is between them.
 * A block is as long as lets those stay in the first-level cache, which is also long enough that handing out tiles does
 * not count (1024 frames for 32 KiB: measured over the workloads of bench/engine, 256 frames cost 10 to 60 % more, 4096
 * up to 25 % where signals then miss the caches). Longer than that for so many workers that they would meet at the
 * pool's lock, and wait for each other at each link of a chain; shorter for a run that would not give each of them two blocks.
 *
 * Blocks in flight: two for each worker and two more, so that one that carries may run ahead of what does not, and four for each
 * of many, who would else wait for the stages that have much to do in one block and little in others, as far as they fit in the last-level cache, but one for each worker in any case. One worker takes one block after the other:
 * what it made is in its cache when it is read.
 *
 * Mixing, measuring, encoding, hashing and writing a block takes as long as rendering a cheap one. As one stage that is no
 * bound for two workers, and in several it costs half a microsecond a block; so it is cut for three and more. */
#include "render/engine/tune.h"

#include <pthread.h>
#include <unistd.h>

#include "render/dsp/node.h"

enum {
	BUFFERS_PER_TILE = 8,
	L1_BYTES_DEFAULT = 32 << 10,
	BLOCK_FRAMES_LEAST = 256, /* of what is chosen; a user may ask for less */
	PIPELINE_WORKERS_MIN = 3,
	WORKERS_PER_KIB = 8, /* that meet at the lock rarely enough with blocks of 1024 frames */
};

/* 0 where libc does not know. */
static size_t cache_bytes(int name)
{
	long n = sysconf(name);

	return n > 0 ? (size_t)n : 0;
}

static struct tune_machine this_machine;

static void machine_look(void)
{
#ifdef _SC_LEVEL1_DCACHE_SIZE
	this_machine.l1_bytes = cache_bytes(_SC_LEVEL1_DCACHE_SIZE);
	this_machine.l3_bytes = cache_bytes(_SC_LEVEL3_CACHE_SIZE);
#endif
}

/* Once: a virtual machine has to ask its host, which takes as long as rendering a few blocks. */
struct tune_machine tune_machine(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, machine_look);
	return this_machine;
}

static unsigned block_frames(const struct tune_machine *m, const struct tune_job *job)
{
	size_t fit = (m->l1_bytes ? m->l1_bytes : L1_BYTES_DEFAULT) / (BUFFERS_PER_TILE * sizeof(sample));
	unsigned n = BLOCK_FRAMES_LEAST;

	while (n < BLOCK_FRAMES_MAX && 2 * n <= fit)
		n *= 2;
	while (n < BLOCK_FRAMES_MAX && (size_t)job->n_workers * 1024 > (size_t)WORKERS_PER_KIB * n)
		n *= 2;
	while (n > BLOCK_FRAMES_LEAST && job->n_frames / n < 2 * (uint64_t)job->n_workers)
		n /= 2;
	return n;
}

static unsigned slots(const struct tune_machine *m, const struct tune_job *job, unsigned block_frames)
{
	size_t bytes = job->frame_bytes * block_frames, workers = job->n_workers;
	size_t want = workers >= PIPELINE_WORKERS_MIN ? 4 * workers + 2 : workers > 1 ? 2 * workers + 2 : 1;

	if (m->l3_bytes > 0 && want * bytes > m->l3_bytes)
		want = m->l3_bytes / bytes > workers ? m->l3_bytes / bytes : workers;
	if (want * bytes > job->memory_bytes)
		want = job->memory_bytes / bytes;
	return want > 0 ? (unsigned)want : 1;
}

struct tuning tune(const struct tune_machine *machine, const struct tune_job *job)
{
	struct tuning t = { .block_frames = job->block_frames ? job->block_frames : block_frames(machine, job) };

	t.n_slots = slots(machine, job, t.block_frames);
	t.is_pipelined = job->n_workers >= PIPELINE_WORKERS_MIN;
	return t;
}
