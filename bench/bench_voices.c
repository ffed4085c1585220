/* Voices: nanoseconds of CPU time per frame and voice of the mixing and reading kernels, and how many times faster than
 * real time programs of samples and instruments render on one thread, without a file.
 *
 *   bench_voices kernels
 *   bench_voices programs
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "render/engine/voice.h"
#include "render/render.h"
#include "tests/lib/null_sink.h"

enum { BLOCK_FRAMES = 1024, SOUND_FRAMES = 44100, VOICES = 16, ROUNDS = 7 };
#define ROUND_NS 50000000u

/* --- Kernels ----------------------------------------------------------------------------------------------- */

static sample padded[2][SOUND_FRAMES + 2 * SAMPLE_PAD_FRAMES];

enum level { LEVEL_FLAT, LEVEL_LINE, LEVEL_EXPONENTIAL };

static const struct {
	const char *name;
	unsigned n_ch;
	double rate;
	enum level level;
} kernels[] = {
	{ "rate 1, mono, flat", 1, 1, LEVEL_FLAT },
	{ "rate 1, mono, line", 1, 1, LEVEL_LINE },
	{ "rate 1, mono, exponential", 1, 1, LEVEL_EXPONENTIAL },
	{ "rate 1, stereo, flat", 2, 1, LEVEL_FLAT },
	{ "rate -1, mono, flat", 1, -1, LEVEL_FLAT },
	{ "rate 0.5, mono, flat", 1, 0.5, LEVEL_FLAT },
	{ "rate 0.943, mono, flat", 1, 0.943, LEVEL_FLAT },
	{ "rate 1.059, mono, flat", 1, 1.0594, LEVEL_FLAT },
	{ "rate 1.498, mono, flat", 1, 1.4983, LEVEL_FLAT },
	{ "rate 2, mono, flat", 1, 2, LEVEL_FLAT },
	{ "rate 4.1, mono, flat", 1, 4.1, LEVEL_FLAT },
};

static struct voice voice_make(unsigned k, const struct sample_data *sound, unsigned i)
{
	struct voice v = { .path = { .data = sound }, .gain = { { 0.5f, 0.1f }, { 0.25f, 0.5f } } };
	v.path.rate = (int64_t)(kernels[k].rate * (double)PATH_UNIT);
	v.path.start = (int64_t)(kernels[k].rate < 0 ? 30000 + i * 100 : i * 100) * PATH_UNIT;
	if (kernels[k].level == LEVEL_FLAT)
		envelope_edges(&v.envelope, 1, ENVELOPE_NO_GATE, 1);
	else if (kernels[k].level == LEVEL_LINE)
		envelope_edges(&v.envelope, SOUND_FRAMES, ENVELOPE_NO_GATE, 1);
	else
		envelope_percussive(&v.envelope, 1, SOUND_FRAMES, ENVELOPE_NO_GATE, 1);
	v.end = SOUND_FRAMES;
	return v;
}

/* The least of a few rounds, so that what else the machine does counts least. */
static double kernel_ns(unsigned k)
{
	struct sample_data sound = { .ch = { padded[0] + SAMPLE_PAD_FRAMES, padded[1] + SAMPLE_PAD_FRAMES },
				     .n_ch = kernels[k].n_ch,
				     .n_frames = SOUND_FRAMES,
				     .sample_rate_hz = 44100 };
	_Alignas(64) static sample left[BLOCK_FRAMES], right[BLOCK_FRAMES];
	struct voice voices[VOICES];
	double best = 1e9;

	for (unsigned i = 0; i < VOICES; i++)
		voices[i] = voice_make(k, &sound, i);
	for (int round = 0; round < ROUNDS; round++) {
		uint64_t start_ns = clock_thread_cpu_ns(), spent_ns = 0, n = 0;
		while (spent_ns < ROUND_NS) {
			uint64_t frame = n % 8 * BLOCK_FRAMES;
			for (unsigned i = 0; i < VOICES; i++)
				voice_mix(&voices[i], frame, BLOCK_FRAMES, left, right);
			memset(left, 0, sizeof left);
			memset(right, 0, sizeof right);
			n++;
			spent_ns = clock_thread_cpu_ns() - start_ns;
		}
		double ns = (double)spent_ns / ((double)n * VOICES * BLOCK_FRAMES);
		best = ns < best ? ns : best;
	}
	return best;
}

