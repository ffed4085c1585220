/* Canonical layout: one statement a line, spaces as the grammar has them, current forms only; comments, empty lines
 * between statements and the author's line breaks stay.
 *
 * The tokens are printed one after the other, so nothing can be lost or reordered. Three steps: the edits of old forms
 * are made in the text; the text is read again; its tokens are laid out. Finally the result is read as well and its
 * tree compared with the first one, so a mistake here can never change a program.
 *
 * A comment that begins with `#` or `//` gets `--`, which is a comment wherever it stands. */
#include <string.h>

#include "render/lang/lang.h"
#include "render/lang/parse.h"
#include "render/lang/parse_impl.h"

enum { INDENT = 2, FORMAT_ARENA_BYTES = 256 * 1024 * 1024 };

/* A text with its tokens and tree. */
struct reading {
	const char *source;
	size_t len;
	struct token_list tokens;
	struct ast_program program;
};

struct layout {
	const struct reading *in;
	struct buf *out;
	size_t head;                          /* of program.heads: the statement being printed, or the next one */
	const struct token *sign;             /* its ':' or NULL */
	unsigned depth;                       /* open brackets */
	unsigned line;                        /* indent of the line being printed */
	unsigned opened[AST_NESTING_MAX + 1]; /* per open bracket: indent of the line that it is in */
	bool has_failed;                      /* out is full */
	bool must_break;                      /* a comment to the end of the line was printed */
};

/* --- Output ----------------------------------------------------------------------------------------------------- */

static void put(struct layout *l, const char *text, size_t len)
{
	l->has_failed = l->has_failed || buf_append(l->out, text, len);
}

static void put_text(struct layout *l, const char *text)
{
	put(l, text, strlen(text));
}

/* Ends the line, leaves an empty one when asked, and indents the next. */
static void put_break(struct layout *l, unsigned n_newlines, unsigned indent)
{
	if (l->out->len > 0)
		put(l, "\n\n", n_newlines > 1 ? 2 : 1);
	for (unsigned i = 0; i < indent; i++)
		put_text(l, " ");
	l->line = indent;
	l->must_break = false;
}

/* --- Where tokens stand ----------------------------------------------------------------------------------------- */

static const struct token *token_at(const struct layout *l, size_t k)
{
	return &l->in->tokens.items[k];
}

static bool token_is(const struct layout *l, const struct token *t, const char *word)
{
	return t->kind == TOKEN_NAME &&
	       text_is((struct text){ l->in->source + t->span.start, t->span.end - t->span.start }, word, strlen(word));
}

static bool is_head(const struct layout *l, size_t k)
{
	return l->head < l->in->program.n_heads && l->in->program.heads[l->head].token == k;
}

/* Of the next statement, and of comments before it. */
static unsigned head_indent(const struct layout *l)
{
	return l->head < l->in->program.n_heads ? INDENT * l->in->program.heads[l->head].loops : 0;
}

static unsigned statement_indent(const struct layout *l)
{
	return l->head > 0 ? INDENT * l->in->program.heads[l->head - 1].loops : 0;
}

/* A line within a statement. */
static unsigned inner_indent(const struct layout *l, const struct token *t)
{
	bool closes = t->kind == TOKEN_CLOSE || t->kind == TOKEN_LIST_CLOSE;

	if (l->depth == 0)
		return statement_indent(l) + INDENT;
	return l->opened[l->depth - 1] + (closes ? 0 : INDENT);
}

/* The ':' that stands between a head and its value; NULL when there is none. */
static const struct token *find_sign(const struct layout *l, size_t k)
{
	const struct token *t = token_at(l, k);

	if (token_is(l, t, "for"))
		while (t->kind != TOKEN_COLON && t->kind != TOKEN_END)
			t++;
	else
		t++;
	if (t->kind == TOKEN_LIST_OPEN && t->touches_left)
		while (t->kind != TOKEN_END && t++->kind != TOKEN_LIST_CLOSE)
			;
	while (t->kind == TOKEN_NAME && t > token_at(l, k))
		t++;
	return t->kind == TOKEN_COLON ? t : NULL;
}

