#include "render/io/outgoing.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

int outgoing_init(struct outgoing *o, struct sink *sink, bool is_hashed, struct error *err)
{
	*o = (struct outgoing){
		.sink = sink,
		.pending = malloc(OUTGOING_BYTES),
		.sent_ns = clock_monotonic_ns(),
		.is_hashed = is_hashed,
	};
	sha256_init(&o->digest);
	return o->pending ? 0 : error_set(err, ERR_NO_MEMORY, "no memory for an encoder");
}

void outgoing_fini(struct outgoing *o)
{
	free(o->pending);
	o->pending = NULL;
}

int outgoing_flush(struct outgoing *o, struct error *err)
{
	if (o->n_pending == 0)
		return 0;
	if (sink_write_at(o->sink, o->sent, o->pending, o->n_pending, err) < 0)
		return -1;
	o->sent += o->n_pending;
	o->n_pending = 0;
	o->sent_ns = clock_monotonic_ns();
	return 0;
}

void outgoing_hash(struct outgoing *o, const void *data, size_t n)
{
	if (o->is_hashed)
		sha256_update(&o->digest, data, n);
}

int outgoing_send(struct outgoing *o, const void *data, size_t n, struct error *err)
{
	const uint8_t *from = data;

	while (n > 0) {
		size_t part = OUTGOING_BYTES - o->n_pending;
		if (part > n)
			part = n;
		memcpy(o->pending + o->n_pending, from, part);
		o->n_pending += part;
		from += part;
		n -= part;
		if (o->n_pending == OUTGOING_BYTES && outgoing_flush(o, err))
			return -1;
	}
	return clock_monotonic_ns() - o->sent_ns >= OUTGOING_MS * UINT64_C(1000000) ? outgoing_flush(o, err) : 0;
}

void outgoing_digest(struct outgoing *o, uint8_t out[SHA256_BYTES])
{
	memset(out, 0, SHA256_BYTES);
	if (o->is_hashed)
		sha256_final(&o->digest, out);
}

int outgoing_put(struct outgoing *o, const void *data, size_t n, struct error *err)
{
	o->length += n;
	if (o->diverted)
		return buf_append(o->diverted, data, n) ? error_set(err, ERR_NO_MEMORY, "no memory for encoded sound")
							: 0;
	outgoing_hash(o, data, n);
	return outgoing_send(o, data, n, err);
}
