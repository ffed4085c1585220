#include "render/lang/unknown.h"

#include <string.h>

#include "render/lang/elsewhere.h"
#include "render/lang/resolve.h"

enum { NAMES_MAX = 2048 };

static size_t function_names(const char **names)
{
	size_t n = 0;

	for (size_t i = 0; i < node_registry_len && n < NAMES_MAX; i++) {
		names[n++] = node_registry[i]->name;
		for (const char *const *alias = node_registry[i]->aliases; *alias && n < NAMES_MAX; alias++)
			names[n++] = *alias;
	}
	for (size_t i = 0; i < transform_registry_len && n < NAMES_MAX; i++) {
		names[n++] = transform_registry[i]->name;
		for (const char *const *alias = transform_registry[i]->aliases; *alias && n < NAMES_MAX; alias++)
			names[n++] = *alias;
	}
	for (size_t i = 0; i < source_registry_len && n < NAMES_MAX; i++) {
		names[n++] = source_registry[i]->name;
		for (const char *const *alias = source_registry[i]->aliases; *alias && n < NAMES_MAX; alias++)
			names[n++] = *alias;
	}
	return n;
}

/* Looking for near names costs time and memory; nobody sees what no longer fits the list. */
static bool wants_suggestion(const struct diag_list *diags)
{
	return diags->n_errors <= DIAGS_MAX;
}

/* Functions of the language that need a machine which a render does not have. False: node is none of them. */
static bool complain_live_function(const struct ast *node, struct diag_list *diags)
{
	static const struct {
		const char *name, *why, *instead;
	} functions[] = {
		{ "midi", "a render sends no MIDI", "play a bus: s \"~lead\" # note \"c4 e4\"" },
		{ "midi_out", "a render sends no MIDI", "play a bus: s \"~lead\" # note \"c4 e4\"" },
		{ "midi_in", "a render hears no MIDI device", "write the notes as a pattern: note \"c4 e4\"" },
		{ "midicc", "a render hears no MIDI device", "use a pattern or a slow oscillator instead" },
		{ "cc", "a render hears no MIDI device", "use a pattern or a slow oscillator instead" },
		{ "vst", "a render hosts no plug-ins", "build the sound from oscillators and effects" },
		{ "vst2", "a render hosts no plug-ins", "build the sound from oscillators and effects" },
		{ "vst3", "a render hosts no plug-ins", "build the sound from oscillators and effects" },
		{ "vsti", "a render hosts no plug-ins", "build the sound from oscillators and effects" },
		{ "au", "a render hosts no plug-ins", "build the sound from oscillators and effects" },
		{ "clap", "a render hosts no plug-ins", "build the sound from oscillators and effects" },
		{ "lv2", "a render hosts no plug-ins", "build the sound from oscillators and effects" },
		{ "plugin", "a render hosts no plug-ins", "build the sound from oscillators and effects" },
		{ "param", "a render hosts no plug-ins", "write the values where they are used: lpf \"400 800\"" },
		{ "midi_synth", "a render hears no MIDI device", "write the notes as a pattern: note \"c4 e4\"" },
	};

	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
		if (text_is(node->text, functions[i].name, strlen(functions[i].name))) {
			diag_hint(diag_add(diags, DIAG_ERROR, "live-only", node->name_span, "'%s' cannot be used: %s",
					   functions[i].name, functions[i].why),
				  "%s", functions[i].instead);
			return true;
		}
	return false;
}

/* Names of the reference for what a transform with an effect does. False: node is none of them. */
static bool complain_old_form(const struct ast *node, struct diag_list *diags)
{
	static const struct {
		const char *name, *transform;
	} forms[] = {
		{ "every_effect", "every 4" },
		{ "sometimes_effect", "sometimes" },
		{ "whenmod_effect", "whenmod 4 2" },
	};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (text_is(node->text, forms[i].name, strlen(forms[i].name))) {
			diag_hint(diag_add(diags, DIAG_ERROR, "old-form", node->name_span,
					   "'%s' is no function: a transform switches effects", forms[i].name),
				  "write 'x $ %s (# lpf 300)'", forms[i].transform);
			return true;
		}
	return false;
}

/* The functions of the program itself, after those of the registries. */
static size_t add_own_functions(struct arena *a, const struct ast_program *program, const char **names, size_t n)
{
	for (uint32_t i = 0; i < program->n_macros && n < NAMES_MAX; i++) {
		const struct macro *m = &program->macros[i];
		if (m->stmt->kind != STMT_FUNCTION)
			continue;
		names[n] = arena_strndup(a, m->name.at, m->name.len);
		n += names[n] != NULL;
	}
	return n;
}

static bool complain_absent_function(const struct ast *node, struct diag_list *diags)
{
	const char *instead = elsewhere_absent(node->text);

	if (instead)
		diag_hint(diag_add(diags, DIAG_ERROR, "unknown-function", node->name_span, "there is no '%.*s' here",
				   text_shown(node->text), node->text.at),
			  "%s", instead);
	return instead != NULL;
}

void unknown_function(struct arena *a, const struct ast_program *program, const struct ast *node,
		      struct diag_list *diags)
{
	if (complain_live_function(node, diags) || complain_old_form(node, diags) ||
	    complain_absent_function(node, diags))
		return;
	size_t n_before = diags->n_errors;
	struct diag *d = diag_add(diags, DIAG_ERROR, "unknown-function", node->name_span, "unknown function '%.*s'",
				  text_shown(node->text), node->text.at);
	if (diags->n_errors == n_before)
		return; /* a loop's copy of what was said before */
	const struct bus *bus = ast_find_bus(program, node->text.at, node->text.len);
	const char **names = wants_suggestion(diags) ? ARENA_ARRAY(a, NAMES_MAX, const char *) : NULL;

	const char *elsewhere = elsewhere_function(node->text);

	if (bus || elsewhere) {
		diag_suggest(d, node->name_span, bus ? bus->name : elsewhere);
		return;
	}
	size_t n = names ? add_own_functions(a, program, names, function_names(names)) : 0;
	const char *near = diag_nearest(node->text.at, node->text.len, names, n);
	if (near)
		diag_suggest(d, node->name_span, near);
}

/* The reference keeps its live inputs in buses `~midi`, `~midi1`. False: node is none of them. */
static bool complain_live_bus(const struct ast *node, struct diag_list *diags)
{
	bool is_midi = node->text.len >= 4 && memcmp(node->text.at, "midi", 4) == 0;

	if (is_midi)
		diag_hint(diag_add(diags, DIAG_ERROR, "live-only", node->span, "a render hears no MIDI device"),
			  "write the notes as a pattern: note \"c4 e4\"");
	return is_midi;
}

void unknown_bus(struct arena *a, const struct ast_program *program, const struct ast *node, struct diag_list *diags)
{
	if (complain_live_bus(node, diags))
		return;
	size_t n = program->n_buses < NAMES_MAX ? program->n_buses : NAMES_MAX;
	size_t n_before = diags->n_errors;
	struct diag *d = diag_add(diags, DIAG_ERROR, "unknown-bus", node->span, "unknown bus '~%.*s'",
				  text_shown(node->text), node->text.at);
	if (diags->n_errors == n_before)
		return;
	const char **names = wants_suggestion(diags) ? ARENA_ARRAY(a, n, const char *) : NULL;

	for (size_t i = 0; names && i < n; i++)
		names[i] = program->buses[i].name + 1;
	const char *near = names ? diag_nearest(node->text.at, node->text.len, names, n) : NULL;
	if (near)
		diag_suggest(d, node->span, near - 1);
}