static int bench_kernels(void)
{
	for (int i = 0; i < SOUND_FRAMES; i++)
		for (int c = 0; c < 2; c++)
			padded[c][SAMPLE_PAD_FRAMES + i] = (sample)(i % 100) / 100;
	for (unsigned k = 0; k < sizeof kernels / sizeof *kernels; k++)
		printf("%-28s %7.3f ns\n", kernels[k].name, kernel_ns(k));
	return EXIT_SUCCESS;
}

/* --- Programs ---------------------------------------------------------------------------------------------- */

enum { SECONDS = 60 };

static const struct {
	const char *name, *source;
} programs[] = {
	{ "W3: four samples in a beat",
	  "cps: 2\n"
	  "out $ s \"bd*4 , ~ sn ~ sn , hh*8 , ~ ~ cp ~ ~ oh ~ ~\" # gain \"1 0.8 0.9\" # pan \"-0.5 0.5 0\"" },
	{ "W4: chords of a sample, 50 a second", "cps: 1\n"
						 "out $ s \"cr*50\" # note \"<c4'maj7 a3'min7 d4'min7 g4'maj7>*5\" # "
						 "gain 0.05 # adsr 0.01 0.1 0.6 0.3 # dur 0.7" },
	{ "W4 with a rate of its own per event",
	  "cps: 1\n"
	  "out $ s \"cr*50\" # note \"<c4'maj7 a3'min7 d4'min7 g4'maj7>*5\" # speed (sine 0.37 * 0.1 + 1) # gain 0.05 "
	  "# adsr 0.01 0.1 0.6 0.3 # dur 0.7" },
	{ "W6: echoes of chords of an instrument",
	  "~x $ saw # gain 0.3\n"
	  "o1 $ s \"808bd(3,8)\"\n"
	  "o2 $ jux rev $ stut 8 0.125 0.1 $ s \"~x(3,8,1)\" # ar 0 1 # note \"<c3'min7 c4'min7>\" # lpf 200" },
};

static double program_cpu_s(struct render_engine *engine, const char *source)
{
	struct sink sink = { &null_sink_ops };
	struct diag_list diags = { .n = 0 };
	struct render_result result;
	struct render_spec spec;
	struct error err = ERROR_INIT;

	render_spec_init(&spec);
	spec.source = source;
	spec.source_len = strlen(source);
	spec.duration_s = SECONDS;
	spec.subtype = AUDIO_FLOAT_32;
	if (render_run(engine, &spec, NULL, &sink, &diags, &result, &err)) {
		fprintf(stderr, "bench_voices: %s\n", diags.n ? diags.items[0].message : err.message);
		exit(EXIT_FAILURE);
	}
	return result.cpu_s;
}

static int bench_programs(void)
{
	struct render_config config = { .n_threads = 1 };
	struct error err = ERROR_INIT;
	struct render_engine *engine = render_engine_new(&config, &err);

	if (!engine) {
		fprintf(stderr, "bench_voices: %s\n", err.message);
		return EXIT_FAILURE;
	}
	for (unsigned i = 0; i < sizeof programs / sizeof *programs; i++) {
		double best_s = 1e9;
		for (int round = 0; round < 3; round++) {
			double s = program_cpu_s(engine, programs[i].source);
			best_s = s < best_s ? s : best_s;
		}
		printf("%-40s %7.0f times real time\n", programs[i].name, SECONDS / best_s);
	}
	render_engine_free(engine);
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "kernels") == 0)
		return bench_kernels();
	if (argc == 2 && strcmp(argv[1], "programs") == 0)
		return bench_programs();
	fputs("Usage: bench_voices kernels | programs\n", stderr);
	return EXIT_FAILURE;
}