/* `~x: e` and `out: e` are written with '$'. */
static bool is_dollar(const struct layout *l, const struct token *t)
{
	const struct token *head = l->head > 0 ? token_at(l, l->in->program.heads[l->head - 1].token) : NULL;
	struct text name = { l->in->source + (head ? head->span.start : 0),
			     head ? head->span.end - head->span.start : 0 };

	if (!head || t != l->sign)
		return false;
	return head->kind == TOKEN_BUS || (head->kind == TOKEN_NAME && head_output_number(name) >= 0);
}

static bool is_minus(const struct token *t)
{
	return t->kind == TOKEN_OP && t->arith.op == ARITH_SUB && t->arith.form == ARITH_PLAIN;
}

/* Whether an operand follows t, so that a minus there is a sign. */
static bool awaits_operand(const struct token *t)
{
	switch (t->kind) {
	case TOKEN_NAME:
	case TOKEN_NUMBER:
	case TOKEN_STRING:
	case TOKEN_BUS:
	case TOKEN_TEMPLATE:
	case TOKEN_VARIABLE:
	case TOKEN_CLOSE:
	case TOKEN_LIST_CLOSE:
		return false;
	default:
		return true;
	}
}

static bool is_opening(const struct token *t)
{
	return t->kind == TOKEN_OPEN || t->kind == TOKEN_LIST_OPEN;
}

static bool wants_space(const struct layout *l, const struct token *t)
{
	const struct token *before = t - 1;

	if (is_opening(before) || t->kind == TOKEN_CLOSE || t->kind == TOKEN_LIST_CLOSE || t->kind == TOKEN_COMMA)
		return false;
	if (t->kind == TOKEN_COLON && t == l->sign)
		return is_dollar(l, t);
	if (before->kind == TOKEN_COLON)
		return before == l->sign; /* none in a keyword */
	if (t->kind == TOKEN_LIST_OPEN && before->kind == TOKEN_BUS)
		return !t->touches_left; /* an index */
	if (t->kind == TOKEN_OPEN && token_is(l, before, "sum"))
		return !t->touches_left;
	if (t->kind == TOKEN_RANGE)
		return l->in->source[before->span.end - 1] == '.';
	if (before->kind == TOKEN_RANGE)
		return false;
	if (is_minus(before) && awaits_operand(before - 1))
		return t->kind == TOKEN_NUMBER; /* "-1" would be one number */
	return true;
}

/* --- Comments --------------------------------------------------------------------------------------------------- */

static size_t comment_end(const char *s, size_t at, size_t end)
{
	const char *stop = s[at] == '/' && s[at + 1] == '*' ? memmem(s + at + 2, end - at - 2, "*/", 2)
							    : memchr(s + at, '\n', end - at);

	if (!stop)
		return end;
	return (size_t)(stop - s) + (s[at + 1] == '*' && s[at] == '/' ? 2 : 0);
}

static void put_comment(struct layout *l, const char *text, size_t len)
{
	bool is_block = len > 1 && text[0] == '/' && text[1] == '*';
	bool is_shebang = len > 1 && l->out->len == 0 && text[0] == '#' && text[1] == '!';

	while (!is_block && len > 0 && strchr(" \t\r\f\v", text[len - 1]))
		len--;
	if (!is_block && !is_shebang && text[0] != '-') {
		char marker = text[0];
		for (; len > 0 && *text == marker; text++)
			len--;
		put_text(l, "--");
	}
	put(l, text, len);
	l->must_break = !is_block;
}

/* What stands between two tokens; returns the newlines after the last comment. */
static unsigned put_gap(struct layout *l, size_t start, size_t end, bool is_between, unsigned indent)
{
	const char *s = l->in->source;
	unsigned n_newlines = 0;

	for (size_t at = start; at < end;) {
		if (strchr(" \t\r\n\f\v", s[at])) {
			n_newlines += s[at++] == '\n';
			continue;
		}
		size_t stop = comment_end(s, at, end);
		if (n_newlines > 0 || l->must_break || l->out->len == 0)
			put_break(l, is_between ? n_newlines : 1, indent);
		else
			put_text(l, " ");
		put_comment(l, s + at, stop - at);
		n_newlines = 0;
		at = stop;
	}
	return n_newlines;
}

/* --- The walk --------------------------------------------------------------------------------------------------- */

