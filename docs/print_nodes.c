/* Prints docs/NODES.md from the catalogue: `make nodes-doc` writes it, tests/docs/test_nodes.sh holds the two equal. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "render/render.h"

/* A table cell: no bars. */
static void print_cell(const char *text)
{
	for (; text && *text; text++)
		if (*text == '|')
			fputs("\\|", stdout);
		else
			putchar(*text);
}

static const struct render_param *input_of(const struct render_entry *e)
{
	for (unsigned p = 0; p < e->n_params; p++)
		if (e->params[p].argument == RENDER_ARGUMENT_INPUT)
			return &e->params[p];
	return NULL;
}

/* `in # lpf cutoff [q]`, `$ every n t` */
static void print_form(const struct render_entry *e)
{
	const struct render_param *input = input_of(e);

	printf("`");
	if (e->kind == RENDER_ENTRY_TRANSFORM)
		printf("pattern $ ");
	else if (e->kind == RENDER_ENTRY_MODIFIER)
		printf("events # ");
	else if (input)
		printf("%s # ", input->name);
	printf("%s", e->name);
	for (unsigned p = 0; p < e->n_params; p++) {
		const struct render_param *param = &e->params[p];

		if (param != input)
			printf(param->is_optional ? " [%s]" : " %s", param->name);
	}
	printf("`");
}

static void print_range(const struct render_param *p)
{
	if (p->words)
		for (const char *const *w = p->words; *w; w++)
			printf("%s`%s`", w == p->words ? "" : " ", *w);
	else if (p->min < p->max && p->max < 1e8)
		printf("%g … %g", p->min, p->max);
}

static void print_params(const struct render_entry *e)
{
	if (e->n_params == 0)
		return;
	puts("\n| parameter | takes | unit | range | default | |\n|---|---|---|---|---|---|");
	for (unsigned i = 0; i < e->n_params; i++) {
		const struct render_param *p = &e->params[i];

		printf("| `%s` | %s | %s | ", p->name, render_argument_name(p->argument), p->unit);
		print_range(p);
		if (p->is_optional)
			printf(" | %g | ", p->def);
		else
			printf(" | | ");
		print_cell(p->doc);
		puts(" |");
	}
}

static bool ends_sentence(const char *text)
{
	size_t len = strlen(text);

	return len > 0 && text[len - 1] == '.';
}

static void print_entry(const struct render_entry *e)
{
	printf("\n### %s\n\n", e->name);
	print_form(e);
	printf(": %s%s", e->doc, ends_sentence(e->doc) ? "" : ".");
	if (*e->aliases)
		printf(" Also");
	for (const char *const *a = e->aliases; *a; a++)
		printf("%s `%s`", a == e->aliases ? "" : ",", *a);
	if (*e->aliases)
		printf(".");
	puts("");
	print_params(e);
	printf("\n```\n%s\n```\n", e->example);
	if (e->reference)
		printf("\nAlgorithm: %s\n", e->reference);
}

static void print_kind(enum render_entry_kind kind, const char *title, const char *text)
{
	printf("\n## %s\n\n%s\n", title, text);
	for (size_t i = 0; i < render_catalogue_len(); i++) {
		struct render_entry e;

		render_catalogue_entry(i, &e);
		if (e.kind == kind)
			print_entry(&e);
	}
}

static void print_index(void)
{
	const char *separator = "\n";

	for (size_t i = 0; i < render_catalogue_len(); i++) {
		struct render_entry e;

		render_catalogue_entry(i, &e);
		printf("%s[%s](#", separator, e.name);
		for (const char *c = e.name; *c; c++)
			putchar(tolower((unsigned char)*c));
		printf(")");
		separator = " ·\n";
	}
	puts("");
}

int main(void)
{
	puts("# Functions and transforms\n\n"
	     "Generated from the program's registries by `make nodes-doc`; `GET /nodes` answers the same as JSON. How "
	     "they are "
	     "put together is in [LANGUAGE.md](LANGUAGE.md). Every example is a program, rendered by a test. A signal "
	     "parameter takes a number, a pattern, a bus or an expression; values outside the range are clamped to "
	     "it.");
	print_index();
	print_kind(RENDER_ENTRY_SOURCE, "Sources of events and patterns", "They make what is played.");
	print_kind(
		RENDER_ENTRY_FUNCTION, "Signals",
		"They make or change sound. What stands before `#` is their input; it may also be the first argument.");
	print_kind(RENDER_ENTRY_MODIFIER, "Modifiers",
		   "Behind `#` they set something of every event, as it is at the event's onset.");
	print_kind(RENDER_ENTRY_TRANSFORM, "Transforms",
		   "Behind `$` they change a pattern. Arguments are patterns where Tidal takes patterns.");
	return 0;
}
