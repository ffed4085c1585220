/* The renderer: programs in the Phonon language to audio files. The only header of render/ that other folders
 * include.
 *
 * A render_engine is process-wide: the pool with one worker per allowed core, and the sample library. Jobs are
 * run by render_run(), from as many threads at once as you like; each call sleeps while the pool's workers run
 * the job's tiles. A spec and the engine version decide every byte of the output; threads, block size, sink and
 * what else runs do not. render/ knows no queue, no database and no HTTP. */
#ifndef RENDER_RENDER_H
#define RENDER_RENDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/checkpoint.h"
#include "base/diag.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/job_control.h"
#include "base/sample_set.h"
#include "base/sink.h"

/* Part of every content hash. Increment whenever any program's bytes may change. */
enum { RENDER_ENGINE_VERSION = 3 };

/* Vorbis and Opus in Ogg; WAV becomes RF64 when it must. */
enum audio_format { AUDIO_FORMAT_WAV, AUDIO_FORMAT_FLAC, AUDIO_FORMAT_VORBIS, AUDIO_FORMAT_OPUS };
enum { AUDIO_FORMAT_COUNT = AUDIO_FORMAT_OPUS + 1 };
enum audio_subtype { AUDIO_PCM_16, AUDIO_PCM_24, AUDIO_FLOAT_32 };

/* Names as in the API: "wav", "flac", "vorbis", "opus"; "pcm_16", "pcm_24", "float_32". find returns -1 for an unknown
 * name. */
const char *audio_format_name(enum audio_format f);
int audio_format_find(const char *name);
const char *audio_subtype_name(enum audio_subtype s);
int audio_subtype_find(const char *name);

/* Of file names, without the dot: "wav", "flac", "ogg", "opus". find takes "oga" too; -1 for an unknown one. */
const char *audio_format_extension(enum audio_format f);
int audio_format_find_extension(const char *extension);
/* "audio/flac"; of Opus "audio/ogg; codecs=opus" (RFC 7845 section 9). */
const char *audio_format_media_type(enum audio_format f);
/* Vorbis and Opus: subtypes mean nothing to them. */
bool audio_format_is_lossy(enum audio_format f);
/* The rate when nobody names one: 44100, 48000 for Opus. */
uint32_t audio_format_default_rate(enum audio_format f);

enum normalize_mode { NORMALIZE_NONE, NORMALIZE_PEAK, NORMALIZE_LOUDNESS };

/* "none", "peak", "loudness"; find returns -1 for an unknown name. */
const char *normalize_mode_name(enum normalize_mode m);
int normalize_mode_find(const char *name);
/* What a mode aims at when nobody says: -1 dBTP, -14 LUFS. */
double normalize_mode_default(enum normalize_mode m);

#define RENDER_SAMPLE_RATE_MIN 8000u
#define RENDER_SAMPLE_RATE_MAX 192000u
#define RENDER_QUALITY_MAX 10.0 /* of Vorbis */
#define RENDER_QUALITY_DEFAULT 5.0
#define RENDER_BITRATE_CHANNEL_MIN 6.0 /* kbit/s of Opus, per channel */
#define RENDER_BITRATE_CHANNEL_MAX 256.0
#define RENDER_BITRATE_CHANNEL_DEFAULT 64.0
#define RENDER_LEVEL_DB_MIN -70.0   /* of targets: the absolute gate of BS.1770 */
#define RENDER_CEILING_DB_MIN -40.0 /* of the limiter */
#define RENDER_FADE_MAX_S 3600.0
#define RENDER_TAIL_MAX_S 600.0
#define RENDER_TAIL_AUTO_S 60.0   /* an automatic tail ends here at the latest */
#define RENDER_TAIL_AUTO_DB -90.0 /* what is below this is silence to it */
#define RENDER_STEMS_MAX 64
#define RENDER_SPOOL_BYTES_MAX ((uint64_t)32 << 30) /* 25 hours of stereo at 44.1 kHz; with stems less */
#define RENDER_SOURCE_BYTES_MAX (256u * 1024u)
#define RENDER_GAIN_MAX 100.0
#define RENDER_BLOCK_FRAMES_MIN 64u
#define RENDER_BLOCK_FRAMES_MAX 4096u
#define RENDER_THREADS_MAX 1024u
#define RENDER_CPU_MAX_S 1e9

