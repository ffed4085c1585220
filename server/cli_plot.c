/* phonond plot: a picture of a program, rendered for it, or of an audio file. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/cli.h"
#include "server/cli_output.h"
#include "server/plot_material.h"

enum { SHOW_WAVEFORM = 1, SHOW_SPECTROGRAM = 2, SHOW_EVENTS = 4, SHOW_ALL = 7 };
enum { WIDTH = 1000, PANEL_HEIGHT = 180 };

struct plot_args {
	const char *in, *out;
	struct render_spec spec;
	const char *samples_dir;
	unsigned show, width, panel_height;
	bool is_audio; /* in is no program */
};

static void print_help(void)
{
	puts("Usage: phonond plot [OPTION]... SRC OUT\n"
	     "Draws what SRC sounds like to OUT, an .svg or a .png: waveform, spectrogram and\n"
	     "the events of a program over time. SRC is a program (- for standard input) or an\n"
	     "audio file that phonond made (.wav, .flac, .ogg, .opus), which has no events.\n"
	     "\n"
	     "  -c, --cycles=N      so much of a program, in cycles\n"
	     "  -d, --duration=S    or in seconds (default 10)\n"
	     "      --seed=N        of everything random (default 0)\n"
	     "      --samples=DIR   folder of samples, DIR/NAME/*.wav\n"
	     "      --show=LIST     of waveform, spectrogram, events (default: all)\n"
	     "      --width=N       of the picture in pixels (default 1000)\n"
	     "      --height=N      of each panel in pixels (default 180)\n"
	     "  -h, --help\n"
	     "\n"
	     "Exit status: 0, 65 SRC has errors, 66 SRC cannot be read, 73 OUT cannot be made,\n"
	     "64 wrong usage.");
}

/* --- Arguments --- */

static int parse_show(const char *text, unsigned *show)
{
	static const char *const words[] = { "waveform", "spectrogram", "events" };
	size_t n;

	for (*show = 0; *text; text += n + (text[n] == ',')) {
		unsigned i = 0;
		n = strcspn(text, ",");
		while (i < 3 && (strlen(words[i]) != n || strncmp(words[i], text, n) != 0))
			i++;
		if (i == 3)
			break;
		*show |= 1u << i;
	}
	if (!*text && *show)
		return 0;
	cli_usage_error("plot", "--show takes a list of waveform, spectrogram and events, found '%s'", text);
	return -1;
}

static int parse_size(const char *option, const char *text, unsigned *out)
{
	uint64_t n;

	if (cli_parse_whole("plot", option, text, PLOT_SIZE_MAX, &n) < 0)
		return -1;
	*out = (unsigned)n;
	if (n >= PLOT_SIZE_MIN)
		return 0;
	cli_usage_error("plot", "%s is %d at least", option, PLOT_SIZE_MIN);
	return -1;
}

static int parse_option(int c, const char *text, struct plot_args *a)
{
	switch (c) {
	case 'c':
		return cli_parse_number("plot", "--cycles", text, 1e-6, 1e6, &a->spec.cycles);
	case 'd':
		return cli_parse_number("plot", "--duration", text, 1e-3, 36000, &a->spec.duration_s);
	case 'S':
		return cli_parse_whole("plot", "--seed", text, UINT64_MAX, &a->spec.seed);
	case 'D':
		a->samples_dir = text;
		return 0;
	case 's':
		return parse_show(text, &a->show);
	case 'W':
		return parse_size("--width", text, &a->width);
	case 'H':
		return parse_size("--height", text, &a->panel_height);
	default:
		return -1;
	}
}

static bool ends_with(const char *text, const char *end)
{
	size_t n = strlen(text), m = strlen(end);

	return n > m && strcmp(text + n - m, end) == 0;
}

static bool is_audio_name(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot && audio_format_find_extension(dot + 1) >= 0;
}

static int take_operands(int argc, char **argv, struct plot_args *a)
{
	if (optind != argc - 2)
		return cli_usage_error("plot", "expected SRC and OUT, found %d of them", argc - optind);
	a->in = argv[optind];
	a->out = argv[optind + 1];
	a->is_audio = is_audio_name(a->in);
	if (!ends_with(a->out, ".svg") && !ends_with(a->out, ".png"))
		return cli_usage_error("plot", "OUT ends in .svg or .png, found '%s'", a->out);
	if (!a->is_audio)
		return EX_OK;
	a->show &= ~(unsigned)SHOW_EVENTS;
	return a->show ? EX_OK : cli_usage_error("plot", "an audio file has no events");
}

