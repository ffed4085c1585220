#include "render/engine/note.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "render/dsp/simd.h"
#include "render/engine/mix.h"

enum { BUCKETS = 256, SEEN = 1024 };

#define NOTE_BYTES_MAX ((size_t)64 << 20)       /* of one note: three minutes of stereo at 44.1 kHz */
#define SAMPLE_NOTE_BYTES_MAX ((size_t)4 << 20) /* of a sample's, so that many have room */
#define NOTE_C4_HZ 261.6255653005986

struct note_cache {
	struct run_shared *shared;
	unsigned n_slots; /* blocks in flight */
	struct note *buckets[BUCKETS];
	uint64_t seen[SEEN]; /* hashes of paths that were asked for */
};

/* --- Pitch ------------------------------------------------------------------------------------------------ */

struct pitch note_pitch_hz(double hz, double semitones, double base_hz)
{
	hz *= f64_exp2(semitones / 12.0);
	if (base_hz > 0)
		return (struct pitch){ .free_hz = hz, .ratio = hz / base_hz };
	return (struct pitch){ .free_hz = hz, .ratio = 1, .replace_hz = hz };
}

struct pitch note_pitch(bool has_note, bool is_named, double note, double n, double base_hz)
{
	double semitones = (has_note ? note : 0) + n;
	double step = f64_exp2(semitones / 12.0);
	if (has_note && is_named)
		return note_pitch_hz(NOTE_C4_HZ, semitones, base_hz);
	return (struct pitch){ .free_hz = NOTE_C4_HZ * step, .ratio = step };
}

double note_base_hz(const struct plan *plan)
{
	for (uint32_t i = 0; i < plan->n_nodes; i++)
		for (uint32_t k = 0; k < plan->nodes[i].n_inputs; k++) {
			const struct plan_input *in = &plan->nodes[i].inputs[k];
			if (in->is_pitch && !in->is_free_pitch && in->node == PLAN_NONE && in->value > 0)
				return in->value;
		}
	return 0;
}

/* --- Cache ------------------------------------------------------------------------------------------------ */

struct note_cache *note_cache_new(struct run_shared *shared, unsigned n_slots)
{
	struct note_cache *c = calloc(1, sizeof *c);
	if (!c)
		return NULL;
	c->shared = shared;
	c->n_slots = n_slots;
	return c;
}

static void note_free(struct note_cache *c, struct note *n)
{
	atomic_fetch_sub_explicit(&c->shared->note_bytes, n->bytes, memory_order_relaxed);
	free(n->memory);
	free(n);
}

void note_cache_free(struct note_cache *c)
{
	if (!c)
		return;
	for (unsigned i = 0; i < BUCKETS; i++)
		while (c->buckets[i]) {
			struct note *n = c->buckets[i];
			c->buckets[i] = n->next;
			note_free(c, n);
		}
	free(c);
}

static uint64_t double_bits(double x)
{
	uint64_t bits;
	memcpy(&bits, &x, sizeof bits);
	return bits;
}

static uint64_t path_hash(const struct path *p)
{
	uint64_t h = hash64_pair((uint64_t)(uintptr_t)p->data, (uint64_t)p->start);
	h = hash64_pair(h, (uint64_t)p->rate);
	h = hash64_pair(hash64_pair(h, (uint64_t)p->bend), p->bend_frames);
	return hash64_pair(hash64_pair(h, (uint64_t)p->loop_begin), (uint64_t)p->loop_length);
}

static bool path_equal(const struct path *a, const struct path *b)
{
	return a->data == b->data && a->start == b->start && a->rate == b->rate && a->bend == b->bend &&
	       a->bend_frames == b->bend_frames && a->loop_begin == b->loop_begin && a->loop_length == b->loop_length;
}

static uint64_t key_hash(const struct note_key *k)
{
	if (k->instrument == NOTE_OF_SAMPLE)
		return path_hash(&k->path);
	uint64_t h = hash64_pair(k->instrument, k->n_frames);
	h = hash64_pair(h, double_bits(k->pitch.free_hz));
	h = hash64_pair(h, double_bits(k->pitch.ratio));
	return hash64_pair(h, k->onset);
}

