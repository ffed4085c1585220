/* phonond render: the same bytes as the service gives, without one, or by asking one. Programs are rendered by a few threads;
 * each takes the next one and reports on it when it has ended. With an engine here all of them share its workers. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"
#include "server/cli.h"
#include "server/cli_output.h"
#include "server/progress.h"
#include "server/remote.h"
#include "server/render_report.h"

struct round {
	const struct render_args *args;
	struct render_engine *engine; /* NULL: at a server */
	struct render_item *items;
	size_t n_items;
	_Atomic size_t n_taken;
	_Atomic bool is_interrupted; /* nothing new is begun */
	struct progress *progress;   /* NULL: there is none */
	pthread_mutex_t speaking;    /* standard output and error */
	bool is_deaf;                /* speaking: standard output does not take it */
};

static void print_help(void)
{
	puts("Usage: phonond render [OPTION]... SRC OUT         - is standard input or output\n"
	     "       phonond render [OPTION]... -o DIR SRC...   a file in DIR for each\n"
	     "Renders programs to audio files. phonond(1) says more about the options.\n"
	     "\n"
	     "  -c, --cycles=N  -d, --duration=S       length (default 10 s)\n"
	     "      --from-cycle=C  --to-cycle=C       only this part of it\n"
	     "  -r, --sample-rate=HZ  --channels=N     default 44100 (opus: 48000), and 2\n"
	     "      --format=F                         wav, flac, vorbis, opus (default OUT's)\n"
	     "      --subtype=T                        pcm_16 (default), pcm_24, float_32\n"
	     "      --quality=Q  --bitrate=N           of vorbis, 0 to 10; of opus, kbit/s\n"
	     "  -g, --gain=G  --limiter=C  --seed=N    linear; dBTP; of all that is random\n"
	     "      --tail=S  --fade-in=S --fade-out=S seconds; a tail may be auto\n"
	     "      --normalize=M  --normalize-to=L    none, peak (dBTP) or loudness (LUFS)\n"
	     "      --stems=DIR|FILE.wav               each output alone too, or all in one\n"
	     "      --samples=DIR                      folder of samples, DIR/NAME/*.wav\n"
	     "  -o, --out-dir=DIR  -j, --jobs=N        N at once (default: one per worker)\n"
	     "      --server=URL  --key=KEY            at a server (key: $PHONOND_API_KEY too)\n"
	     "      --json  -q, --quiet                results as JSON Lines; or only errors\n"
	     "  -t, --threads=N  -b, --block=N  --io=M speed only, never the bytes\n"
	     "      --max-duration=S  --sync           refuse more; end when it is on disk\n"
	     "\n"
	     "Exit status: 0; 64 usage, 65 the program, 66 no SRC, 69 no server, 70 a bug,\n"
	     "73 no OUT, 74 writing failed, 75 interrupted or busy, 77 not allowed.");
}

/* --- What goes where --- */

/* The name that a program's file has in the folder: "songs/a.ph" gives "a". */
static char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path, *dot;

	if (strcmp(path, "-") == 0)
		return strdup("stdin");
	dot = strrchr(name, '.');
	return dot && dot > name ? strndup(name, (size_t)(dot - name)) : strdup(name);
}

static int init_in_folder(struct render_item *item, const char *in, const struct render_args *a)
{
	char *name = base_name(in), *out = NULL, *stems = NULL;
	int failed = -1;

	if (name && asprintf(&out, "%s/%s.%s", a->out_dir, name, audio_format_extension(a->spec.format)) >= 0 &&
	    (!a->stems_dir || asprintf(&stems, "%s/%s", a->stems_dir, name) >= 0))
		failed = render_item_init(item, in, out, stems);
	free(name);
	free(out);
	free(stems);
	return failed;
}

static bool is_program_name(const char *path)
{
	size_t n = strlen(path);

	return n > 3 && strcmp(path + n - 3, ".ph") == 0;
}

/* A shell that replaced *.ph must not make us write over a program. */
static int check_operands(const struct render_args *a)
{
	if (a->out_dir)
		return a->n_operands > 0 ? EX_OK : cli_usage_error("render", "expected one SRC at least");
	if (a->n_operands != 2)
		return cli_usage_error("render", "expected SRC and OUT, or --out-dir=DIR and any SRC; found %d of them",
				       a->n_operands);
	if (is_program_name(a->operands[1]))
		return cli_usage_error("render", "'%s' is a program; several are rendered with --out-dir=DIR",
				       a->operands[1]);
	if (a->is_json && strcmp(a->operands[1], "-") == 0)
		return cli_usage_error("render", "--json and the sound cannot both go to standard output");
	return EX_OK;
}

static int compare_outputs(const void *x, const void *y)
{
	return strcmp((*(struct render_item *const *)x)->out, (*(struct render_item *const *)y)->out);
}

/* Two programs of one name would be one file. */
static int check_names(const struct round *b)
{
	struct render_item **sorted = calloc(b->n_items, sizeof *sorted);
	int status = EX_OK;

	if (!sorted)
		return EX_OSERR;
	for (size_t i = 0; i < b->n_items; i++)
		sorted[i] = &b->items[i];
	qsort(sorted, b->n_items, sizeof *sorted, compare_outputs);
	for (size_t i = 1; i < b->n_items && status == EX_OK; i++)
		if (strcmp(sorted[i - 1]->out, sorted[i]->out) == 0)
			status = cli_usage_error("render", "'%s' and '%s' would both be '%s'", sorted[i - 1]->in,
						 sorted[i]->in, sorted[i]->out);
	free(sorted);
	return status;
}

