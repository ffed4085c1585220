/* Equality of trees: of kind, shape and contents, but not of place in the program. */
#include "render/pattern/node.h"

#include <string.h>

#include "base/hash.h"

enum {
	EQUAL_VISITS_MAX = 10000, /* shared subtrees are looked at once for each path to them */
	FINGERPRINT_VISITS_MAX = 64,
};

bool node_is_itself(const struct pattern *p, const struct pattern *q)
{
	return p == q;
}

bool value_equal(const struct value *a, const struct value *b)
{
	if (a->kind != b->kind)
		return false;
	switch (a->kind) {
	case VALUE_NUMBER:
		return memcmp(&a->number, &b->number, sizeof a->number) == 0;
	case VALUE_WORD:
		return a->word.len == b->word.len && memcmp(a->word.text, b->word.text, a->word.len) == 0;
	case VALUE_BOOL:
		return a->truth == b->truth;
	case VALUE_SIGNAL:
		return a->signal == b->signal;
	case VALUE_LIST:
		for (uint32_t i = 0; a->list.n == b->list.n && i < a->list.n; i++)
			if (!value_equal(&a->list.items[i], &b->list.items[i]))
				return false;
		return a->list.n == b->list.n;
	case VALUE_MAP:
		break;
	}
	return false; /* no leaf of a tree holds one */
}

static const char *contents(const struct pattern *p)
{
	return (const char *)p + sizeof *p;
}

static bool nodes_equal(const struct pattern *p, const struct pattern *q)
{
	if (p->ops != q->ops || p->bytes != q->bytes || p->n_params != q->n_params ||
	    p->n_selectors != q->n_selectors || p->n_children != q->n_children || p->flow != q->flow)
		return false;
	if (p->ops->equal)
		return p->ops->equal(p, q);
	return memcmp(contents(p), contents(q), p->bytes - sizeof *p) == 0;
}

/* Recursion: as deep as a query's. */
static bool equal_within(const struct pattern *p, const struct pattern *q, unsigned *visits_left)
{
	if (p == q)
		return true;
	if (*visits_left == 0 || !nodes_equal(p, q))
		return false;
	--*visits_left;
	for (unsigned i = 0; i < p->n_children; i++)
		if (!equal_within(p->children[i], q->children[i], visits_left))
			return false;
	return true;
}

bool pattern_equal(const struct pattern *p, const struct pattern *q)
{
	unsigned visits = EQUAL_VISITS_MAX;

	return equal_within(p, q, &visits);
}

static uint64_t contents_hash(const struct pattern *p)
{
	struct value v;

	if (!p->ops->equal)
		return hash64_bytes(0, contents(p), p->bytes - sizeof *p);
	if (!pattern_is_pure(p, &v))
		return 0;
	if (v.kind == VALUE_WORD)
		return hash64_bytes(v.kind, v.word.text, v.word.len);
	return v.kind == VALUE_NUMBER ? hash64_bytes(v.kind, &v.number, sizeof v.number) : 0;
}

static uint64_t fingerprint_within(const struct pattern *p, unsigned *visits_left)
{
	uint64_t h = hash64_pair((uint64_t)(uintptr_t)p->ops, p->n_children);

	if (*visits_left == 0)
		return h;
	--*visits_left;
	h = hash64_pair(h, contents_hash(p));
	for (unsigned i = 0; i < p->n_children; i++)
		h = hash64_pair(h, fingerprint_within(p->children[i], visits_left));
	return h;
}

uint64_t pattern_fingerprint(const struct pattern *p)
{
	unsigned visits = FINGERPRINT_VISITS_MAX;

	return fingerprint_within(p, &visits);
}
