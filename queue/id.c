/* Job ids: "job_" and 22 base-62 digits of a 128-bit number, 48 bits of milliseconds above 80 random ones.
 *
 * The digits are in ASCII order and of fixed number, so ids sort as text by time; the list of jobs is walked by
 * them, and the order of submission is theirs. Within a millisecond, and when the clock is set back, the next id is
 * the last one plus a random step, so the order holds and neighbours still cannot be guessed. */
#include <sodium/randombytes.h>
#include <string.h>

#include "base/clock.h"
#include "queue/internal.h"

enum { ID_DIGITS = 22, RANDOM_BITS = 80 };

static unsigned __int128 fresh_number(int64_t wall_ms)
{
	uint8_t bytes[RANDOM_BITS / 8];
	unsigned __int128 n = (unsigned __int128)((uint64_t)wall_ms & 0xffffffffffffu);

	randombytes_buf(bytes, sizeof bytes);
	for (size_t i = 0; i < sizeof bytes; i++)
		n = n << 8 | bytes[i];
	return n;
}

static void print_number(unsigned __int128 n, char out[JOB_ID_SIZE])
{
	static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

	memcpy(out, "job_", 4);
	for (int i = ID_DIGITS - 1; i >= 0; i--) {
		out[4 + i] = digits[(unsigned)(n % 62)];
		n /= 62;
	}
	out[4 + ID_DIGITS] = '\0';
}

void queue_make_id(struct queue *q, const char *prefix, char out[JOB_ID_SIZE])
{
	pthread_mutex_lock(&q->lock);
	id_make(q, clock_wall_ms(), out);
	pthread_mutex_unlock(&q->lock);
	memcpy(out, prefix, 4);
}

void queue_id_since(int64_t wall_ms, char out[JOB_ID_SIZE])
{
	print_number((unsigned __int128)((uint64_t)wall_ms & 0xffffffffffffu) << RANDOM_BITS, out);
}

void id_make(struct queue *q, int64_t wall_ms, char out[JOB_ID_SIZE])
{
	unsigned __int128 n = fresh_number(wall_ms);

	if (n <= q->last_id)
		n = q->last_id + 1 + ((unsigned __int128)randombytes_random() << 24);
	q->last_id = n;
	print_number(n, out);
}
