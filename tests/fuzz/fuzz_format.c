/* phonond fmt: what is formatted means the same, and formatting it again changes nothing. */
#include <stdlib.h>
#include <string.h>

#include "render/compile.h"
#include "render/render.h"
#include "tests/fuzz/fuzz.h"

enum { ARENA_BYTES = 256 << 20 };

/* In the arena; NULL when it does not compile. *is_judged: not for want of memory. */
static const struct program *compile_text(struct arena *a, const char *text, size_t len, bool *is_judged)
{
	struct diag_list diags = { .n = 0 };
	struct error err = ERROR_INIT;
	const struct program *p = compile(a, text, len, NULL, &diags, &err);

	*is_judged = p || err.code == ERR_SOURCE;
	return p;
}

static bool same_canonical(const struct program *x, const struct program *y)
{
	return x->canonical_len == y->canonical_len && memcmp(x->canonical, y->canonical, x->canonical_len) == 0;
}

/* Whether a program is right or wrong stays so, and its canonical text as well. */
static void check_meaning(const char *text, size_t len, const struct buf *formatted)
{
	struct arena a, b;
	bool is_judged, is_judged_again;

	arena_init(&a, ARENA_BYTES);
	arena_init(&b, ARENA_BYTES);
	const struct program *before = compile_text(&a, text, len, &is_judged);
	const struct program *after = compile_text(&b, formatted->data, formatted->len, &is_judged_again);
	if (is_judged && is_judged_again && (!before != !after || (before && !same_canonical(before, after))))
		abort();
	arena_fini(&a);
	arena_fini(&b);
}

static void check_idempotent(const struct buf *formatted)
{
	struct diag_list diags = { .n = 0 };
	struct error err = ERROR_INIT;
	struct buf again = BUF_INIT;

	if (render_format(formatted->data, formatted->len, &again, &diags, &err) < 0) {
		if (err.code != ERR_TOO_LARGE && err.code != ERR_NO_MEMORY)
			abort();
	} else if (again.len != formatted->len || memcmp(again.data, formatted->data, again.len) != 0) {
		abort();
	}
	buf_fini(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct diag_list diags = { .n = 0 };
	struct error err = ERROR_INIT;
	struct buf formatted = BUF_INIT;
	int failed = render_format((const char *)data, size, &formatted, &diags, &err);

	if (failed && (err.code == ERR_NONE || err.code == ERR_INTERNAL))
		abort();
	if (!failed && formatted.len > 0) {
		check_idempotent(&formatted);
		check_meaning((const char *)data, size, &formatted);
	}
	buf_fini(&formatted);
	return 0;
}
