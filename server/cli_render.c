/* phonond render SRC OUT: the same bytes as the service gives, without one. */
#include <getopt.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/cli.h"
#include "server/cli_output.h"
#include "server/progress.h"

struct render_args {
	const char *in, *out;
	struct render_spec spec;
	struct render_config config;
	enum io_backend io;
	const char *stems_dir;
	bool is_durable;
	bool is_quiet;
	bool has_length, has_format, has_sample_rate, has_target, has_subtype;
	double quality, bitrate_kbps; /* < 0: not given */
};

static void print_help(void)
{
	puts("Usage: phonond render [OPTION]... SRC OUT\n"
	     "Renders the program SRC to the audio file OUT; - is standard input or output.\n"
	     "\n"
	     "  -c, --cycles=N          length in cycles\n"
	     "  -d, --duration=S        length in seconds (default 10)\n"
	     "      --from-cycle=C, --to-cycle=C\n"
	     "                          write this part of it; decimal or a fraction such as 7/3 (default: all, with\n"
	     "                          the tail); without -c and -d the render ends at --to-cycle\n"
	     "  -r, --sample-rate=HZ    8000 to 192000 (default 44100)\n"
	     "      --channels=N        1 or 2 (default 2)\n"
	     "      --format=F          wav, flac, vorbis or opus (default: what OUT ends in, else wav)\n"
	     "      --subtype=T         of wav and flac: pcm_16 (default, dithered), pcm_24 or float_32 (wav)\n"
	     "      --quality=Q         of vorbis: 0 to 10 (default 5)\n"
	     "      --bitrate=N         of opus: kbit/s (default 64 per channel)\n"
	     "  -g, --gain=G            linear, of the mix (default 1)\n"
	     "      --tail=S            S seconds after the end for what still sounds, or auto\n"
	     "      --fade-in=S, --fade-out=S\n"
	     "                          linear\n"
	     "      --normalize=M       none (default), peak or loudness\n"
	     "      --normalize-to=L    peak: true peak in dBTP (default -1); loudness: LUFS (default -14)\n"
	     "      --limiter=C         look-ahead limiter with a true-peak ceiling of C dBTP\n"
	     "      --stems=DIR         each output alone as well, DIR/out.wav, DIR/o1.wav ...\n"
	     "      --seed=N            of everything random (default 0)\n"
	     "      --samples=DIR       folder of samples, DIR/NAME/*.wav\n"
	     "      --max-duration=S    refuse to render more (default 3600)\n"
	     "      --sync              end only when the files are on disk, not just with the kernel\n"
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

/* A word of a list: its number, or -1 after a message. */
static int parse_word(const char *option, const char *text, int (*find)(const char *name), const char *words)
{
	int found = find(text);

	if (found < 0)
		cli_usage_error("render", "%s takes %s, found '%s'", option, words, text);
	return found;
}

static int parse_names(int option, const char *text, struct render_args *a)
{
	int found = -1;

	switch (option) {
	case 'F':
		found = parse_word("--format", text, audio_format_find, "wav, flac, vorbis or opus");
		a->spec.format = (enum audio_format)found;
		a->has_format = true;
		break;
	case 'T':
		found = parse_word("--subtype", text, audio_subtype_find, "pcm_16, pcm_24 or float_32");
		a->spec.subtype = (enum audio_subtype)found;
		a->has_subtype = true;
		break;
	case 'N':
		found = parse_word("--normalize", text, normalize_mode_find, "none, peak or loudness");
		a->spec.normalize = (enum normalize_mode)found;
		break;
	}
	return found < 0 ? -1 : 0;
}

/* The way from the mix to the file; -1 after a message. */
static int parse_mastering(int option, const char *text, struct render_args *a)
{
	struct render_spec *spec = &a->spec;

	switch (option) {
	case 'Q':
		return cli_parse_number("render", "--quality", text, 0, RENDER_QUALITY_MAX, &a->quality);
	case 'B':
		return cli_parse_number("render", "--bitrate", text, RENDER_BITRATE_CHANNEL_MIN,
					2 * RENDER_BITRATE_CHANNEL_MAX, &a->bitrate_kbps);
	case 'I':
		return cli_parse_number("render", "--fade-in", text, 0, RENDER_FADE_MAX_S, &spec->fade_in_s);
	case 'O':
		return cli_parse_number("render", "--fade-out", text, 0, RENDER_FADE_MAX_S, &spec->fade_out_s);
	case 'L':
		spec->has_limiter = true;
		return cli_parse_number("render", "--limiter", text, RENDER_CEILING_DB_MIN, 0, &spec->ceiling_db);
	case 'M':
		a->has_target = true;
		return cli_parse_number("render", "--normalize-to", text, RENDER_LEVEL_DB_MIN, 0, &spec->normalize_to);
	default:
		spec->is_tail_automatic = strcmp(text, "auto") == 0;
		if (spec->is_tail_automatic)
			return 0;
		return cli_parse_number("render", "--tail", text, 0, RENDER_TAIL_MAX_S, &spec->tail_s);
	}
}

/* The options with numbers; -1 after a message. */
static int parse_number_option(int option, const char *text, struct render_args *a)
{
	struct render_spec *spec = &a->spec;
	uint64_t n = 0;
	int failed = -1;

	switch (option) {
	case 'c':
		a->has_length = true;
		return cli_parse_number("render", "--cycles", text, 1e-6, 1e12, &spec->cycles);
	case 'd':
		a->has_length = true;
		spec->cycles = 0;
		return cli_parse_number("render", "--duration", text, 1e-6, 1e9, &spec->duration_s);
	case 'g':
		return cli_parse_number("render", "--gain", text, 0, RENDER_GAIN_MAX, &spec->gain);
	case 'S':
		return cli_parse_whole("render", "--seed", text, UINT64_MAX, &spec->seed);
	case 'r':
		failed = cli_parse_whole("render", "--sample-rate", text, RENDER_SAMPLE_RATE_MAX, &n);
		spec->sample_rate_hz = (uint32_t)n;
		a->has_sample_rate = true;
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

static int parse_cycle(const char *option, const char *text, double *out)
{
	if (render_parse_cycle(text, out) == 0)
		return 0;
	cli_usage_error("render", "%s takes cycles such as 4, 2.5 or 7/3, found '%s'", option, text);
	return -1;
}

static int parse_option(int option, const char *text, struct render_args *a)
{
	switch (option) {
	case 'F':
	case 'T':
	case 'N':
		return parse_names(option, text, a);
	case 'Q':
	case 'B':
	case 'I':
	case 'O':
	case 'L':
	case 'M':
	case 'A':
		return parse_mastering(option, text, a);
	case 'P':
		a->stems_dir = text;
		a->spec.has_stems = true;
		return 0;
	case 'f':
		return parse_cycle("--from-cycle", text, &a->spec.from_cycle);
	case 'e':
		return parse_cycle("--to-cycle", text, &a->spec.to_cycle);
	case 'i':
		return cli_parse_io("render", text, &a->io);
	case 'D':
		a->config.samples_dir = text;
		return 0;
	case 'X':
		return cli_parse_number("render", "--max-duration", text, 1, 1e6, &a->config.job_duration_s);
	case 'Y':
		a->is_durable = true;
		return 0;
	case 'q':
		a->is_quiet = true;
		return 0;
	default:
		return parse_number_option(option, text, a);
	}
}

/* "flac" of "songs/a.flac"; "" when there is none. */
static const char *extension_of(const char *path)
{
	const char *slash = strrchr(path, '/'), *dot = strrchr(slash ? slash : path, '.');

	return dot ? dot + 1 : "";
}

/* What follows from the other arguments. */
static void fill_defaults(struct render_args *a)
{
	struct render_spec *spec = &a->spec;
	int found = audio_format_find_extension(extension_of(a->out));

	if (!a->has_length && spec->to_cycle > 0)
		spec->cycles = spec->to_cycle;
	if (!a->has_format && found >= 0)
		spec->format = (enum audio_format)found;
	if (!a->has_sample_rate)
		spec->sample_rate_hz = audio_format_default_rate(spec->format);
	if (!a->has_target)
		spec->normalize_to = normalize_mode_default(spec->normalize);
	if (a->quality >= 0)
		spec->quality = a->quality;
	if (a->bitrate_kbps >= 0)
		spec->bitrate_kbps = a->bitrate_kbps;
}

/* EX_OK, or EX_USAGE after a message about options that do not go together. */
static int check_company(const struct render_args *a)
{
	const struct render_spec *spec = &a->spec;
	struct error err = ERROR_INIT;

	if (a->has_subtype && audio_format_is_lossy(spec->format))
		return cli_usage_error("render", "--subtype goes with the formats wav and flac");
	if (a->quality >= 0 && spec->format != AUDIO_FORMAT_VORBIS)
		return cli_usage_error("render", "--quality goes with the format vorbis");
	if (a->bitrate_kbps >= 0 && spec->format != AUDIO_FORMAT_OPUS)
		return cli_usage_error("render", "--bitrate goes with the format opus");
	if (a->has_target && spec->normalize == NORMALIZE_NONE)
		return cli_usage_error("render", "--normalize-to goes with --normalize=peak or loudness");
	if (render_spec_check(spec, &err) < 0)
		return cli_usage_error("render", "%s", err.message);
	return EX_OK;
}

/* EX_OK and everything in *a; another status, or -1 after --help. */
static int parse_args(int argc, char **argv, struct render_args *a)
{
	static const struct option options[] = {
		{ "cycles", required_argument, NULL, 'c' },
		{ "duration", required_argument, NULL, 'd' },
		{ "from-cycle", required_argument, NULL, 'f' },
		{ "to-cycle", required_argument, NULL, 'e' },
		{ "sample-rate", required_argument, NULL, 'r' },
		{ "channels", required_argument, NULL, 'C' },
		{ "format", required_argument, NULL, 'F' },
		{ "subtype", required_argument, NULL, 'T' },
		{ "quality", required_argument, NULL, 'Q' },
		{ "bitrate", required_argument, NULL, 'B' },
		{ "gain", required_argument, NULL, 'g' },
		{ "tail", required_argument, NULL, 'A' },
		{ "fade-in", required_argument, NULL, 'I' },
		{ "fade-out", required_argument, NULL, 'O' },
		{ "normalize", required_argument, NULL, 'N' },
		{ "normalize-to", required_argument, NULL, 'M' },
		{ "limiter", required_argument, NULL, 'L' },
		{ "stems", required_argument, NULL, 'P' },
		{ "seed", required_argument, NULL, 'S' },
		{ "samples", required_argument, NULL, 'D' },
		{ "max-duration", required_argument, NULL, 'X' },
		{ "threads", required_argument, NULL, 't' },
		{ "block", required_argument, NULL, 'b' },
		{ "io", required_argument, NULL, 'i' },
		{ "sync", no_argument, NULL, 'Y' },
		{ "quiet", no_argument, NULL, 'q' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int c;

	/* Who renders on an own machine may render for as long as it takes. */
	*a = (struct render_args){ .io = IO_AUTO, .config.job_duration_s = 1e12, .quality = -1, .bitrate_kbps = -1 };
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
	fill_defaults(a);
	return check_company(a);
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

/* --- Rendering --- */

static void print_stems(const struct render_result *r)
{
	char hex[SHA256_HEX_SIZE];

	for (unsigned i = 0; i < r->n_stems; i++)
		fprintf(stderr, "  %s: peak %.2f dBFS, %llu clipped frames, sha256 %s\n", r->stems[i].name,
			20 * log10(r->stems[i].peak > 1e-10 ? r->stems[i].peak : 1e-10),
			(unsigned long long)r->stems[i].clipped_frames, sha256_hex(r->stems[i].sha256, hex));
}

static void print_summary(const struct render_args *a, const struct render_result *r)
{
	char hex[SHA256_HEX_SIZE];
	double audio_s = (double)r->frames / a->spec.sample_rate_hz;

	fprintf(stderr,
		"%s: %.2f s, peak %.2f dBFS, true peak %.2f dBTP, loudness %.2f LUFS, %llu clipped frames, "
		"%.0fx real time, sha256 %s\n",
		a->out, audio_s, 20 * log10(r->peak > 1e-10 ? r->peak : 1e-10),
		20 * log10(r->true_peak > 1e-10 ? r->true_peak : 1e-10), r->loudness_lufs,
		(unsigned long long)r->clipped_frames, r->wall_s > 0 ? audio_s / r->wall_s : 0.0,
		sha256_hex(r->sha256, hex));
	print_stems(r);
}

/* Files are open. */
static int render_to_files(struct render_args *a, struct render_engine *engine, struct cli_outputs *out,
			   struct diag_list *diags, struct error *err)
{
	static struct render_result result;
	struct render_files files = cli_outputs_files(out);
	struct progress *progress;
	int failed, status;

	catch_interrupts();
	progress = a->is_quiet ? NULL : progress_start(&control, a->spec.sample_rate_hz);
	failed = render_run_files(engine, &a->spec, &control, &files, diags, &result, err);
	progress_stop(progress);
	cli_print_diags(cli_source_name(a->in), a->spec.source, a->spec.source_len, diags);
	if (failed) {
		cli_outputs_discard(out);
		status = err->code == ERR_SOURCE ? EX_DATAERR : cli_fail(err);
		return out->is_blocked ? EX_CANTCREAT : status;
	}
	status = cli_outputs_publish(out);
	if (status == EX_OK && !a->is_quiet)
		print_summary(a, &result);
	return status;
}

static int render_to_output(struct render_args *a, struct render_engine *engine)
{
	struct cli_outputs out = { .stems_dir = a->stems_dir,
				   .extension = audio_format_extension(a->spec.format),
				   .io = a->io,
				   .is_durable = a->is_durable };
	struct diag_list diags = { .n = 0 };
	struct error err = ERROR_INIT;
	int status;

	/* Errors in the program first: they should not leave a file behind, nor depend on the output. */
	if (render_check(engine, a->spec.source, a->spec.source_len, &diags, &err) < 0) {
		cli_print_diags(cli_source_name(a->in), a->spec.source, a->spec.source_len, &diags);
		return err.code == ERR_SOURCE ? EX_DATAERR : cli_fail(&err);
	}
	diags = (struct diag_list){ .n = 0 };
	status = cli_outputs_open(&out, a->out);
	return status == EX_OK ? render_to_files(a, engine, &out, &diags, &err) : status;
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
