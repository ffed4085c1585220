/* What a render will take, before it is begun: the plan is built, its kernels are added up, its event sources are asked for a
 * few cycles. Nothing is rendered. How far off that is on the examples: docs/OPERATIONS.md, measured by bench/estimate.py.
 *
 *	CPU = frames * (kernels + mastering + encoding) + voices * frames of a voice + notes * frames of a note * its kernels
 *
 * with the nanoseconds of cost.def for kernels. The rest of the constants below come from the same machine. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "render/engine.h"
#include "render/engine/run.h"
#include "render/engine/song.h"
#include "render/graph/plan.h"

/* Nanoseconds. */
#define MIX_NS 56.0     /* per frame: mixing, levels, conversion, hashing */
#define CONTROL_NS 2.0  /* per frame of a pattern that is a signal */
#define VOICE_NS 9.0    /* per frame of a sample's voice: resampling, envelope, mixing */
#define COPY_NS 3.0     /* per frame of a note that was rendered before */
#define HAP_NS 3000.0   /* per event: the query, the voice */
#define UNKNOWN_NS 10.0 /* per frame of a kernel that the table does not have */
#define MASTER_NS 60.0  /* per frame and pass of normalize or an automatic tail, and of the limiter */

#define VOICE_S 0.5 /* of a sample that nobody cuts off */

enum {
	CYCLES_ASKED = 4,   /* of each event source */
	STEPS_MAX = 100000, /* of all their queries: milliseconds */
	NOTES_MAX = 4096,   /* different ones of a source that are told apart */
};

static const struct cost {
	const char *name;
	float constant_ns, moving_ns, single_ns;
} costs[] = {
#define COST(name, constant, moving, single) { #name, constant, moving, single },
#include "render/cost.def"
#undef COST
};

static int compare_cost(const void *name, const void *cost)
{
	return strcmp(name, ((const struct cost *)cost)->name);
}

static bool has_moving_parameter(const struct plan_node *n)
{
	for (uint32_t i = 0; i < n->n_inputs && i < n->def->n_params; i++)
		if (n->inputs[i].node != PLAN_NONE && !(n->def->params[i].flags & PARAM_INPUT))
			return true;
	return false;
}

static double kernel_ns(const struct plan_node *n, bool is_in_loop)
{
	const struct cost *c =
		bsearch(n->def->name, costs, sizeof costs / sizeof costs[0], sizeof costs[0], compare_cost);

	if (!c)
		return UNKNOWN_NS;
	return is_in_loop ? c->single_ns : has_moving_parameter(n) ? c->moving_ns : c->constant_ns;
}

/* --- Events ----------------------------------------------------------------------------------------------- */

struct estimator {
	struct arena *arena; /* of plans and of haps */
	const struct render_spec *spec;
	const struct render_engine *engine;
	const struct graph *graph;
	double cps, seconds; /* of what is rendered */
	size_t n_steps;
	size_t state_bytes;
};

/* Frames that a plan computes: all that lasts, of the rest what is heard. */
struct span_frames {
	double rendered, heard;
};

static double plan_cpu_ns(struct estimator *e, const struct plan *p, struct span_frames frames);

/* Of a value that voices are made from. */
static double number_of(const struct value *v, enum control_key key, double missing)
{
	for (uint32_t i = 0; v->kind == VALUE_MAP && i < v->map.n; i++)
		if (v->map.controls[i].key == key && v->map.controls[i].value.kind == VALUE_NUMBER)
			return v->map.controls[i].value.number;
	return missing;
}

/* Seconds that the event's voice sounds. */
static double sound_s(const struct estimator *e, const struct hap *h, bool is_note)
{
	double event_s = rational_to_double(rational_sub(h->whole.end, h->whole.begin)) / e->cps;
	double gate_s = number_of(&h->value, CONTROL_DUR, event_s * number_of(&h->value, CONTROL_LEGATO, 1));
	double speed = fabs(number_of(&h->value, CONTROL_SPEED, 1));
	double part = fabs(number_of(&h->value, CONTROL_END, 1) - number_of(&h->value, CONTROL_BEGIN, 0));

	if (is_note)
		return gate_s + number_of(&h->value, CONTROL_RELEASE, 0.05);
	return VOICE_S * part / fmax(speed, 0.05);
}

/* What makes two notes the same. */
static uint64_t note_key(const struct hap *h, double seconds)
{
	const double parts[] = { number_of(&h->value, CONTROL_NOTE, 0), number_of(&h->value, CONTROL_N, 0),
				 number_of(&h->value, CONTROL_FREQ, 0), seconds };

	return hash64_bytes(1, parts, sizeof parts);
}

static bool is_seen(uint64_t *seen, size_t *n, uint64_t key)
{
	for (size_t i = 0; i < *n; i++)
		if (seen[i] == key)
			return true;
	if (*n < NOTES_MAX)
		seen[(*n)++] = key;
	return false;
}