/* Whether the note of `a` serves for b. That of a sample may be longer. */
static bool key_serves(const struct note_key *a, const struct note_key *b)
{
	if (a->instrument == NOTE_OF_SAMPLE)
		return b->instrument == NOTE_OF_SAMPLE && a->n_frames >= b->n_frames && path_equal(&a->path, &b->path);
	return a->instrument == b->instrument && a->n_frames == b->n_frames && a->onset == b->onset &&
	       a->pitch.free_hz == b->pitch.free_hz && a->pitch.ratio == b->pitch.ratio &&
	       a->pitch.replace_hz == b->pitch.replace_hz;
}

/* Room for n_frames of n_ch channels between silent pads. */
static int note_allocate(struct note *n, unsigned n_ch)
{
	size_t stride = n->key.n_frames + 2 * SAMPLE_PAD_FRAMES;
	n->memory = calloc(stride * n_ch, sizeof *n->memory);
	n->bytes = stride * n_ch * sizeof *n->memory;
	n->audio.n_ch = n_ch;
	return n->memory ? 0 : -1;
}

static struct note *note_new(struct note_cache *c, const struct note_key *key, unsigned n_ch, struct span where,
			     struct error *err)
{
	size_t frame_bytes = n_ch * sizeof(sample);
	struct note *n;
	if (key->n_frames > NOTE_BYTES_MAX / frame_bytes) {
		error_set_at(err, ERR_BUDGET, where, "a note of %.0f s is too long for an instrument",
			     (double)key->n_frames / c->shared->env.sample_rate_hz);
		return NULL;
	}
	n = calloc(1, sizeof *n);
	if (n)
		n->key = *key;
	if (!n || note_allocate(n, n_ch)) {
		free(n);
		error_set(err, ERR_NO_MEMORY, "no memory for a note");
		return NULL;
	}
	size_t before = atomic_fetch_add_explicit(&c->shared->note_bytes, n->bytes, memory_order_relaxed);
	if (before + n->bytes > c->shared->memory_cap_bytes) {
		note_free(c, n);
		error_set_at(err, ERR_BUDGET, where, "too many long notes sound at the same time");
		return NULL;
	}
	return n;
}

static struct note *cache_look_up(const struct note_cache *c, const struct note_key *key, uint64_t hash)
{
	struct note *n = c->buckets[hash % BUCKETS];
	while (n && !key_serves(&n->key, key))
		n = n->next;
	return n;
}

struct note *note_cache_look_up(const struct note_cache *c, const struct note_key *key)
{
	return cache_look_up(c, key, key_hash(key));
}

static void cache_insert(struct note_cache *c, struct note *n, uint64_t hash)
{
	n->next = c->buckets[hash % BUCKETS];
	c->buckets[hash % BUCKETS] = n;
}

struct note *note_cache_find(struct note_cache *c, const struct note_key *key, unsigned n_ch, struct span where,
			     struct error *err)
{
	uint64_t hash = key_hash(key);
	struct note *n = cache_look_up(c, key, hash);
	if (n)
		return n;
	n = note_new(c, key, n_ch, where, err);
	if (n)
		cache_insert(c, n, hash);
	return n;
}

/* Whether a path was asked for before; remembers that it was now. */
static bool path_was_seen(struct note_cache *c, uint64_t hash)
{
	uint64_t *slot = &c->seen[hash / BUCKETS % SEEN], before = *slot;
	*slot = hash;
	return before == hash;
}

static bool has_room(const struct note_cache *c, size_t bytes)
{
	size_t taken = atomic_load_explicit(&c->shared->note_bytes, memory_order_relaxed);
	return bytes <= SAMPLE_NOTE_BYTES_MAX && taken + bytes <= c->shared->memory_cap_bytes / 2;
}

