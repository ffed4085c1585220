/* What stays and what goes when space is short.
 *
 * The least recently used results go first. When a file was used last is its access time, which is set here, whatever the file
 * system is mounted with, at most once a minute: a download costs no write to the database. A result that is pinned by any
 * of the jobs that name it stays. What goes ends as if its time were over: the jobs stay for a week and say 410. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "storage/internal.h"

enum {
	TOUCH_S = 60,
	RELEASED_MAX = 64, /* contents per write */
};

/* Of what is allowed, so that not every new file sends one away. */
#define KEPT_SHARE 0.9

/* --- Use -------------------------------------------------------------------------------------------------- */

void keep_touch(const struct storage *s, const char *name, const struct stat *st)
{
	const struct timespec times[] = { { .tv_nsec = UTIME_NOW }, { .tv_nsec = UTIME_OMIT } };

	if (time(NULL) - st->st_atim.tv_sec >= TOUCH_S)
		utimensat(s->artifacts_fd, name, times, AT_SYMLINK_NOFOLLOW);
}

/* --- Pins ------------------------------------------------------------------------------------------------- */

int storage_job_pin(struct storage *s, const char *id, bool is_pinned, struct error *err)
{
	static const char sql[] = "UPDATE job SET is_pinned = ? WHERE id = ?";
	int n_changed = writer_change(s->writer, sql, VALUES(v_int(is_pinned), v_text(id)), err);

	return db_expect_row(n_changed, ERR_NOT_FOUND, "no job has this id", err);
}

/* --- Eviction --------------------------------------------------------------------------------------------- */

/* A result that may go. */
struct candidate {
	uint8_t content_hash[SHA256_BYTES];
	struct timespec used;
	uint64_t bytes;
};

static int read_candidate(struct row *row, void *item)
{
	struct candidate *c = item;

	*c = (struct candidate){ .bytes = 0 };
	row_copy_blob(row, c->content_hash, SHA256_BYTES);
	return 0;
}

static bool is_before(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec < b->tv_sec || (a->tv_sec == b->tv_sec && a->tv_nsec < b->tv_nsec);
}

/* All files of a content. */
static void look_at_files(const struct storage *s, struct candidate *c)
{
	char name[ARTIFACT_NAME_SIZE];
	struct stat st;

	for (unsigned part = 0;; part++) {
		if (fstatat(s->artifacts_fd, artifact_name(c->content_hash, part, name), &st, AT_SYMLINK_NOFOLLOW))
			return;
		c->bytes += (uint64_t)st.st_size;
		if (is_before(&c->used, &st.st_atim))
			c->used = st.st_atim;
	}
}

static int compare(const void *va, const void *vb)
{
	const struct candidate *a = va, *b = vb;

	return is_before(&b->used, &a->used) - is_before(&a->used, &b->used);
}

struct eviction {
	struct storage *storage;
	int64_t now_ms;
	const struct candidate *items;
	size_t n;
};

static int evict_some(struct db *db, void *ctx, struct error *err)
{
	/* One that was pinned since it was looked at stays. */
	static const char sql[] = "UPDATE job SET is_expired = 1, expires_at_ms = ?1 WHERE content_hash = ?2"
				  " AND state = 'succeeded' AND is_expired = 0 AND NOT EXISTS (SELECT 1 FROM job"
				  " WHERE content_hash = ?2 AND state = 'succeeded' AND is_pinned = 1)";
	const struct eviction *e = ctx;

	for (size_t i = 0; i < e->n; i++)
		if (db_run(db, sql, VALUES(v_int(e->now_ms), v_blob(e->items[i].content_hash, SHA256_BYTES)), err))
			return -1;
	return 0;
}

static int release(struct db *db, void *ctx, struct error *err)
{
	const struct eviction *e = ctx;

	for (size_t i = 0; i < e->n; i++)
		if (artifact_release(e->storage, db, e->items[i].content_hash, err))
			return -1;
	return 0;
}

/* How many of the oldest bring what is stored down to `kept`. */
static size_t count_needed(const struct row_list *list, uint64_t stored, uint64_t kept)
{
	const struct candidate *items = list->items;
	size_t n = 0;

	while (n < list->n && stored > kept) {
		stored -= items[n].bytes < stored ? items[n].bytes : stored;
		n++;
	}
	return n;
}

static int evict(struct storage *s, const struct row_list *list, size_t n, int64_t now_ms, struct error *err)
{
	const struct candidate *items = list->items;

	for (size_t i = 0; i < n; i += RELEASED_MAX) {
		struct eviction e = { s, now_ms, items + i, n - i < RELEASED_MAX ? n - i : RELEASED_MAX };
		if (writer_do(s->writer, evict_some, release, &e, err))
			return -1;
	}
	return 0;
}

uint64_t storage_bytes(const struct storage *s)
{
	return atomic_load_explicit(&s->n_stored_bytes, memory_order_relaxed);
}

int storage_make_room(struct storage *s, uint64_t max_bytes, int64_t now_ms, size_t *n_evicted, struct error *err)
{
	static const char sql[] = "SELECT content_hash FROM job WHERE state = 'succeeded' AND is_expired = 0"
				  " GROUP BY content_hash HAVING max(is_pinned) = 0";
	struct row_list list = { .read = read_candidate, .item_size = sizeof(struct candidate) };
	struct candidate *items;
	int rc;

	*n_evicted = 0;
	if (storage_bytes(s) <= max_bytes)
		return 0;
	rc = readers_each_row(&s->readers, sql, NO_VALUES, row_list_add, &list, err) < 0 ? -1 : 0;
	items = list.items;
	for (size_t i = 0; rc == 0 && i < list.n; i++)
		look_at_files(s, &items[i]);
	if (rc == 0 && list.n > 0) {
		qsort(items, list.n, sizeof *items, compare);
		*n_evicted = count_needed(&list, storage_bytes(s), (uint64_t)(KEPT_SHARE * (double)max_bytes));
		rc = evict(s, &list, *n_evicted, now_ms, err);
	}
	free(list.items);
	return rc;
}