/* What some cycles of a source come to. */
struct events {
	double n, voice_s;     /* voices, and how long they sound together */
	double notes_s, new_s; /* notes of instruments, and those of them that differ */
};

static void count_events(struct estimator *e, const struct hap_list *haps, bool has_instruments, struct events *out)
{
	uint64_t *seen = has_instruments ? ARENA_ARRAY(e->arena, NOTES_MAX, uint64_t) : NULL;
	size_t n_seen = 0;

	for (size_t i = 0; i < haps->n; i++) {
		const struct hap *h = &haps->haps[i];
		double s;
		if (!hap_has_onset(h))
			continue;
		s = sound_s(e, h, has_instruments);
		out->n++;
		if (!has_instruments) {
			out->voice_s += s;
			continue;
		}
		out->notes_s += s;
		if (seen && !is_seen(seen, &n_seen, note_key(h, s)))
			out->new_s += s;
	}
}

/* The first cycles of a source, or as many as the song has; *cycles tells how many were seen. A pattern that asks for too
 * much gives what was found: its job will meet a limit of its own. */
static struct events ask(struct estimator *e, const struct plan_node *n, bool has_instruments, double *cycles)
{
	double length = e->seconds * e->cps;
	int64_t asked = length < 1 ? 1 : length < CYCLES_ASKED ? (int64_t)ceil(length) : CYCLES_ASKED;
	struct timespan span = { rational_int(0), rational_int(asked) };
	struct query q = { .arena = e->arena, .seed = e->spec->seed, .max_steps = STEPS_MAX - e->n_steps + 1 };
	struct hap_list haps = { .n = 0 };
	struct events found = { .n = 0 };

	(void)!pattern_query(n->pattern, span, &q, &haps, NULL);
	e->n_steps += q.n_steps < STEPS_MAX - e->n_steps ? q.n_steps : STEPS_MAX - e->n_steps;
	count_events(e, &haps, has_instruments, &found);
	*cycles = (double)asked;
	return found;
}

/* heard: the share of its voices that are mixed. */
static double events_cpu_ns(struct estimator *e, const struct plan_node *n, const struct plan_events *source,
			    double heard)
{
	bool has_instruments = source->n_instruments > 0;
	double cycles, rate = e->spec->sample_rate_hz, instrument_ns = 0, repeats, mixed;
	struct events found = ask(e, n, has_instruments, &cycles);
	bool follows_song = false;

	for (uint32_t i = 0; i < source->n_instruments; i++) {
		/* Per frame; of several instruments each plays its part. */
		instrument_ns += plan_cpu_ns(e, source->plans[i], (struct span_frames){ 1, 1 }) / source->n_instruments;
		follows_song |= source->follows_song[i];
	}
	repeats = e->seconds * e->cps / cycles;
	mixed = heard * repeats;
	return repeats * found.n * HAP_NS + mixed * rate * (found.voice_s * VOICE_NS + found.notes_s * COPY_NS) +
	       (follows_song ? mixed * found.notes_s : fmin(mixed, 1) * found.new_s) * rate * instrument_ns;
}

/* --- Plans ------------------------------------------------------------------------------------------------ */

static void add_state(struct estimator *e, const struct plan_node *n)
{
	struct node_input in[NODE_INPUTS_MAX];
	struct node_env env = song_env(e->spec, e->graph);

	if (!n->def->state_bytes)
		return;
	plan_node_constants(n, in);
	e->state_bytes += n->def->state_bytes(&env, in) * n->n_kernels;
}

/* Of a plan that runs for so many frames, with the instruments that it plays. */
static double plan_cpu_ns(struct estimator *e, const struct plan *p, struct span_frames frames)
{
	double ns = 0;

	for (uint32_t i = 0; i < p->n_nodes; i++) {
		const struct plan_node *n = &p->nodes[i];
		const struct plan_stage *st = &p->stages[n->stage];
		double computed = st->is_lasting ? frames.rendered : frames.heard;
		if (n->kind == GRAPH_CONTROL)
			ns += CONTROL_NS * computed;
		if (n->kind == GRAPH_EVENTS && frames.rendered > 1)
			ns += events_cpu_ns(e, n, &p->events[n->events_idx], computed / frames.rendered);
		if (n->kind != GRAPH_NODE)
			continue;
		/* The table is per channel. */
		ns += computed * (n->def->is_stereo ? 2 : n->n_kernels) * kernel_ns(n, st->kind == STAGE_LOOP);
		add_state(e, n);
	}
	return ns;
}

/* Per frame of a file. */
static double encode_ns(const struct render_spec *spec)
{
	static const double ns[AUDIO_FORMAT_COUNT] = { [AUDIO_FORMAT_WAV] = 10,
						       [AUDIO_FORMAT_FLAC] = 40,
						       [AUDIO_FORMAT_VORBIS] = 250,
						       [AUDIO_FORMAT_OPUS] = 350 };

	return ns[spec->format] * spec->channels;
}

