#include "server/render_args.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "server/cli_output.h"

/* A word of a list: its number, or -1 after a message. */
static int parse_word(const struct render_args *a, const char *option, const char *text, int (*find)(const char *name),
		      const char *words)
{
	int found = find(text);

	if (found < 0)
		cli_usage_error(a->command, "%s takes %s, found '%s'", option, words, text);
	return found;
}

static int parse_names(int option, const char *text, struct render_args *a)
{
	int found = -1;

	switch (option) {
	case 'F':
		found = parse_word(a, "--format", text, audio_format_find, "wav, flac, vorbis or opus");
		a->spec.format = (enum audio_format)found;
		a->has_format = true;
		break;
	case 'T':
		found = parse_word(a, "--subtype", text, audio_subtype_find, "pcm_16, pcm_24 or float_32");
		a->spec.subtype = (enum audio_subtype)found;
		a->has_subtype = true;
		break;
	case 'N':
		found = parse_word(a, "--normalize", text, normalize_mode_find, "none, peak or loudness");
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
		return cli_parse_number(a->command, "--quality", text, 0, RENDER_QUALITY_MAX, &a->quality);
	case 'B':
		return cli_parse_number(a->command, "--bitrate", text, RENDER_BITRATE_CHANNEL_MIN,
					2 * RENDER_BITRATE_CHANNEL_MAX, &a->bitrate_kbps);
	case 'I':
		return cli_parse_number(a->command, "--fade-in", text, 0, RENDER_FADE_MAX_S, &spec->fade_in_s);
	case 'O':
		return cli_parse_number(a->command, "--fade-out", text, 0, RENDER_FADE_MAX_S, &spec->fade_out_s);
	case 'L':
		spec->has_limiter = true;
		return cli_parse_number(a->command, "--limiter", text, RENDER_CEILING_DB_MIN, 0, &spec->ceiling_db);
	case 'M':
		a->has_target = true;
		return cli_parse_number(a->command, "--normalize-to", text, RENDER_LEVEL_DB_MIN, 0,
					&spec->normalize_to);
	default:
		spec->is_tail_automatic = strcmp(text, "auto") == 0;
		if (spec->is_tail_automatic)
			return 0;
		return cli_parse_number(a->command, "--tail", text, 0, RENDER_TAIL_MAX_S, &spec->tail_s);
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
		return cli_parse_number(a->command, "--cycles", text, 1e-6, 1e12, &spec->cycles);
	case 'd':
		a->has_length = true;
		spec->cycles = 0;
		return cli_parse_number(a->command, "--duration", text, 1e-6, 1e9, &spec->duration_s);
	case 'g':
		return cli_parse_number(a->command, "--gain", text, 0, RENDER_GAIN_MAX, &spec->gain);
	case 'S':
		return cli_parse_whole(a->command, "--seed", text, UINT64_MAX, &spec->seed);
	case 'r':
		failed = cli_parse_whole(a->command, "--sample-rate", text, RENDER_SAMPLE_RATE_MAX, &n);
		spec->sample_rate_hz = (uint32_t)n;
		a->has_sample_rate = true;
		break;
	case 'C':
		failed = cli_parse_whole(a->command, "--channels", text, 2, &n);
		spec->channels = (unsigned)n;
		break;
	case 't':
		failed = cli_parse_whole(a->command, "--threads", text, RENDER_THREADS_MAX, &n);
		a->config.n_threads = (unsigned)n;
		break;
	case 'j':
		failed = cli_parse_whole(a->command, "--jobs", text, RENDER_THREADS_MAX, &n);
		a->n_jobs = (unsigned)n;
		break;
	case 'b':
		failed = cli_parse_whole(a->command, "--block", text, RENDER_BLOCK_FRAMES_MAX, &n);
		spec->block_frames = (unsigned)n;
		break;
	}
	return failed;
}

static int parse_cycle(const struct render_args *a, const char *option, const char *text, double *out)
{
	if (render_parse_cycle(text, out) == 0)
		return 0;
	cli_usage_error(a->command, "%s takes cycles such as 4, 2.5 or 7/3, found '%s'", option, text);
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
		return parse_cycle(a, "--from-cycle", text, &a->spec.from_cycle);
	case 'e':
		return parse_cycle(a, "--to-cycle", text, &a->spec.to_cycle);
	case 'i':
		return cli_parse_io(a->command, text, &a->io);
	case 'D':
		a->config.samples_dir = text;
		return 0;
	case 'X':
		return cli_parse_number(a->command, "--max-duration", text, 1, 1e6, &a->config.job_duration_s);
	case 'Y':
		a->is_durable = true;
		return 0;
	case 'q':
		a->is_quiet = true;
		return 0;
	case 'J':
		a->is_json = true;
		return 0;
	case 'o':
		a->out_dir = text;
		return 0;
	case 'U':
		a->server_url = text;
		return 0;
	case 'K':
		a->key = text;
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
static void fill_defaults(struct render_args *a, const char *out)
{
	struct render_spec *spec = &a->spec;
	int found = out ? audio_format_find_extension(extension_of(out)) : -1;

	spec->skips_digests = !a->is_json;
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
		return cli_usage_error(a->command, "--subtype goes with the formats wav and flac");
	if (a->quality >= 0 && spec->format != AUDIO_FORMAT_VORBIS)
		return cli_usage_error(a->command, "--quality goes with the format vorbis");
	if (a->bitrate_kbps >= 0 && spec->format != AUDIO_FORMAT_OPUS)
		return cli_usage_error(a->command, "--bitrate goes with the format opus");
	if (a->has_target && spec->normalize == NORMALIZE_NONE)
		return cli_usage_error(a->command, "--normalize-to goes with --normalize=peak or loudness");
	if (a->server_url && a->config.samples_dir)
		return cli_usage_error(a->command, "--samples is for renders here; a server has its own");
	if (a->key && !a->server_url)
		return cli_usage_error(a->command, "--key goes with --server");
	if (cli_outputs_is_wide(a->stems_dir) && (spec->format != AUDIO_FORMAT_WAV || a->out_dir))
		return cli_usage_error(a->command, "--stems=FILE.wav goes with one program and the format wav");
	if (render_spec_check(spec, &err) < 0)
		return cli_usage_error(a->command, "%s", err.message);
	return EX_OK;
}

int render_args_settle(struct render_args *a, const char *out)
{
	a->spec.source = ""; /* read later; the rest can be judged now */
	fill_defaults(a, out);
	return check_company(a);
}

int render_args_parse(struct render_args *a, int argc, char **argv, void (*print_help)(void))
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
		{ "out-dir", required_argument, NULL, 'o' },
		{ "jobs", required_argument, NULL, 'j' },
		{ "server", required_argument, NULL, 'U' },
		{ "key", required_argument, NULL, 'K' },
		{ "sync", no_argument, NULL, 'Y' },
		{ "json", no_argument, NULL, 'J' },
		{ "quiet", no_argument, NULL, 'q' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int c;

	/* Who renders on an own machine may render for as long as it takes. */
	*a = (struct render_args){
		.command = argv[0], .io = IO_AUTO, .config.job_duration_s = 1e12, .quality = -1, .bitrate_kbps = -1
	};
	render_spec_init(&a->spec);
	while ((c = getopt_long(argc, argv, "c:d:r:g:o:j:t:b:qh", options, NULL)) != -1) {
		if (c == 'h') {
			print_help();
			return -1;
		}
		if (c == '?' || parse_option(c, optarg, a) < 0)
			return EX_USAGE;
	}
	a->operands = argv + optind;
	a->n_operands = argc - optind;
	return EX_OK;
}
