#include "tests/lib/onsets.h"

#include "base/buf.h"
#include "tests/lib/test.h"

static void print_time(struct buf *out, struct rational t)
{
	ck_assert_int_eq(t.den == 1 ? buf_printf(out, "%lld", (long long)t.num)
				    : buf_printf(out, "%lld/%lld", (long long)t.num, (long long)t.den),
			 0);
}

static void print_value(struct buf *out, const struct value *v)
{
	if (v->kind == VALUE_WORD)
		ck_assert_int_eq(buf_printf(out, "%s", v->word.text), 0);
	else if (v->kind == VALUE_NUMBER)
		ck_assert_int_eq(buf_printf(out, "%g", v->number), 0);
	for (uint32_t i = 0; v->kind == VALUE_MAP && i < v->map.n; i++) {
		if (i)
			ck_assert_int_eq(buf_printf(out, ",%s=", control_name(v->map.controls[i].key)), 0);
		print_value(out, &v->map.controls[i].value);
	}
}

const char *test_onsets(struct arena *a, const struct hap_list *l, int64_t cycle)
{
	struct buf out = BUF_INIT;
	const char *text;

	for (size_t i = 0; i < l->n; i++) {
		if (!hap_has_onset(&l->haps[i]))
			continue;
		if (out.len)
			ck_assert_int_eq(buf_printf(&out, " "), 0);
		print_value(&out, &l->haps[i].value);
		ck_assert_int_eq(buf_printf(&out, "@"), 0);
		print_time(&out, rational_sub(l->haps[i].whole.begin, rational_int(cycle)));
	}
	text = arena_strndup(a, out.data ? out.data : "", out.len);
	buf_fini(&out);
	return text;
}
