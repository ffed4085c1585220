#include "server/progress.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

enum { BAR_CELLS = 30, BAR_PERIOD_MS = 100, LINE_PERIOD_MS = 10000, SIZE_MAX_LINE = 160 };

struct progress {
	struct progress_files files;
	bool is_terminal;
	uint64_t started_ns;
	pthread_t thread;
	pthread_mutex_t lock; /* standard error, and the two below */
	pthread_cond_t wake;
	bool is_done;
	size_t n_ended;
};

/* Files that have not begun are taken to be as long as the mean of those that have. */
struct progress_figures progress_measure(const struct progress_files *files, double elapsed_s)
{
	uint64_t done = 0, total = 0;
	size_t n_begun = 0;
	double all;
	struct progress_figures f = { 0 };

	for (size_t i = 0; i < files->n; i++) {
		const struct job_control *c = files->control_of(files->ctx, i);
		uint64_t frames = atomic_load_explicit(&c->frames_total, memory_order_relaxed);
		done += atomic_load_explicit(&c->frames_done, memory_order_relaxed);
		total += frames;
		n_begun += frames > 0;
	}
	if (n_begun == 0 || elapsed_s <= 0)
		return f;
	all = (double)total * (double)files->n / (double)n_begun;
	f.share = (double)done < all ? (double)done / all : 1;
	f.pace = (double)done / files->sample_rate_hz / elapsed_s;
	f.eta_s = f.share > 0 ? elapsed_s * (1 - f.share) / f.share : 0;
	return f;
}

/* "1:02:03", "2:03" */
static const char *print_time(double s, char out[24])
{
	unsigned long t = s < 1e9 ? (unsigned long)s : 0;

	if (t >= 3600)
		snprintf(out, 24, "%lu:%02lu:%02lu", t / 3600, t / 60 % 60, t % 60);
	else
		snprintf(out, 24, "%lu:%02lu", t / 60, t % 60);
	return out;
}

/* " 58 %  3/12 files  12.4x real time  ETA 0:03" */
static void print_figures(const struct progress *p, const struct progress_figures *f, char out[SIZE_MAX_LINE])
{
	char eta[24], count[64] = "";

	if (p->files.n > 1)
		snprintf(count, sizeof count, "%zu/%zu files  ", p->n_ended, p->files.n);
	snprintf(out, SIZE_MAX_LINE, "%3d %%  %s%.1fx real time  ETA %s", (int)(100 * f->share), count, f->pace,
		 print_time(f->eta_s, eta));
}

/* Holds the lock. */
static void show(const struct progress *p)
{
	double elapsed_s = (double)(clock_monotonic_ns() - p->started_ns) / 1e9;
	struct progress_figures f = progress_measure(&p->files, elapsed_s);
	char line[SIZE_MAX_LINE], bar[BAR_CELLS + 1];

	print_figures(p, &f, line);
	for (int i = 0; i < BAR_CELLS; i++)
		bar[i] = i < (int)(f.share * BAR_CELLS) ? '#' : '-';
	bar[BAR_CELLS] = '\0';
	if (p->is_terminal)
		fprintf(stderr, "\r[%s] %s\033[K", bar, line);
	else
		fprintf(stderr, "phonond: %s\n", line);
	fflush(stderr);
}

static struct timespec after_ms(int ms)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += (long)ms * 1000000;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	return until;
}

static void *run(void *arg)
{
	struct progress *p = arg;

	pthread_mutex_lock(&p->lock);
	while (!p->is_done) {
		struct timespec until = after_ms(p->is_terminal ? BAR_PERIOD_MS : LINE_PERIOD_MS);
		while (!p->is_done && pthread_cond_timedwait(&p->wake, &p->lock, &until) == 0)
			;
		if (!p->is_done)
			show(p);
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

static void init_wake(pthread_cond_t *wake)
{
	pthread_condattr_t attributes;

	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(wake, &attributes);
	pthread_condattr_destroy(&attributes);
}

static void free_all(struct progress *p)
{
	pthread_cond_destroy(&p->wake);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

struct progress *progress_start(const struct progress_files *files)
{
	struct progress *p = calloc(1, sizeof *p);

	if (!p)
		return NULL;
	p->files = *files;
	p->is_terminal = isatty(STDERR_FILENO);
	p->started_ns = clock_monotonic_ns();
	pthread_mutex_init(&p->lock, NULL);
	init_wake(&p->wake);
	if (pthread_create(&p->thread, NULL, run, p) == 0)
		return p;
	free_all(p);
	return NULL;
}

void progress_hold(struct progress *p)
{
	if (!p)
		return;
	pthread_mutex_lock(&p->lock);
	if (p->is_terminal)
		fputs("\r\033[K", stderr);
}

void progress_resume(struct progress *p)
{
	if (p)
		pthread_mutex_unlock(&p->lock);
}

void progress_count(struct progress *p)
{
	if (!p)
		return;
	pthread_mutex_lock(&p->lock);
	p->n_ended++;
	pthread_mutex_unlock(&p->lock);
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
	if (p->is_terminal)
		fputs("\r\033[K", stderr);
	free_all(p);
}
