/* The words of the language as a libFuzzer dictionary: what the registries know, and the signs that no registry holds. */
#include <stdio.h>

#include "render/dsp/node.h"
#include "render/pattern/transform.h"

static void print_word(const char *word)
{
	putchar('"');
	for (; *word; word++)
		printf(*word == '"' || *word == '\\' ? "\\%c"
		       : (unsigned char)*word < ' '  ? "\\x%02x"
						     : "%c",
		       (unsigned char)*word);
	puts("\"");
}

static void print_words(const char *const *words)
{
	for (; *words; words++)
		print_word(*words);
}

static void print_keyword(const char *name)
{
	printf("\":%s \"\n", name);
}

static void print_nodes(void)
{
	for (size_t i = 0; i < node_registry_len; i++) {
		const struct node_def *def = node_registry[i];

		print_word(def->name);
		print_words(def->aliases);
		for (unsigned p = 0; p < def->n_params; p++)
			print_keyword(def->params[p].name);
	}
}

static void print_transforms(void)
{
	for (size_t i = 0; i < transform_registry_len; i++) {
		const struct transform_def *def = transform_registry[i];

		print_word(def->name);
		print_words(def->aliases);
		print_word(def->example);
		for (unsigned p = 0; p < def->n_params; p++)
			if (def->params[p].names)
				print_words(def->params[p].names);
	}
}

static void print_signs(void)
{
	static const char *const signs[] = {
		"out $ ",      "o1 $ ",       "~x $ ",
		"~x # ",       "~x a $ ",     "@t: ",
		"%v: ",        "fn f a = ",   "for i in 1..3:\n  ",
		"~x[i]",       "sum(",        "~x[1..3]",
		"if ",         " then ",      " else ",
		"cps: ",       "bpm: ",       "tempo ",
		"outmix: ",    "-- ",         "|+| ",
		"|+ ",         "+| ",         "~+ ",
		"|> ",         "|< ",         "== ",
		"\"bd(3,8)\"", "\"<a b>!2\"", "\"{a b}%4\"",
		"\"0 .. 3\"",  "\"c'min7\"",  "\"a? [b|c]\"",
		"\"~x\"",      NULL,
	};

	print_words(signs);
}

int main(void)
{
	print_nodes();
	print_transforms();
	print_signs();
	return ferror(stdout) ? 1 : 0;
}