/* What to render. Borrowed during a call; source need not be NUL-terminated. */
struct render_spec {
	const char *source;
	size_t source_len;       /* bytes, <= RENDER_SOURCE_BYTES_MAX */
	double cycles;           /* length in cycles, > 0; or 0 and duration_s counts */
	double duration_s;       /* length in seconds, > 0, when cycles is 0 */
	uint32_t sample_rate_hz; /* RENDER_SAMPLE_RATE_MIN..MAX */
	unsigned channels;       /* 1 (the mean of both) or 2 */
	enum audio_format format;
	enum audio_subtype subtype;
	double quality;      /* of Vorbis, 0..RENDER_QUALITY_MAX */
	double bitrate_kbps; /* of Opus, all channels together; 0: RENDER_BITRATE_CHANNEL_DEFAULT for each */
	double gain;         /* linear, 0..RENDER_GAIN_MAX, applied to the mix */
	uint64_t seed;       /* of everything random */
	/* The window of the render that becomes the file, in cycles, with exactly the samples that the whole has there. */
	double from_cycle, to_cycle; /* to_cycle 0: to the end, the tail included */
	/* The way from the mix to the file, in this order; engine/master.h says what each step does. */
	double tail_s;          /* rendered after the end, in which no event begins; 0..RENDER_TAIL_MAX_S */
	bool is_tail_automatic; /* until the sound has died away, at most RENDER_TAIL_AUTO_S; tail_s is 0 */
	double fade_in_s, fade_out_s;
	enum normalize_mode normalize;
	double normalize_to; /* dBTP for NORMALIZE_PEAK, LUFS for NORMALIZE_LOUDNESS; RENDER_LEVEL_DB_MIN..0 */
	bool has_limiter;
	double ceiling_db; /* of the limiter, dBTP, RENDER_CEILING_DB_MIN..0 */
	bool has_stems;    /* a file per output as well */
	/* Over the engine's own; NULL: none. Those of the banks that the program plays count, and are marked. */
	struct sample_set *samples;
	/* Speed only; never in the content hash, never in the bytes. */
	unsigned threads;      /* most workers of the pool at this job; 0: no cap */
	unsigned block_frames; /* power of two, RENDER_BLOCK_FRAMES_MIN..MAX; 0: the engine's default */
	double cpu_s_max;      /* CPU time that it may take before it fails, 0..RENDER_CPU_MAX_S; 0: any */
	/* Leaves the digests of the files in the result zero. A digest takes the bytes one after the other: no number of
	 * workers makes that faster, and of a fast render it is a large part of the work. */
	bool skips_digests;
};

/* 10 s of 44.1 kHz stereo WAV, PCM 16, gain 1, seed 0, no tail, no mastering, no caps. source is left NULL. */
void render_spec_init(struct render_spec *spec);

/* ERR_INVALID naming the first member that is out of range, e.g. "'sample_rate' must be 8000..192000, found 12". */
int render_spec_check(const struct render_spec *spec, struct error *err) WARN_UNUSED;

/* Does a render of this spec hold its whole signal until it knows more: with normalize or an automatic tail? */
bool render_spec_needs_spool(const struct render_spec *spec);

struct render_config {
	unsigned n_threads;      /* workers; 0: cpu_allowed_count() */
	unsigned block_frames;   /* default block; 0: chosen */
	const char *samples_dir; /* Dirt-Samples layout, or NULL for the built-in kit alone */
	size_t job_memory_bytes; /* cap per job; 0: 512 MiB */
	double job_duration_s;   /* longest render; 0: 3600 */
	/* Between two checkpoints of a render that takes longer; 0: none are kept. */
	double checkpoint_interval_s;
	double checkpoint_cost_max; /* what they may cost, as a share of the render's CPU time; 0: any */
};

struct render_engine;

/* Starts the workers. NULL on failure. Free with render_engine_free() when no render_run() is in progress. */
struct render_engine *render_engine_new(const struct render_config *config, struct error *err) WARN_UNUSED;
void render_engine_free(struct render_engine *engine);
unsigned render_engine_threads(const struct render_engine *engine);

