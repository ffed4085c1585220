#include "render/lang/synth.h"

#include <string.h>

/* The oscillators with triggered forms. */
static const struct {
	const char *wave, *triggered;
} synths[] = {
	{ "sine", "sine_trig" },
	{ "saw", "saw_trig" },
	{ "square", "square_trig" },
	{ "tri", "tri_trig" },
};

enum { N_SYNTHS = sizeof(synths) / sizeof(synths[0]), BUS_DEPTH_MAX = 16 };

static const struct node_def *find(const char *name)
{
	return node_find(name, strlen(name));
}

/* --- Notes in strings --------------------------------------------------------------------------------------- */

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Characters of the note with an octave that text begins with, "c4", "ef3", "f#-1"; 0 when it begins with none. */
static uint32_t note_length(struct text t)
{
	uint32_t i = 0;

	if (t.len == 0 || !((t.at[0] >= 'a' && t.at[0] <= 'g') || (t.at[0] >= 'A' && t.at[0] <= 'G')))
		return 0;
	do
		i++;
	while (i < t.len && (t.at[i] == '#' || t.at[i] == 's' || t.at[i] == 'f' || t.at[i] == 'b'));
	i += i < t.len && t.at[i] == '-';
	uint32_t octave = i;
	while (i < t.len && is_digit(t.at[i]))
		i++;
	return i > octave && (i == t.len || !is_letter(t.at[i])) ? i : 0;
}

static bool text_has_note(struct text t)
{
	for (uint32_t i = 0; i < t.len; i++) {
		bool is_start = i == 0 || (!is_letter(t.at[i - 1]) && !is_digit(t.at[i - 1]) && t.at[i - 1] != '\'');
		if (is_start && note_length((struct text){ t.at + i, t.len - i }))
			return true;
	}
	return false;
}

/* A string, a bus that is one, or either under transforms. */
static bool has_note(const struct ast *node)
{
	for (unsigned depth = 0; depth < BUS_DEPTH_MAX; depth++) {
		if (node->kind == AST_STRING)
			return text_has_note(node->text);
		if (node->kind == AST_APPLY && node->base < node->n_items)
			node = node->items[node->base];
		else if (node->kind == AST_BUS && node->bus && node->bus->expr)
			node = node->bus->expr;
		else
			return false;
	}
	return false;
}

/* --- Calls -------------------------------------------------------------------------------------------------- */

static const struct ast *positional(const struct ast *call, uint32_t position)
{
	for (uint32_t i = 0, seen = 0; i < call->n_items; i++)
		if (call->items[i]->kind != AST_KEYWORD && seen++ == position)
			return call->items[i];
	return NULL;
}

void synth_choose(struct ast *call)
{
	const struct ast *notes = positional(call, 0);

	for (unsigned i = 0; notes && i < N_SYNTHS; i++)
		if (call->def && call->def == find(synths[i].wave) && has_note(notes)) {
			call->def = find(synths[i].triggered);
			return;
		}
}

/* The word for parameter `wave`. */
static const struct ast *wave_word(const struct ast *call)
{
	for (uint32_t i = 0; i < call->n_items; i++)
		if (call->items[i]->kind == AST_KEYWORD && text_is(call->items[i]->text, "wave", 4))
			return call->items[i]->items[0];
	return positional(call, 1);
}

const struct node_def *synth_wave(const struct ast *call)
{
	for (unsigned i = 0; i < N_SYNTHS; i++)
		if (call->def == find(synths[i].triggered))
			return find(synths[i].wave);
	const struct ast *word = wave_word(call);
	if (!word)
		return find("saw");
	if (word->kind != AST_STRING)
		return NULL;
	for (unsigned i = 0; i < N_SYNTHS; i++)
		if (node_find(word->text.at, word->text.len) == find(synths[i].wave))
			return find(synths[i].wave);
	return NULL;
}
