/* A whole program: compile it; what compiles must print to a text that compiles to the same canonical text. */
#include <stdlib.h>
#include <string.h>

#include "render/compile.h"
#include "render/render.h"
#include "tests/fuzz/fuzz.h"

enum { ARENA_BYTES = 256 << 20 };

static void check_canonical(const struct program *p)
{
	struct diag_list diags = { .n = 0 };
	struct error err = ERROR_INIT;
	const struct program *again;
	struct arena a;

	arena_init(&a, ARENA_BYTES);
	again = compile(&a, p->canonical, p->canonical_len, NULL, &diags, &err);
	if (!again ? err.code != ERR_TOO_LARGE && err.code != ERR_NO_MEMORY
		   : again->canonical_len != p->canonical_len ||
			     memcmp(again->canonical, p->canonical, p->canonical_len) != 0)
		abort();
	arena_fini(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct diag_list diags = { .n = 0 };
	struct error err = ERROR_INIT;
	const struct program *p;
	struct buf shown = BUF_INIT;
	struct arena a;

	if (size > RENDER_SOURCE_BYTES_MAX)
		return 0;
	arena_init(&a, ARENA_BYTES);
	p = compile(&a, (const char *)data, size, NULL, &diags, &err);
	if (!p && err.code == ERR_NONE)
		abort();
	for (size_t i = 0; i < diags.n; i++) {
		if (diags.items[i].span.end < diags.items[i].span.start || diags.items[i].span.end > size)
			abort(); /* points outside the program */
		if (diag_print(&shown, "fuzz", (const char *)data, size, &diags.items[i]) < 0)
			abort();
	}
	if (p)
		check_canonical(p);
	buf_fini(&shown);
	arena_fini(&a);
	return 0;
}