enum { RENDER_STEM_NAME_SIZE = 16 };

/* The file of one output. */
struct render_stem {
	char name[RENDER_STEM_NAME_SIZE]; /* "out", "o1" ... */
	uint64_t bytes;
	double peak;
	uint64_t clipped_frames;
	uint8_t sha256[SHA256_BYTES]; /* zero with skips_digests, as that of the mix */
};

struct render_result {
	uint64_t frames;              /* per channel */
	uint64_t bytes;               /* of the file */
	double peak;                  /* largest |sample| before conversion, 1.0 = full scale */
	double true_peak;             /* largest value of the signal between the samples too (BS.1770, 4 x) */
	double loudness_lufs;         /* integrated (BS.1770, EBU R 128); -INFINITY for silence and less than 400 ms */
	uint64_t clipped_frames;      /* frames with a sample beyond full scale (always 0 for float_32) */
	uint8_t sha256[SHA256_BYTES]; /* of the file */
	struct render_stem stems[RENDER_STEMS_MAX];
	unsigned n_stems;
	double cpu_s; /* CPU time of all workers in this job */
	double wall_s;
};

/* Where a render puts what is more than one file. All calls come while render_run_files() runs, one at a time. */
struct render_files {
	void *ctx;
	struct sink *mix;
	/* A sink for stem number i (0 ...), which the render finishes or aborts. NULL with err. */
	struct sink *(*open_stem)(void *ctx, unsigned i, const char *name, struct error *err);
	/* A place for what is too long for memory (base/spool.h); freed by the render. NULL with err. */
	struct spool *(*open_spool)(void *ctx, struct error *err);
	/* The checkpoint of this render, found or new (base/checkpoint.h); ended by the render. *found NULL: there is to be
	 * none. May be NULL. A failure is logged, and the render keeps none. */
	int (*open_checkpoint)(void *ctx, struct checkpoint **found, struct error *err);
};

/* Compiles and renders into files->mix and the stems, and finishes them, the mix last. On failure all are aborted and err
 * says why: ERR_SOURCE (see diags), ERR_INVALID, ERR_CANCELED, ERR_BUDGET, ERR_NO_MEMORY, or what a sink or the spool
 * said. diags receives errors and warnings either way. control may be NULL. Any thread. */
int render_run_files(struct render_engine *engine, const struct render_spec *spec, struct job_control *control,
		     const struct render_files *files, struct diag_list *diags, struct render_result *result,
		     struct error *err) WARN_UNUSED;

/* As render_run_files() for a spec that needs neither stems nor a spool (render_spec_needs_spool()). */
int render_run(struct render_engine *engine, const struct render_spec *spec, struct job_control *control,
	       struct sink *sink, struct diag_list *diags, struct render_result *result, struct error *err) WARN_UNUSED;

/* Lexes, parses, resolves and checks; -1 with ERR_SOURCE when there are errors. engine and samples (may be NULL) give the
 * sample names; without an engine these are not checked. Any thread. */
int render_check(const struct render_engine *engine, struct sample_set *samples, const char *source, size_t len,
		 struct diag_list *diags, struct error *err) WARN_UNUSED;

/* SHA-256 over canonical source, options that count, engine version and the digests of the samples that the
 * program can play: equal hashes mean equal files. -1 with ERR_SOURCE when the program does not compile. */
int render_content_hash(const struct render_engine *engine, const struct render_spec *spec, uint8_t out[SHA256_BYTES],
			struct diag_list *diags, struct error *err) WARN_UNUSED;

/* Frames of the file that the spec asks for with the program's tempo, the tail included unless it is automatic; -1 with
 * ERR_SOURCE, ERR_INVALID or ERR_TOO_LARGE. */
int render_length(const struct render_engine *engine, const struct render_spec *spec, uint64_t *n_frames,
		  struct diag_list *diags, struct error *err) WARN_UNUSED;