struct note *note_cache_find_path(struct note_cache *c, const struct path *path, uint64_t n_frames)
{
	struct note_key key = { .instrument = NOTE_OF_SAMPLE, .n_frames = n_frames, .path = *path };
	uint64_t hash = key_hash(&key);
	struct note *n = cache_look_up(c, &key, hash);
	if (n || !path_was_seen(c, hash) || n_frames > SAMPLE_NOTE_BYTES_MAX ||
	    !has_room(c, n_frames * path->data->n_ch * sizeof(sample)))
		return n;
	n = note_new(c, &key, path->data->n_ch, (struct span){ 0, 0 }, NULL);
	if (n)
		cache_insert(c, n, hash);
	return n;
}

/* The link to the note that has been unused for longest; NULL when all are in use. */
static struct note **note_oldest(struct note_cache *c, uint64_t block)
{
	struct note **oldest = NULL;
	for (unsigned i = 0; i < BUCKETS; i++)
		for (struct note **link = &c->buckets[i]; *link; link = &(*link)->next) {
			if ((*link)->n_voices > 0 || (*link)->last_block + c->n_slots > block)
				continue;
			if (!oldest || (*link)->last_block < (*oldest)->last_block)
				oldest = link;
		}
	return oldest;
}

void note_cache_evict(struct note_cache *c, uint64_t block)
{
	while (atomic_load_explicit(&c->shared->note_bytes, memory_order_relaxed) > c->shared->memory_cap_bytes / 2) {
		struct note **link = note_oldest(c, block);
		if (!link)
			return;
		struct note *n = *link;
		*link = n->next;
		note_free(c, n);
	}
}

/* --- Rendering -------------------------------------------------------------------------------------------- */

static sample *note_channel(const struct note *n, unsigned ch)
{
	return n->memory + ch * (n->key.n_frames + 2 * SAMPLE_PAD_FRAMES) + SAMPLE_PAD_FRAMES;
}

static int note_deliver(void *ctx, struct run *run, const struct run_step *step, struct error *err)
{
	struct note *n = ctx;
	sample out[PLAN_CHANNELS_MAX][BLOCK_FRAMES_MAX];
	(void)err;
	mix_outputs(run, step->block, out[0], out[1], step->n_frames);
	for (unsigned ch = 0; ch < n->audio.n_ch; ch++)
		memcpy(note_channel(n, ch) + step->block * run->spec.shared->block_frames, out[ch],
		       step->n_frames * sizeof(sample));
	return 0;
}

/* The audio as a sound of the job's rate. */
static void note_publish(struct note *n, double sample_rate_hz)
{
	n->audio.ch[0] = note_channel(n, 0);
	n->audio.ch[1] = note_channel(n, n->audio.n_ch - 1);
	n->audio.n_frames = n->key.n_frames;
	n->audio.sample_rate_hz = sample_rate_hz;
}

static void path_render(struct note *n, const struct run_shared *shared)
{
	for (unsigned ch = 0; ch < n->audio.n_ch; ch++)
		for (uint64_t at = 0; at < n->key.n_frames && !run_is_canceled(shared); at += PATH_CHUNK_FRAMES) {
			uint64_t left = n->key.n_frames - at;
			path_read(&n->key.path, ch, at, note_channel(n, ch) + at,
				  left < PATH_CHUNK_FRAMES ? (size_t)left : PATH_CHUNK_FRAMES);
		}
}

static int instrument_render(struct note *note, const struct run *parent, const struct plan_events *events,
			     struct error *err)
{
	struct run_spec spec = {
		.plan = events->plans[note->key.instrument],
		.shared = parent->spec.shared,
		.pitch = note->key.pitch,
		.song_frame = parent->spec.song_frame + note->key.onset,
		.n_frames = note->key.n_frames,
		.n_slots = 1,
		.depth = parent->spec.depth + 1,
		.deliver = note_deliver,
		.deliver_ctx = note,
	};
	struct run *run = run_new(&spec, err);
	if (!run)
		return -1;
	int rc = run_serially(run, err);
	run_free(run);
	return rc;
}

int note_render(struct note *note, const struct run *parent, const struct plan_events *events, struct error *err)
{
	int rc = 0;
	if (note->key.instrument == NOTE_OF_SAMPLE)
		path_render(note, parent->spec.shared);
	else
		rc = instrument_render(note, parent, events, err);
	note_publish(note, parent->spec.shared->env.sample_rate_hz);
	return rc;
}
