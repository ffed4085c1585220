/* A sink that keeps nothing: for tests and benches that want the work of a render or its digest, not its file.
 * struct sink sink = { &null_sink_ops }; any number of them, any thread. */
#ifndef TESTS_LIB_NULL_SINK_H
#define TESTS_LIB_NULL_SINK_H

#include "base/sink.h"

static inline int null_sink_write_at(struct sink *s, uint64_t offset, const void *data, size_t n, struct error *err)
{
	(void)s, (void)offset, (void)data, (void)n, (void)err;
	return 0;
}

static inline int null_sink_finish(struct sink *s, struct error *err)
{
	(void)s, (void)err;
	return 0;
}

static inline void null_sink_abort(struct sink *s)
{
	(void)s;
}

static const struct sink_ops null_sink_ops = { null_sink_write_at, null_sink_finish, null_sink_abort };

#endif
