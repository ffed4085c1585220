/* Prints docs/REFERENCE.md from the registries: `make reference` writes it, tests/docs/test_reference.sh holds the two equal. */
#include <stdio.h>
#include <string.h>

#include "render/dsp/node.h"
#include "render/pattern/transform.h"

static void print_aliases(const char *const *aliases)
{
	for (; *aliases; aliases++)
		printf(", `%s`", *aliases);
}

/* A table cell: no bars. */
static void print_cell(const char *text)
{
	for (; *text; text++)
		if (*text == '|')
			fputs("\\|", stdout);
		else
			putchar(*text);
}

static void print_range(double min, double max, const char *unit)
{
	if (min < max && max < 1e8)
		printf(" %g..%g", min, max);
	if (unit && *unit)
		printf(" %s", unit);
}

static void print_node_params(const struct node_def *def)
{
	const char *separator = "";

	for (unsigned p = 0; p < def->n_params; p++) {
		const struct param_def *param = &def->params[p];

		if (param->flags & PARAM_INPUT)
			continue;
		printf("%s`%s`", separator, param->name);
		print_range(param->min, param->max, param->unit);
		if (param->flags & PARAM_OPTIONAL)
			printf(" = %g", param->def);
		separator = ", ";
	}
}

static void print_transform_params(const struct transform_def *def)
{
	for (unsigned p = 0; p < def->n_params; p++) {
		const struct transform_param *param = &def->params[p];

		printf("%s`%s`", p ? ", " : "", param->name);
		if (param->kind == TRANSFORM_FUNCTION)
			printf(" (a transform)");
		else if (param->kind == TRANSFORM_FUNCTIONS)
			printf(" (a list of transforms)");
		else
			print_range(param->min, param->max, param->unit);
		if (param->is_optional)
			printf(" = %g", param->def);
	}
}

static void print_nodes(void)
{
	puts("## Functions\n\n"
	     "An argument that `#` supplies is left out. Every argument takes a number, a pattern, a bus or an "
	     "expression.\n\n"
	     "| name | arguments | |\n|---|---|---|");
	for (size_t i = 0; i < node_registry_len; i++) {
		const struct node_def *def = node_registry[i];

		printf("| `%s`", def->name);
		print_aliases(def->aliases);
		printf(" | ");
		print_node_params(def);
		printf(" | ");
		print_cell(def->doc);
		puts(" |");
	}
}

static void print_transforms(void)
{
	puts("\n## Transforms\n\n"
	     "Arguments are patterns where Tidal takes patterns.\n\n"
	     "| name | arguments | | example |\n|---|---|---|---|");
	for (size_t i = 0; i < transform_registry_len; i++) {
		const struct transform_def *def = transform_registry[i];

		printf("| `%s`", def->name);
		print_aliases(def->aliases);
		printf(" | ");
		print_transform_params(def);
		printf(" | ");
		print_cell(def->doc);
		printf(" | `");
		print_cell(def->example);
		puts("` |");
	}
}

int main(void)
{
	puts("# Functions and transforms\n\n"
	     "Generated from the program's registries by `make reference`. What they are for is in "
	     "[LANGUAGE.md](LANGUAGE.md).\n");
	print_nodes();
	print_transforms();
	return 0;
}