/* What a render will take, as far as can be told before. */
struct render_estimate {
	uint64_t frames;                    /* as render_length() */
	uint64_t frames_rendered;           /* a window may need more than itself */
	uint8_t content_hash[SHA256_BYTES]; /* as render_content_hash() */
	uint64_t bytes;                     /* of all its files; of compressed ones what is usual */
	double cpu_s;                       /* of all workers together, on the machine of render/cost.def */
	uint64_t memory_bytes;
};

/* Compiles and plans, renders nothing. -1 as render_check(), or ERR_TOO_LARGE. Any thread. */
int render_estimate(const struct render_engine *engine, const struct render_spec *spec, struct render_estimate *out,
		    struct diag_list *diags, struct error *err) WARN_UNUSED;

enum render_dump { RENDER_DUMP_TOKENS, RENDER_DUMP_AST, RENDER_DUMP_GRAPH, RENDER_DUMP_PLAN };

/* The state of the pipeline after a stage, as text for people and golden tests. */
int render_dump(const struct render_engine *engine, const char *source, size_t len, enum render_dump what,
		struct buf *out, struct diag_list *diags, struct error *err) WARN_UNUSED;

/* Appends the program in canonical layout: current forms, one statement a line; comments, empty lines between statements
 * and line breaks within them stay. The result means the same, and formatting it again changes nothing. ERR_SOURCE when
 * the program cannot be read (see diags), ERR_TOO_LARGE, ERR_INTERNAL; out may then hold a part. Any thread. */
int render_format(const char *source, size_t len, struct buf *out, struct diag_list *diags,
		  struct error *err) WARN_UNUSED;

/* A decimal or "n/d" text as a number of cycles; -1 when it is neither. */
int render_parse_cycle(const char *text, double *cycles) WARN_UNUSED;

/* The haps of a mini-notation string or pattern expression (`"bd(3,8)" $ fast 2`) over cycles [from, to), as
 * JSON Lines in the form of tests/vectors: {"whole":["n/d","n/d"],"part":[...],"value":...}. from and to are
 * decimal or "n/d" texts. */
int render_query(const char *expr, size_t len, const char *from, const char *to, struct buf *out,
		 struct diag_list *diags, struct error *err) WARN_UNUSED;

/* What a program plays in cycles [from, to), as JSON Lines in the order of time, one line per onset of an event source:
 * {"time_s":..,"duration_s":..,"source":{"line":..,"column":..,"offset":..,"length":..}|null,"hap":{..}}. source is the
 * place in the program that the event comes from, hap as in render_query(). */
int render_events(const struct render_engine *engine, const char *source, size_t len, const char *from, const char *to,
		  struct buf *out, struct diag_list *diags, struct error *err) WARN_UNUSED;

/* --- The outline of a file ------------------------------------------------------------------------------------- */

enum { RENDER_PEAKS_FRAMES_MIN = 16, RENDER_PEAKS_FRAMES_MAX = 1 << 20 };

struct render_peaks;

struct render_peaks_info {
	uint32_t sample_rate_hz;
	unsigned n_channels, frames_per_pixel;
	uint64_t n_pixels; /* the last one may have fewer frames */
};

struct render_peak {
	float low, high; /* full scale is 1 */
};

/* Of a file that render_run_files() wrote; takes fd. frames_per_pixel is RENDER_PEAKS_FRAMES_MIN..MAX. NULL with
 * ERR_CORRUPT or ERR_NO_MEMORY. One thread at a time. */
struct render_peaks *render_peaks_open(int fd, unsigned frames_per_pixel, struct error *err) WARN_UNUSED;
void render_peaks_close(struct render_peaks *p);
const struct render_peaks_info *render_peaks_info(const struct render_peaks *p);
/* The next pixels, out[n_max][n_channels]: how many. It decodes 2^20 frames at most, so that may be none although there are
 * more; after info.n_pixels there are no more. */
size_t render_peaks_read(struct render_peaks *p, struct render_peak *out, size_t n_max);
/* Begins again. */
int render_peaks_rewind(struct render_peaks *p, struct error *err) WARN_UNUSED;

/* --- The spectrum of a file ------------------------------------------------------------------------------------- */

struct render_spectrum {
	unsigned n_columns; /* evenly in time */
	unsigned n_rows;    /* evenly in the logarithm of the frequency, the highest first */
	double low_hz;      /* > 0 */
	double high_hz;     /* 0: half the sample rate */
};