static void track_depth(struct layout *l, const struct token *t)
{
	if (is_opening(t) && l->depth < AST_NESTING_MAX)
		l->opened[l->depth++] = l->line;
	else if ((t->kind == TOKEN_CLOSE || t->kind == TOKEN_LIST_CLOSE) && l->depth > 0)
		l->depth--;
}

static void put_token(struct layout *l, size_t k)
{
	const struct token *t = token_at(l, k);
	bool begins = is_head(l, k), is_between = begins || t->kind == TOKEN_END;
	unsigned indent = is_between ? head_indent(l) : inner_indent(l, t);
	size_t old = l->out->len;
	unsigned n_newlines = put_gap(l, k ? t[-1].span.end : 0, t->span.start, is_between, indent);
	bool has_comment = l->out->len > old;

	if (t->kind == TOKEN_END)
		return;
	if (begins) {
		l->sign = find_sign(l, k);
		l->head++;
		l->depth = 0;
	}
	if (begins && (n_newlines > 0 || !has_comment || l->must_break))
		put_break(l, n_newlines, indent);
	else if (!begins && (n_newlines > 0 || l->must_break))
		put_break(l, 1, indent);
	else if (has_comment || wants_space(l, t))
		put_text(l, " ");
	track_depth(l, t);
	if (is_dollar(l, t))
		put_text(l, "$");
	else
		put(l, l->in->source + t->span.start, t->span.end - t->span.start);
}

static int lay_out(const struct reading *in, struct buf *out)
{
	struct layout l = { .in = in, .out = out };

	for (size_t k = 0; k <= in->tokens.n; k++)
		put_token(&l, k);
	if (out->len > 0)
		put_text(&l, "\n");
	return l.has_failed ? -1 : 0;
}

/* --- The door --------------------------------------------------------------------------------------------------- */

static int read_text(struct arena *a, const char *source, size_t len, struct reading *out, struct diag_list *diags)
{
	*out = (struct reading){ .source = source, .len = len };
	return lex(a, source, len, &out->tokens, diags) || parse_program(a, source, &out->tokens, &out->program, diags)
		       ? -1
		       : 0;
}

/* in with its old forms rewritten. */
static int read_rewritten(struct arena *a, const struct reading *in, struct reading *out)
{
	struct buf text = BUF_INIT;
	struct diag_list diags = { .n = 0 };
	char *copy = NULL;

	if (edits_apply(&in->program, in->source, 0, (uint32_t)in->len, &text) == 0)
		copy = arena_strndup(a, text.data ? text.data : "", text.len);
	size_t len = text.len;
	buf_fini(&text);
	return copy ? read_text(a, copy, len, out, &diags) : -1;
}

/* True when the formatted text says what the source says. */
static bool is_faithful(struct arena *a, const struct reading *in, const struct buf *out)
{
	struct diag_list diags = { .n = 0 };
	struct reading again;

	return read_text(a, out->data ? out->data : "", out->len, &again, &diags) == 0 && diags.n_errors == 0 &&
	       ast_program_equal(&in->program, &again.program);
}

static int format_within(struct arena *a, const char *source, size_t len, struct buf *out, struct diag_list *diags,
			 struct error *err)
{
	struct reading in, rewritten;

	if (read_text(a, source, len, &in, diags))
		return error_set(err, ERR_TOO_LARGE, "the program needs more memory to format than is allowed");
	if (diags->n_errors > 0)
		return error_set(err, ERR_SOURCE, "the program has %zu error%s", diags->n_errors,
				 diags->n_errors == 1 ? "" : "s");
	if (read_rewritten(a, &in, &rewritten) || lay_out(&rewritten, out))
		return error_set(err, ERR_TOO_LARGE, "the program needs more memory to format than is allowed");
	if (!is_faithful(a, &in, out))
		return error_set(err, ERR_INTERNAL, "the formatted program would not mean the same");
	return 0;
}

int lang_format(const char *source, size_t len, struct buf *out, struct diag_list *diags, struct error *err)
{
	struct arena a;

	arena_init(&a, FORMAT_ARENA_BYTES);
	int failed = format_within(&a, source, len, out, diags, err);
	arena_fini(&a);
	return failed;
}
