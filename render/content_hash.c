/* What a render's bytes depend on, as one number. */
#include <stdlib.h>
#include <string.h>

#include "render/engine.h"
#include "render/graph/plan.h"
#include "render/io/encode.h"
#include "render/io/samples.h"

/* Words of all event patterns, which may be names of samples. */
struct words {
	struct word *items;
	size_t n, cap;
	bool is_exhausted;
};

static void words_add(struct words *w, struct word word)
{
	if (w->n == w->cap) {
		size_t cap = w->cap ? 2 * w->cap : 64;
		struct word *grown = reallocarray(w->items, cap, sizeof *grown);
		if (!grown) {
			w->is_exhausted = true;
			return;
		}
		w->items = grown;
		w->cap = cap;
	}
	w->items[w->n++] = word;
}

/* "bd:3" is either a list of word and number or still one word. */
static void words_add_atom(void *ctx, const struct value *v, struct span source)
{
	(void)source;
	if (v->kind == VALUE_LIST && v->list.n > 0)
		v = &v->list.items[0];
	if (v->kind != VALUE_WORD)
		return;
	const char *colon = memchr(v->word.text, ':', v->word.len);
	struct word name = v->word;
	if (colon)
		name.len = (uint32_t)(colon - name.text);
	words_add(ctx, name);
}

/* A program with deeper instruments has no plan, so what they play does not matter. */
static void words_of_graph(const struct graph *g, struct words *w, unsigned depth)
{
	if (depth == PLAN_DEPTH_MAX)
		return;
	for (uint32_t i = 0; i < g->n_nodes; i++) {
		const struct graph_node *n = &g->nodes[i];
		if (n->kind != GRAPH_EVENTS)
			continue;
		pattern_each_atom(n->pattern, words_add_atom, w);
		for (uint32_t k = 0; k < n->n_instruments; k++)
			words_of_graph(n->instruments[k].graph, w, depth + 1);
	}
}

static int word_cmp(const void *va, const void *vb)
{
	const struct word *a = va, *b = vb;
	int c = memcmp(a->text, b->text, a->len < b->len ? a->len : b->len);
	return c ? c : (a->len > b->len) - (a->len < b->len);
}

/* Each name that the bank knows, once, sorted, followed by the digest of its sounds. */
static int hash_samples(struct sample_bank *bank, const struct graph *graph, struct sha256 *h, struct error *err)
{
	struct words w = { .n = 0 };
	int rc = 0;
	words_of_graph(graph, &w, 0);
	if (w.is_exhausted)
		rc = error_set(err, ERR_NO_MEMORY, "no memory to list the samples of a program");
	if (w.n > 0)
		qsort(w.items, w.n, sizeof *w.items, word_cmp);
	for (size_t i = 0; rc == 0 && i < w.n; i++) {
		if ((i > 0 && word_cmp(&w.items[i - 1], &w.items[i]) == 0) ||
		    sample_bank_count(bank, w.items[i].text, w.items[i].len) == 0)
			continue;
		sha256_update(h, w.items[i].text, w.items[i].len);
		rc = sample_bank_digest(bank, w.items[i].text, w.items[i].len, h, err);
	}
	free(w.items);
	return rc;
}

static void hash_u64(struct sha256 *h, uint64_t x)
{
	uint8_t bytes[8];
	for (unsigned i = 0; i < 8; i++)
		bytes[i] = (uint8_t)(x >> (8 * i));
	sha256_update(h, bytes, sizeof bytes);
}

static void hash_double(struct sha256 *h, double x)
{
	uint64_t bits;
	memcpy(&bits, &x, sizeof bits);
	hash_u64(h, bits);
}

/* What a format does not read counts as 0. */
static int hash_format(struct sha256 *h, const struct render_spec *spec, struct error *err)
{
	uint8_t fingerprint[SHA256_BYTES];
	double bitrate = spec->bitrate_kbps > 0 ? spec->bitrate_kbps : RENDER_BITRATE_CHANNEL_DEFAULT * spec->channels;
	if (encoder_fingerprint(spec->format, fingerprint, err))
		return -1;
	sha256_update(h, fingerprint, sizeof fingerprint);
	hash_double(h, spec->format == AUDIO_FORMAT_VORBIS ? spec->quality : 0);
	hash_double(h, spec->format == AUDIO_FORMAT_OPUS ? bitrate : 0);
	return 0;
}

static void hash_mastering(struct sha256 *h, const struct render_spec *spec, const struct render_lengths *lengths)
{
	hash_u64(h, lengths->tail_frames);
	hash_u64(h, spec->is_tail_automatic);
	hash_double(h, spec->fade_in_s);
	hash_double(h, spec->fade_out_s);
	hash_u64(h, spec->normalize);
	hash_double(h, spec->normalize == NORMALIZE_NONE ? 0 : spec->normalize_to);
	hash_u64(h, spec->has_limiter);
	hash_double(h, spec->has_limiter ? spec->ceiling_db : 0);
	hash_u64(h, spec->has_stems);
}

/* Nothing where the whole is asked for. */
static void hash_window(struct sha256 *h, const struct render_lengths *lengths)
{
	if (lengths->first_frame == 0 && lengths->end_frame == lengths->main_frames + lengths->tail_frames)
		return;
	hash_u64(h, lengths->first_frame);
	hash_u64(h, lengths->end_frame);
}

/* Fixed width, little endian, in this order for ever; a new option goes to the end. */
static int hash_options(struct sha256 *h, const struct render_spec *spec, const struct render_lengths *lengths,
			struct error *err)
{
	hash_u64(h, RENDER_ENGINE_VERSION);
	hash_u64(h, lengths->main_frames);
	hash_u64(h, spec->sample_rate_hz);
	hash_u64(h, spec->channels);
	hash_u64(h, spec->format);
	hash_u64(h, audio_format_is_lossy(spec->format) ? 0 : spec->subtype);
	hash_double(h, spec->gain);
	hash_u64(h, spec->seed);
	hash_mastering(h, spec, lengths);
	if (hash_format(h, spec, err))
		return -1;
	hash_window(h, lengths);
	return 0;
}

int render_program_hash(const struct render_spec *spec, const struct program *p, const struct render_lengths *lengths,
			uint8_t out[SHA256_BYTES], struct error *err)
{
	struct sha256 h;
	sha256_init(&h);
	if (hash_options(&h, spec, lengths, err))
		return -1;
	hash_u64(&h, p->canonical_len);
	sha256_update(&h, p->canonical, p->canonical_len);
	if (p->bank && hash_samples(p->bank, p->graph, &h, err))
		return -1;
	sha256_final(&h, out);
	return 0;
}

int render_content_hash(const struct render_engine *engine, const struct render_spec *spec, uint8_t out[SHA256_BYTES],
			struct diag_list *diags, struct error *err)
{
	struct render_lengths lengths;
	struct arena arena;
	int rc = -1;
	if (render_spec_check(spec, err))
		return -1;
	arena_init(&arena, COMPILE_BYTES_MAX);
	const struct program *p =
		render_compile(&arena, engine, spec->samples, spec->source, spec->source_len, diags, err);
	if (p && render_lengths_of(engine, spec, p->graph, &lengths, err) == 0)
		rc = render_program_hash(spec, p, &lengths, out, err);
	arena_fini(&arena);
	return rc;
}