/* EX_OK and everything in *a; another status, or -1 after --help. */
static int parse_args(int argc, char **argv, struct plot_args *a)
{
	static const struct option options[] = {
		{ "cycles", required_argument, NULL, 'c' },
		{ "duration", required_argument, NULL, 'd' },
		{ "seed", required_argument, NULL, 'S' },
		{ "samples", required_argument, NULL, 'D' },
		{ "show", required_argument, NULL, 's' },
		{ "width", required_argument, NULL, 'W' },
		{ "height", required_argument, NULL, 'H' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int c;

	*a = (struct plot_args){ .show = SHOW_ALL, .width = WIDTH, .panel_height = PANEL_HEIGHT };
	render_spec_init(&a->spec);
	a->spec.subtype = AUDIO_FLOAT_32;
	while ((c = getopt_long(argc, argv, "c:d:h", options, NULL)) != -1) {
		if (c == 'h') {
			print_help();
			return -1;
		}
		if (parse_option(c, optarg, a) < 0)
			return EX_USAGE;
	}
	return take_operands(argc, argv, a);
}

/* --- The sound --- */

/* A file without a name, where a long sound has room. */
static int open_scratch(struct error *err)
{
	const char *folder = getenv("TMPDIR");
	char path[4096];
	int fd;

	snprintf(path, sizeof path, "%s/phonond-plot-XXXXXX", folder && *folder ? folder : "/var/tmp");
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0)
		return error_set_errno(err, errno, "cannot write '%s'", path);
	unlink(path);
	return fd;
}

static int render_to(int fd, struct render_engine *engine, const struct render_spec *spec, struct diag_list *diags,
		     struct error *err)
{
	static struct render_result result;
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	struct sink *sink = copy < 0 ? NULL : file_sink_new(copy, NULL, IO_PWRITE, false, err);

	if (sink)
		return render_run(engine, spec, NULL, sink, diags, &result, err);
	if (copy >= 0)
		close(copy);
	return err->code ? -1 : error_set_errno(err, errno, "no room for another file");
}

/* --- The picture --- */

static int draw(const struct plot_material *m, const struct plot_args *a, struct buf *picture, struct error *err)
{
	unsigned n_panels = (unsigned)__builtin_popcount(a->show), height = plot_height(n_panels, a->panel_height);
	struct plot_canvas *canvas = (ends_with(a->out, ".svg") ? plot_svg_new : plot_png_new)(a->width, height);

	if (!canvas)
		return error_set(err, ERR_NO_MEMORY, "no memory for the picture");
	plot_draw(canvas, &m->sound, a->panel_height);
	return canvas->ops->end(canvas, picture, err);
}

static int write_picture(const struct plot_args *a, const struct buf *picture, struct error *err)
{
	struct cli_outputs out = { .io = IO_PWRITE };
	int status = cli_outputs_open(&out, a->out, err);

	if (status != EX_OK)
		return status;
	if (sink_write_at(out.mix.sink, 0, picture->data, picture->len, err) < 0) {
		sink_abort(out.mix.sink);
		cli_outputs_discard(&out);
		return EX_IOERR;
	}
	if (sink_finish(out.mix.sink, err) == 0)
		return cli_outputs_publish(&out, err);
	cli_outputs_discard(&out);
	return EX_IOERR;
}

static int plot(struct plot_material *m, const struct plot_args *a)
{
	struct plot_wanted wanted = { a->show & SHOW_WAVEFORM, a->show & SHOW_SPECTROGRAM, plot_columns(a->width),
				      a->panel_height };
	struct error err = ERROR_INIT;
	struct buf picture = BUF_INIT;
	int status = EX_OK;

	if (plot_material_hear(m, &wanted, &err) < 0 || draw(m, a, &picture, &err) < 0)
		status = cli_status_of(err.code);
	else
		status = write_picture(a, &picture, &err);
	buf_fini(&picture);
	if (status != EX_OK)
		cli_fail(&err);
	return status;
}

static int plot_file(struct plot_material *m, const struct plot_args *a)
{
	m->audio_fd = open(a->in, O_RDONLY | O_CLOEXEC);
	if (m->audio_fd >= 0)
		return plot(m, a);
	fprintf(stderr, "phonond: cannot read '%s': %s\n", a->in, strerror(errno));
	return EX_NOINPUT;
}

static int plot_with(struct plot_material *m, const struct plot_args *a, struct render_engine *engine)
{
	struct diag_list diags = { .n = 0 };
	struct error err = ERROR_INIT;
	int failed = (m->audio_fd = open_scratch(&err)) < 0 ||
		     render_to(m->audio_fd, engine, &a->spec, &diags, &err) < 0 ||
		     (a->show & SHOW_EVENTS && plot_material_ask(m, engine, &a->spec, &err) < 0);

	cli_print_diags(cli_source_name(a->in), a->spec.source, a->spec.source_len, &diags);
	if (!failed)
		return plot(m, a);
	return err.code == ERR_SOURCE ? EX_DATAERR : cli_fail(&err);
}

static int plot_program(struct plot_material *m, struct plot_args *a)
{
	struct render_config config = { .samples_dir = a->samples_dir, .job_duration_s = 1e6 };
	struct error err = ERROR_INIT;
	char *source = cli_read_source(a->in, &a->spec.source_len, &err);
	struct render_engine *engine = source ? render_engine_new(&config, &err) : NULL;
	int status;

	a->spec.source = source;
	status = engine ? plot_with(m, a, engine) : cli_fail(&err);
	if (engine)
		render_engine_free(engine);
	free(source);
	return status;
}

int cli_plot(int argc, char **argv)
{
	struct plot_args a;
	struct plot_material m = { .audio_fd = -1 };
	int status = parse_args(argc, argv, &a);

	if (status != EX_OK)
		return status < 0 ? EX_OK : status;
	cli_ignore_write_signals();
	status = a.is_audio ? plot_file(&m, &a) : plot_program(&m, &a);
	plot_material_fini(&m);
	return status;
}
