/* phonond render SRC OUT: the same bytes as the service gives, without one. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/cli.h"
#include "server/progress.h"

struct render_args {
	const char *in, *out;
	struct render_spec spec;
	struct render_config config;
	enum io_backend io;
	bool is_quiet;
};

static void print_help(void)
{
	puts("Usage: phonond render [OPTION]... SRC OUT\n"
	     "Renders the program SRC to the audio file OUT; - is standard input or output.\n"
	     "\n"
	     "  -c, --cycles=N          length in cycles\n"
	     "  -d, --duration=S        length in seconds (default 10)\n"
	     "  -r, --sample-rate=HZ    8000 to 192000 (default 44100)\n"
	     "      --channels=N        1 or 2 (default 2)\n"
	     "      --format=F          wav (default)\n"
	     "      --subtype=T         pcm_16 (default, dithered), pcm_24 or float_32\n"
	     "  -g, --gain=G            linear, of the mix (default 1)\n"
	     "      --seed=N            of everything random (default 0)\n"
	     "      --samples=DIR       folder of samples, DIR/NAME/*.wav\n"
	     "  -q, --quiet             no progress, no summary\n"
	     "\n"
	     "Speed only, never the bytes:\n"
	     "  -t, --threads=N         workers (default: one per core allowed)\n"
	     "  -b, --block=N           frames per block, a power of two from 64 to 4096\n"
	     "      --io=M              auto (default), uring or pwrite\n"
	     "\n"
	     "Exit status: 0, 65 errors in the program, 66 SRC cannot be read, 73 OUT cannot be made, 74 writing "
	     "failed,\n"
	     "75 interrupted, 64 wrong usage.");
}

static int parse_names(int option, const char *text, struct render_spec *spec)
{
	int found = option == 'F' ? audio_format_find(text) : audio_subtype_find(text);

	if (found < 0) {
		cli_usage_error("render",
				option == 'F' ? "--format takes wav, found '%s'"
					      : "--subtype takes pcm_16, pcm_24 or float_32, found '%s'",
				text);
		return -1;
	}
	if (option == 'F')
		spec->format = (enum audio_format)found;
	else
		spec->subtype = (enum audio_subtype)found;
	return 0;
}

/* The options with numbers; -1 after a message. */
static int parse_number_option(int option, const char *text, struct render_args *a)
{
	struct render_spec *spec = &a->spec;
	uint64_t n = 0;
	int failed = -1;

	switch (option) {
	case 'c':
		return cli_parse_number("render", "--cycles", text, 1e-6, 1e12, &spec->cycles);
	case 'd':
		spec->cycles = 0;
		return cli_parse_number("render", "--duration", text, 1e-6, 1e9, &spec->duration_s);
	case 'g':
		return cli_parse_number("render", "--gain", text, 0, RENDER_GAIN_MAX, &spec->gain);
	case 'S':
		return cli_parse_whole("render", "--seed", text, UINT64_MAX, &spec->seed);
	case 'r':
		failed = cli_parse_whole("render", "--sample-rate", text, RENDER_SAMPLE_RATE_MAX, &n);
		spec->sample_rate_hz = (uint32_t)n;
		break;
	case 'C':
		failed = cli_parse_whole("render", "--channels", text, 2, &n);
		spec->channels = (unsigned)n;
		break;
	case 't':
		failed = cli_parse_whole("render", "--threads", text, RENDER_THREADS_MAX, &n);
		a->config.n_threads = (unsigned)n;
		break;
	case 'b':
		failed = cli_parse_whole("render", "--block", text, RENDER_BLOCK_FRAMES_MAX, &n);
		spec->block_frames = (unsigned)n;
		break;
	}
	return failed;
}

static int parse_option(int option, const char *text, struct render_args *a)
{
	switch (option) {
	case 'F':
	case 'T':
		return parse_names(option, text, &a->spec);
	case 'i':
		return cli_parse_io("render", text, &a->io);
	case 'D':
		a->config.samples_dir = text;
		return 0;
	case 'q':
		a->is_quiet = true;
		return 0;
	default:
		return parse_number_option(option, text, a);
	}
}

