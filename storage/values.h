/* The values of a statement's parameters. They are bound to it, and nothing is copied: texts and blobs are borrowed until
 * the call that was given the values returns. */
#ifndef STORAGE_VALUES_H
#define STORAGE_VALUES_H

#include <stddef.h>
#include <stdint.h>

struct value {
	enum value_type { VALUE_INT, VALUE_REAL, VALUE_TEXT, VALUE_BLOB } type;
	union {
		int64_t n;
		double x;
		const void *bytes; /* borrowed until the call that takes the value returns; NULL: NULL */
	};
	size_t size; /* of a blob */
};

/* The values of a statement's parameters, in their order and as many. */
struct values {
	const struct value *items;
	size_t n;
};

/* VALUES(v_text(id), v_int(now_ms)), at least one; they live as long as the block that they stand in. */
#define VALUES(...)                                                                                                    \
	((struct values){ (const struct value[]){ __VA_ARGS__ },                                                       \
			  sizeof((const struct value[]){ __VA_ARGS__ }) / sizeof(struct value) })
#define NO_VALUES ((struct values){ NULL, 0 })

/* Also for counts and sizes: SQLite's integers have a sign, and nothing here comes near 2^63. */
static inline struct value v_int(int64_t n)
{
	return (struct value){ .type = VALUE_INT, .n = n };
}

/* SQLite makes NULL of a NAN. */
static inline struct value v_real(double x)
{
	return (struct value){ .type = VALUE_REAL, .x = x };
}

static inline struct value v_text(const char *text)
{
	return (struct value){ .type = VALUE_TEXT, .bytes = text };
}

/* NULL for "". */
static inline struct value v_text_or_null(const char *text)
{
	return v_text(text && text[0] ? text : NULL);
}

static inline struct value v_blob(const void *bytes, size_t size)
{
	return (struct value){ .type = VALUE_BLOB, .bytes = bytes, .size = size };
}

#endif
