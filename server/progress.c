#include "server/progress.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

enum { BAR_CELLS = 30, PERIOD_NS = 100 * 1000 * 1000 };

struct progress {
	const struct job_control *control;
	double sample_rate_hz;
	uint64_t started_ns;
	pthread_t thread;
	pthread_mutex_t lock; /* is_done */
	pthread_cond_t wake;
	bool is_done; /* lock */
};

/* "[#######-----]  58 %  12.4x  ETA 0:03" */
static void draw(const struct progress *p)
{
	uint64_t done = atomic_load_explicit(&p->control->frames_done, memory_order_relaxed);
	uint64_t total = atomic_load_explicit(&p->control->frames_total, memory_order_relaxed);
	double elapsed_s = (double)(clock_monotonic_ns() - p->started_ns) / 1e9;
	double part = total ? (double)done / (double)total : 0;
	double eta_s = part > 0 ? elapsed_s * (1 - part) / part : 0;
	char bar[BAR_CELLS + 1];

	for (int i = 0; i < BAR_CELLS; i++)
		bar[i] = i < (int)(part * BAR_CELLS) ? '#' : '-';
	bar[BAR_CELLS] = '\0';
	fprintf(stderr, "\r[%s] %3d %%  %.1fx real time  ETA %d:%02d ", bar, (int)(part * 100),
		(double)done / p->sample_rate_hz / (elapsed_s > 0 ? elapsed_s : 1), (int)eta_s / 60, (int)eta_s % 60);
	fflush(stderr);
}

static void *run(void *arg)
{
	struct progress *p = arg;

	pthread_mutex_lock(&p->lock);
	while (!p->is_done) {
		struct timespec until;
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += PERIOD_NS;
		until.tv_sec += until.tv_nsec / 1000000000;
		until.tv_nsec %= 1000000000;
		pthread_cond_timedwait(&p->wake, &p->lock, &until);
		if (!p->is_done)
			draw(p);
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

struct progress *progress_start(const struct job_control *control, uint32_t sample_rate_hz)
{
	struct progress *p;

	if (!isatty(STDERR_FILENO) || !(p = calloc(1, sizeof *p)))
		return NULL;
	p->control = control;
	p->sample_rate_hz = sample_rate_hz;
	p->started_ns = clock_monotonic_ns();
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->wake, NULL);
	if (pthread_create(&p->thread, NULL, run, p) != 0) {
		pthread_cond_destroy(&p->wake);
		pthread_mutex_destroy(&p->lock);
		free(p);
		return NULL;
	}
	return p;
}

void progress_stop(struct progress *p)
{
	if (!p)
		return;
	pthread_mutex_lock(&p->lock);
	p->is_done = true;
	pthread_cond_signal(&p->wake);
	pthread_mutex_unlock(&p->lock);
	pthread_join(p->thread, NULL);
	fputs("\r\033[K", stderr);
	pthread_cond_destroy(&p->wake);
	pthread_mutex_destroy(&p->lock);
	free(p);
}