/* Of a file that render_run_files() wrote; takes fd. levels_db[n_rows][n_columns]: 0 is a sine of full scale, -200 silence.
 * -1 with ERR_CORRUPT or ERR_NO_MEMORY. */
int render_spectrum_measure(int fd, const struct render_spectrum *s, float *levels_db, struct error *err) WARN_UNUSED;

/* --- Uploaded samples -------------------------------------------------------------------------------------------- */

/* Decodes the audio file that in_fd is (regular, at its begin) and writes its decoded form to out_fd. For a process that can do
 * nothing else: the libraries that read audio files are the part of this program that hostile bytes reach first.
 * ERR_CORRUPT: not WAV, AIFF or FLAC with plain samples, or damaged; ERR_TOO_LARGE: over 64 MiB decoded. */
int render_sample_decode(int in_fd, int out_fd, struct error *err) WARN_UNUSED;

struct render_sample_info {
	uint64_t frames, bytes; /* of the decoded form */
	uint32_t sample_rate_hz;
	unsigned channels; /* of the upload */
};

/* What a decoded form holds, which nobody has vouched for. ERR_CORRUPT when it is none. */
int render_sample_info(int fd, struct render_sample_info *out, struct error *err) WARN_UNUSED;

/* "audio/wav", "audio/aiff", "audio/flac" by the first bytes (12 are enough); NULL: none of these. */
const char *render_sample_media_type(const void *head, size_t n);

/* The names of the installed samples, sorted; *n of them, which live as long as the engine. */
const char *const *render_sample_names(const struct render_engine *engine, size_t *n);
/* How many variations an installed name has; 0: there is none of that name. */
size_t render_sample_variations(const struct render_engine *engine, const char *name);

/* --- What the language has ------------------------------------------------------------------------------------ */

enum render_entry_kind {
	RENDER_ENTRY_SOURCE,    /* makes events or patterns: s, stack, cat */
	RENDER_ENTRY_FUNCTION,  /* makes or changes a signal */
	RENDER_ENTRY_MODIFIER,  /* sets a control of events, behind `#` */
	RENDER_ENTRY_TRANSFORM, /* changes a pattern, behind `$` */
};

/* What an argument may be. A signal is also a number, a pattern, a bus or an expression. */
enum render_argument {
	RENDER_ARGUMENT_INPUT, /* a signal that `#` supplies, or the first argument */
	RENDER_ARGUMENT_SIGNAL,
	RENDER_ARGUMENT_CONSTANT, /* a number */
	RENDER_ARGUMENT_NUMBERS,  /* a string of numbers */
	RENDER_ARGUMENT_LIST,     /* [a, b, …] */
	RENDER_ARGUMENT_GATE,     /* a string of steps that are true or not */
	RENDER_ARGUMENT_PATTERN,
	RENDER_ARGUMENT_NAMES, /* a pattern of names */
	RENDER_ARGUMENT_TRANSFORM,
	RENDER_ARGUMENT_TRANSFORMS, /* a list of them, or one */
};

enum { RENDER_PARAMS_MAX = 16 };

struct render_param {
	const char *name, *unit, *doc; /* unit may be "", doc NULL */
	enum render_argument argument;
	bool is_optional;
	double def;               /* with is_optional */
	double min, max;          /* min < max, or there is no range */
	const char *const *words; /* NULL, or the names that it takes, ended by NULL */
};

/* Static texts; reference is NULL where the algorithm is its definition. */
struct render_entry {
	enum render_entry_kind kind;
	const char *name;
	const char *const *aliases; /* ended by NULL */
	const char *doc, *reference, *example;
	struct render_param params[RENDER_PARAMS_MAX];
	unsigned n_params;
};

/* Functions sorted by name, then transforms sorted by name. i < render_catalogue_len(). Any thread. */
size_t render_catalogue_len(void);
void render_catalogue_entry(size_t i, struct render_entry *out);

/* "source", "function"…; "input", "signal", "constant"… */
const char *render_entry_kind_name(enum render_entry_kind kind);
const char *render_argument_name(enum render_argument argument);

#endif
