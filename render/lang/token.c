/* Tokens as text. */
#include "render/lang/lex.h"

const char *token_kind_name(enum token_kind kind)
{
	static const char *const names[] = {
		[TOKEN_END] = "the end",         [TOKEN_NAME] = "a name",    [TOKEN_NUMBER] = "a number",
		[TOKEN_STRING] = "a string",     [TOKEN_BUS] = "a bus",      [TOKEN_TEMPLATE] = "a template",
		[TOKEN_VARIABLE] = "a variable", [TOKEN_OP] = "an operator", [TOKEN_HASH] = "'#'",
		[TOKEN_DOLLAR] = "'$'",          [TOKEN_EQUALS] = "'='",     [TOKEN_COLON] = "':'",
		[TOKEN_COMMA] = "','",           [TOKEN_OPEN] = "'('",       [TOKEN_CLOSE] = "')'",
		[TOKEN_LIST_OPEN] = "'['",       [TOKEN_LIST_CLOSE] = "']'", [TOKEN_COMPARE] = "a comparison",
		[TOKEN_RANGE] = "'..'",
	};
	return names[kind];
}

int token_list_print(const struct token_list *tokens, const char *source, struct buf *out)
{
	for (size_t i = 0; i < tokens->n; i++) {
		const struct token *t = &tokens->items[i];
		if (buf_printf(out, "%u..%u %s%s %.*s\n", t->span.start, t->span.end, token_kind_name(t->kind),
			       t->starts_line ? " (line)" : "", (int)(t->span.end - t->span.start),
			       source + t->span.start))
			return -1;
	}
	return 0;
}