static double master_ns(const struct render_spec *spec)
{
	return MIX_NS + (render_spec_needs_spool(spec) ? MASTER_NS : 0) + (spec->has_limiter ? MASTER_NS : 0);
}

/* --- Bytes ------------------------------------------------------------------------------------------------ */

/* Of one file: exact for WAV but for the header, what music usually comes to for the others. */
static double file_bytes(const struct render_spec *spec, double frames)
{
	static const double subtype_bytes[] = { [AUDIO_PCM_16] = 2, [AUDIO_PCM_24] = 3, [AUDIO_FLOAT_32] = 4 };
	double plain = frames * spec->channels * subtype_bytes[spec->subtype];
	double kbps = spec->bitrate_kbps > 0 ? spec->bitrate_kbps : RENDER_BITRATE_CHANNEL_DEFAULT * spec->channels;

	switch (spec->format) {
	case AUDIO_FORMAT_WAV:
		return plain + 80;
	case AUDIO_FORMAT_FLAC:
		return 0.7 * plain;
	case AUDIO_FORMAT_VORBIS:
		kbps = (32 + 16 * spec->quality) * spec->channels;
		break;
	case AUDIO_FORMAT_OPUS:
		break;
	}
	return 125 * kbps * frames / spec->sample_rate_hz;
}

/* --- Together --------------------------------------------------------------------------------------------- */

static void fill(struct estimator *e, const struct plan *p, const struct render_lengths *lengths,
		 struct render_estimate *out)
{
	const struct render_spec *spec = e->spec;
	double n_files = 1 + (spec->has_stems ? p->n_outputs : 0);
	struct song song = {
		.spec = spec,
		.n_frames = lengths->main_frames + lengths->tail_frames,
		.first_frame = lengths->first_frame,
		.end_frame = lengths->end_frame,
		.block_frames = e->engine ? e->engine->block_frames : 0,
		.memory_bytes = e->engine ? e->engine->job_memory_bytes : SIZE_MAX,
	};
	struct tuning t = song_tuning(&song, p, e->engine ? pool_workers(e->engine->pool) : 1);

	struct song_part part = song_part(&song);
	/* Of an automatic tail's longest; frames. */
	double usual = spec->is_tail_automatic ? 0.1 * (double)lengths->tail_frames : 0, unlikely = 9 * usual;
	struct span_frames frames = { (double)part.n_frames - unlikely,
				      (double)(part.n_frames - part.heard_from) - unlikely };
	double file_frames = (double)out->frames + (spec->to_cycle > 0 ? 0 : usual);

	e->seconds = fmin((double)lengths->main_frames, frames.rendered) / spec->sample_rate_hz;
	out->frames_rendered = part.n_frames - (spec->is_tail_automatic ? lengths->tail_frames : 0);
	out->cpu_s = 1e-9 * (plan_cpu_ns(e, p, frames) + frames.heard * master_ns(spec) +
			     file_frames * n_files * encode_ns(spec));
	out->bytes = (uint64_t)(n_files * file_bytes(spec, file_frames));
	out->memory_bytes = e->arena->used_bytes + e->state_bytes + t.n_slots * run_slot_bytes(p, t.block_frames);
}

static int estimate(struct arena *a, const struct render_engine *engine, const struct render_spec *spec,
		    struct render_estimate *out, struct diag_list *diags, struct error *err)
{
	struct render_lengths lengths;
	const struct program *program =
		render_compile(a, engine, spec->samples, spec->source, spec->source_len, diags, err);
	const struct plan *plan;
	struct node_env env;

	if (!program || render_lengths_of(engine, spec, program->graph, &lengths, err) ||
	    render_program_hash(spec, program, &lengths, out->content_hash, err))
		return -1;
	env = song_env(spec, program->graph);
	plan = plan_build(a, program->graph, &env, diags, err);
	if (!plan)
		return -1;
	struct estimator e = { .arena = a,
			       .spec = spec,
			       .engine = engine,
			       .graph = program->graph,
			       .cps = rational_to_double(program->graph->cps) };
	out->frames = render_file_frames(spec, &lengths);
	fill(&e, plan, &lengths, out);
	return 0;
}

int render_estimate(const struct render_engine *engine, const struct render_spec *spec, struct render_estimate *out,
		    struct diag_list *diags, struct error *err)
{
	struct arena arena;
	int rc;

	*out = (struct render_estimate){ .frames = 0 };
	if (render_spec_check(spec, err))
		return -1;
	arena_init(&arena, COMPILE_BYTES_MAX);
	rc = estimate(&arena, engine, spec, out, diags, err);
	arena_fini(&arena);
	return rc;
}