/* EX_OK and everything in *a; another status, or -1 after --help. */
static int parse_args(int argc, char **argv, struct render_args *a)
{
	static const struct option options[] = {
		{ "cycles", required_argument, NULL, 'c' },
		{ "duration", required_argument, NULL, 'd' },
		{ "sample-rate", required_argument, NULL, 'r' },
		{ "channels", required_argument, NULL, 'C' },
		{ "format", required_argument, NULL, 'F' },
		{ "subtype", required_argument, NULL, 'T' },
		{ "gain", required_argument, NULL, 'g' },
		{ "seed", required_argument, NULL, 'S' },
		{ "samples", required_argument, NULL, 'D' },
		{ "threads", required_argument, NULL, 't' },
		{ "block", required_argument, NULL, 'b' },
		{ "io", required_argument, NULL, 'i' },
		{ "quiet", no_argument, NULL, 'q' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct error err = ERROR_INIT;
	int c;

	/* Who renders on an own machine may render for as long as it takes. */
	*a = (struct render_args){ .io = IO_AUTO, .config.job_duration_s = 1e12 };
	render_spec_init(&a->spec);
	while ((c = getopt_long(argc, argv, "c:d:r:g:t:b:qh", options, NULL)) != -1) {
		if (c == 'h') {
			print_help();
			return -1;
		}
		if (c == '?' || parse_option(c, optarg, a) < 0)
			return EX_USAGE;
	}
	if (optind != argc - 2)
		return cli_usage_error("render", "expected SRC and OUT, found %d of them", argc - optind);
	a->in = argv[optind];
	a->out = argv[optind + 1];
	a->spec.source = ""; /* read later; the rest can be judged now */
	if (render_spec_check(&a->spec, &err) < 0)
		return cli_usage_error("render", "%s", err.message);
	return EX_OK;
}

/* --- Interruption --- */

static struct job_control control;

static void on_interrupt(int signo)
{
	(void)signo;
	atomic_store_explicit(&control.cancel, true, memory_order_relaxed);
}

static void catch_interrupts(void)
{
	struct sigaction act = { .sa_handler = on_interrupt, .sa_flags = SA_RESTART | SA_RESETHAND };
	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
	signal(SIGPIPE, SIG_IGN); /* a closed pipe is a write error, */
	signal(SIGXFSZ, SIG_IGN); /* and so is a file size limit */
}

/* --- Output --- */

/* Where the bytes go. A regular file is written beside its place and renamed when it is whole, so that a failed
 * render leaves what was there before. */
struct output {
	const char *path;
	char *part_path; /* NULL: written in place (a pipe, a device, standard output) */
	struct sink *sink;
};

static int cannot_create(const char *path)
{
	fprintf(stderr, "phonond: cannot write '%s': %s\n", path, strerror(errno));
	return EX_CANTCREAT;
}

static int output_open(struct output *o, const char *path, enum io_backend io)
{
	struct error err = ERROR_INIT;
	struct stat st;
	bool in_place = strcmp(path, "-") == 0 || (stat(path, &st) == 0 && !S_ISREG(st.st_mode));
	int fd;

	*o = (struct output){ .path = path };
	if (strcmp(path, "-") == 0)
		fd = dup(STDOUT_FILENO);
	else if (in_place)
		fd = open(path, O_WRONLY | O_CLOEXEC);
	else if (asprintf(&o->part_path, "%s.part-%d", path, (int)getpid()) < 0)
		return EX_OSERR;
	else
		fd = open(o->part_path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (fd < 0) {
		free(o->part_path);
		return cannot_create(path);
	}
	o->sink = file_sink_new(fd, o->part_path, io, &err);
	if (!o->sink) {
		close(fd);
		if (o->part_path)
			unlink(o->part_path);
		free(o->part_path);
		return cli_fail(&err);
	}
	return EX_OK;
}

static int output_publish(struct output *o)
{
	int status = EX_OK;
	if (o->part_path && rename(o->part_path, o->path) < 0) {
		status = cannot_create(o->path);
		unlink(o->part_path);
	}
	free(o->part_path);
	return status;
}

/* --- Rendering --- */

static void print_summary(const struct render_args *a, const struct render_result *r)
{
	char hex[SHA256_HEX_SIZE];
	double audio_s = (double)r->frames / a->spec.sample_rate_hz;

	fprintf(stderr, "%s: %.2f s, peak %.2f dBFS, %llu clipped frames, %.0fx real time, sha256 %s\n", a->out,
		audio_s, 20 * log10(r->peak > 1e-10 ? r->peak : 1e-10), (unsigned long long)r->clipped_frames,
		r->wall_s > 0 ? audio_s / r->wall_s : 0.0, sha256_hex(r->sha256, hex));
}

static int render_to_output(struct render_args *a, struct render_engine *engine)
{
	struct diag_list diags = { .n = 0 };
	struct error err = ERROR_INIT;
	struct render_result result;
	struct output out;
	struct progress *progress;
	int status, failed;

	/* Errors in the program first: they should not leave a file behind, nor depend on the output. */
	if (render_check(engine, a->spec.source, a->spec.source_len, &diags, &err) < 0)
		goto report;
	diags = (struct diag_list){ .n = 0 };
	status = output_open(&out, a->out, a->io);
	if (status != EX_OK)
		return status;
	catch_interrupts();
	progress = a->is_quiet ? NULL : progress_start(&control, a->spec.sample_rate_hz);
	failed = render_run(engine, &a->spec, &control, out.sink, &diags, &result, &err);
	progress_stop(progress);
	if (failed) {
		free(out.part_path);
		goto report;
	}
	cli_print_diags(cli_source_name(a->in), a->spec.source, a->spec.source_len, &diags);
	status = output_publish(&out);
	if (status == EX_OK && !a->is_quiet)
		print_summary(a, &result);
	return status;

report:
	cli_print_diags(cli_source_name(a->in), a->spec.source, a->spec.source_len, &diags);
	return err.code == ERR_SOURCE ? EX_DATAERR : cli_fail(&err);
}

int cli_render(int argc, char **argv)
{
	struct render_args a;
	struct error err = ERROR_INIT;
	struct render_engine *engine;
	char *source;
	int status = parse_args(argc, argv, &a);

	if (status != EX_OK)
		return status < 0 ? EX_OK : status;
	if (!(source = cli_read_source(a.in, &a.spec.source_len, &err)))
		return cli_fail(&err);
	a.spec.source = source;
	engine = render_engine_new(&a.config, &err);
	status = engine ? render_to_output(&a, engine) : cli_fail(&err);
	if (engine)
		render_engine_free(engine);
	free(source);
	return status;
}