static int list_items(struct round *b, const struct render_args *a)
{
	struct error err = ERROR_INIT;
	int failed = 0;

	b->n_items = a->out_dir ? (size_t)a->n_operands : 1;
	b->items = calloc(b->n_items, sizeof *b->items);
	if (b->items && !a->out_dir)
		failed = render_item_init(b->items, a->operands[0], a->operands[1], a->stems_dir);
	for (size_t i = 0; b->items && a->out_dir && i < b->n_items && !failed; i++)
		failed = init_in_folder(&b->items[i], a->operands[i], a);
	if (!b->items || failed) {
		error_set(&err, ERR_NO_MEMORY, "no memory for %zu programs", b->n_items);
		return cli_fail(&err);
	}
	return check_names(b);
}

static void free_items(struct round *b)
{
	for (size_t i = 0; b->items && i < b->n_items; i++)
		render_item_fini(&b->items[i]);
	free(b->items);
}

/* --- Interruption --- */

static struct round *interrupted; /* by the handler */

static void on_interrupt(int signo)
{
	(void)signo;
	atomic_store_explicit(&interrupted->is_interrupted, true, memory_order_relaxed);
	for (size_t i = 0; i < interrupted->n_items; i++)
		atomic_store_explicit(&interrupted->items[i].control.cancel, true, memory_order_relaxed);
}

static void catch_interrupts(struct round *b)
{
	struct sigaction act = { .sa_handler = on_interrupt, .sa_flags = SA_RESTART | SA_RESETHAND };

	interrupted = b;
	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
	cli_ignore_write_signals();
}

static void release_interrupts(void)
{
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
}

/* --- Rendering --- */

static void report(struct round *b, struct render_item *item)
{
	progress_count(b->progress);
	pthread_mutex_lock(&b->speaking);
	progress_hold(b->progress);
	if (!b->args->is_json)
		render_report_text(item, b->args);
	else if (render_report_json(item, b->args) < 0)
		b->is_deaf = true;
	progress_resume(b->progress);
	pthread_mutex_unlock(&b->speaking);
	render_item_forget(item);
}

static void *render_items(void *arg)
{
	struct round *b = arg;
	size_t i;

	while ((i = atomic_fetch_add(&b->n_taken, 1)) < b->n_items) {
		if (atomic_load_explicit(&b->is_interrupted, memory_order_relaxed)) {
			b->items[i].status = EX_TEMPFAIL;
			continue;
		}
		render_item_run(&b->items[i], b->args, b->engine);
		report(b, &b->items[i]);
	}
	return NULL;
}

static unsigned count_threads(const struct round *b)
{
	unsigned n = b->args->n_jobs;

	if (n == 0)
		n = b->engine ? render_engine_threads(b->engine) : cpu_allowed_count();
	return n < b->n_items ? n : (unsigned)b->n_items;
}

/* This thread is one of them, so there is always one. */
static void render_all(struct round *b)
{
	unsigned n = count_threads(b) - 1, n_started = 0;
	pthread_t *threads = calloc(n + 1, sizeof *threads);

	while (threads && n_started < n && pthread_create(&threads[n_started], NULL, render_items, b) == 0)
		n_started++;
	render_items(b);
	for (unsigned i = 0; i < n_started; i++)
		pthread_join(threads[i], NULL);
	free(threads);
}

static const struct job_control *control_of(const void *ctx, size_t i)
{
	const struct render_item *items = ctx;

	return &items[i].control;
}

/* Of the first one that failed. */
static int status_of_all(const struct round *b)
{
	for (size_t i = 0; i < b->n_items; i++)
		if (b->items[i].status != EX_OK)
			return b->items[i].status;
	return b->is_deaf ? EX_IOERR : EX_OK;
}

static int render_round(struct round *b)
{
	struct progress_files files = { b->n_items, control_of, b->items, b->args->spec.sample_rate_hz };

	pthread_mutex_init(&b->speaking, NULL);
	catch_interrupts(b);
	b->progress = b->args->is_quiet ? NULL : progress_start(&files);
	render_all(b);
	progress_stop(b->progress);
	release_interrupts();
	pthread_mutex_destroy(&b->speaking);
	return status_of_all(b);
}

/* The engine, or what stands for it. */
static int render_somewhere(struct round *b)
{
	struct error err = ERROR_INIT;
	int status;

	if (b->args->server_url) {
		if (remote_init(&err))
			return cli_fail(&err);
		status = render_round(b);
		remote_fini();
		return status;
	}
	b->engine = render_engine_new(&b->args->config, &err);
	if (!b->engine)
		return cli_fail(&err);
	status = render_round(b);
	render_engine_free(b->engine);
	return status;
}

int cli_render(int argc, char **argv)
{
	struct render_args a;
	struct round b = { .args = &a };
	struct error err = ERROR_INIT;
	int status = render_args_parse(&a, argc, argv, print_help);

	if (status != EX_OK)
		return status < 0 ? EX_OK : status;
	if ((status = check_operands(&a)) != EX_OK)
		return status;
	if ((status = render_args_settle(&a, a.out_dir ? NULL : a.operands[1])) != EX_OK)
		return status;
	status = list_items(&b, &a);
	if (status == EX_OK && a.out_dir && (status = cli_make_folder(a.out_dir, &err)) != EX_OK)
		cli_fail(&err);
	if (status == EX_OK && a.out_dir && a.stems_dir && (status = cli_make_folder(a.stems_dir, &err)) != EX_OK)
		cli_fail(&err);
	if (status == EX_OK)
		status = render_somewhere(&b);
	free_items(&b);
	return status;
}
