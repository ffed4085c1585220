/* Names of samples, and what jobs were submitted with. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "storage/internal.h"

#define FACTS "type, f.bytes, stored_bytes, frames, sample_rate, channels"

/* --- Reading ---------------------------------------------------------------------------------------------- */

static void copy_text(struct query *q, int column, char *out, size_t size)
{
	const char *text = (const char *)sqlite3_column_text(q->stmt, column);

	snprintf(out, size, "%s", text ? text : "");
}

/* A row of ENTRY. */
#define ENTRY "bank, name, s.digest, created_at_ms, updated_at_ms, " FACTS
enum { ENTRY_FACTS = 5, ENTRY_VARIATION = 11 };

static void read_entry(struct query *q, struct sample_entry *e)
{
	const void *digest = sqlite3_column_blob(q->stmt, 2);

	copy_text(q, 0, e->bank, sizeof e->bank);
	copy_text(q, 1, e->name, sizeof e->name);
	e->created_at_ms = sqlite3_column_int64(q->stmt, 3);
	e->updated_at_ms = sqlite3_column_int64(q->stmt, 4);
	sample_facts_read(q, ENTRY_FACTS, &e->facts);
	e->variation = (uint64_t)sqlite3_column_int64(q->stmt, ENTRY_VARIATION);
	if (digest)
		memcpy(e->facts.digest, digest, SHA256_BYTES);
}

/* 1 with the entry, 0 when there is none, -1. */
static int find_entry(struct db *db, struct sample_entry *e, struct error *err)
{
	static const char sql[] =
		"SELECT " ENTRY ", (SELECT count(*) FROM sample AS b WHERE b.key_id = ?1 AND b.bank = ?2"
		"   AND b.name < ?3)"
		" FROM sample AS s JOIN sample_file AS f USING (digest)"
		" WHERE key_id = ?1 AND bank = ?2 AND name = ?3";
	struct query q;
	int rc;

	query_begin(&q, db, sql, err);
	query_text(&q, e->key_id);
	query_text(&q, e->bank);
	query_text(&q, e->name);
	rc = query_step(&q);
	if (rc == 1)
		read_entry(&q, e);
	query_end(&q);
	return rc;
}

static int no_entry(const struct sample_entry *e, struct error *err)
{
	return error_set(err, ERR_NOT_FOUND, "there is no sample '%s' in a bank '%s'", e->name, e->bank);
}

int storage_sample_get(struct storage *s, struct sample_entry *entry, struct error *err)
{
	struct db *db = readers_take(&s->readers, err);
	int rc;

	if (!db)
		return -1;
	rc = find_entry(db, entry, err);
	readers_give(&s->readers, db);
	return rc == 1 ? 0 : rc == 0 ? no_entry(entry, err) : -1;
}

static int read_list(struct db *db, const struct sample_filter *f, struct sample_entry *list, size_t *n,
		     struct error *err)
{
	static const char sql[] =
		"SELECT " ENTRY ", (SELECT count(*) FROM sample AS b WHERE b.key_id = ?1 AND b.bank = s.bank"
		"   AND b.name < s.name)"
		" FROM sample AS s JOIN sample_file AS f USING (digest)"
		" WHERE key_id = ?1 AND (bank, name) > (?2, ?3) AND (?4 IS NULL OR bank = ?4)"
		" ORDER BY bank, name LIMIT ?5";
	struct query q;
	int rc;

	query_begin(&q, db, sql, err);
	query_text(&q, f->key_id);
	query_text(&q, f->after_bank ? f->after_bank : "");
	query_text(&q, f->after_name ? f->after_name : "");
	query_text(&q, f->bank);
	query_int(&q, (int64_t)f->limit + 1);
	while ((rc = query_step(&q)) == 1 && *n <= f->limit) {
		snprintf(list[*n].key_id, sizeof list[*n].key_id, "%s", f->key_id);
		read_entry(&q, &list[(*n)++]);
	}
	query_end(&q);
	return rc < 0 ? -1 : 0;
}

int storage_sample_list(struct storage *s, const struct sample_filter *f, struct sample_entry **list, size_t *n,
			bool *has_more, struct error *err)
{
	struct sample_entry *found = calloc((size_t)f->limit + 1, sizeof *found);
	struct db *db = found ? readers_take(&s->readers, err) : NULL;
	int rc = -1;

	*n = 0;
	if (!found)
		return error_set(err, ERR_NO_MEMORY, "listing samples: out of memory");
	if (db) {
		rc = read_list(db, f, found, n, err);
		readers_give(&s->readers, db);
	}
	if (rc) {
		free(found);
		return -1;
	}
	*has_more = *n > f->limit;
	*n -= *has_more;
	*list = found;
	return 0;
}

/* --- Writing ---------------------------------------------------------------------------------------------- */

struct change {
	struct storage *storage;
	const struct sample_condition *condition;
	const struct sample_facts *facts; /* NULL: the entry is to go */
	struct sample_entry *entry;       /* as it becomes */
	struct sample_entry before;
	enum sample_change what;
};

/* 1 with c->before, 0 when there was none, -1. */
static int look_before(struct db *db, struct change *c, struct error *err)
{
	const struct sample_condition *condition = c->condition;
	int rc;

	c->before = *c->entry;
	rc = find_entry(db, &c->before, err);
	if (rc < 0 || !condition->is_given)
		return rc;
	if ((rc == 1) != condition->wants_entry ||
	    (rc == 1 && memcmp(c->before.facts.digest, condition->digest, SHA256_BYTES) != 0))
		return error_set(err, ERR_MISMATCH, "the sample was changed meanwhile");
	return rc;
}

static int upsert(struct db *db, const struct change *c, struct error *err)
{
	static const char sql[] =
		"INSERT INTO sample (key_id, bank, name, digest, bytes, created_at_ms, updated_at_ms)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6) ON CONFLICT (key_id, bank, name) DO UPDATE"
		" SET digest = excluded.digest, bytes = excluded.bytes, updated_at_ms = excluded.updated_at_ms";
	struct query q;

	query_begin(&q, db, sql, err);
	query_text(&q, c->entry->key_id);
	query_text(&q, c->entry->bank);
	query_text(&q, c->entry->name);
	query_blob(&q, c->facts->digest, SHA256_BYTES);
	query_int(&q, (int64_t)c->facts->stored_bytes);
	query_int(&q, c->entry->updated_at_ms);
	return query_run(&q) < 0 ? -1 : 0;
}

/* The sample is counted already. */
static int check_limits(struct db *db, const char *key_id, struct error *err)
{
	static const char sql[] =
		"SELECT (SELECT count(*) FROM sample WHERE key_id = ?1), max_bytes > 0 AND bytes > max_bytes,"
		" max_bytes FROM (SELECT 1) LEFT JOIN api_key ON id = ?1";
	struct query q;
	int rc;

	query_begin(&q, db, sql, err);
	query_text(&q, key_id);
	rc = query_step(&q);
	if (rc == 1 && sqlite3_column_int64(q.stmt, 0) > SAMPLES_PER_KEY_MAX)
		rc = error_set(err, ERR_QUOTA, "a key may have %d samples", SAMPLES_PER_KEY_MAX);
	else if (rc == 1 && sqlite3_column_int(q.stmt, 1))
		rc = error_set(err, ERR_QUOTA,
			       "this key's jobs and samples keep %lld bytes, all that they may; delete some",
			       sqlite3_column_int64(q.stmt, 2));
	query_end(&q);
	return rc < 0 ? -1 : 0;
}

static int put(struct db *db, void *ctx, struct error *err)
{
	struct change *c = ctx;
	int had = look_before(db, c, err);

	if (had < 0)
		return -1;
	c->what = had ? SAMPLE_REPLACED : SAMPLE_MADE;
	if (had && memcmp(c->before.facts.digest, c->facts->digest, SHA256_BYTES) == 0) {
		c->what = SAMPLE_UNCHANGED;
		*c->entry = c->before;
		return 0;
	}
	if (upsert(db, c, err) || check_limits(db, c->entry->key_id, err))
		return -1;
	return find_entry(db, c->entry, err) == 1 ? 0 : -1;
}

int storage_sample_put(struct storage *s, const struct sample_upload *u, const struct sample_condition *condition,
		       struct sample_entry *entry, enum sample_change *change, struct error *err)
{
	struct change c = { .storage = s,
			    .condition = condition,
			    .facts = sample_upload_facts((struct sample_upload *)(uintptr_t)u),
			    .entry = entry };

	if (writer_do(s->writer, put, NULL, &c, err) < 0)
		return -1;
	atomic_store_explicit(&s->has_samples, true, memory_order_relaxed);
	*change = c.what;
	if (c.what == SAMPLE_REPLACED)
		sample_file_release(s, c.before.facts.digest);
	return 0;
}

static int delete_row(struct db *db, void *ctx, struct error *err)
{
	static const char sql[] = "DELETE FROM sample WHERE key_id = ? AND bank = ? AND name = ?";
	struct change *c = ctx;
	struct query q;
	int had = look_before(db, c, err);

	if (had <= 0)
		return had == 0 ? no_entry(c->entry, err) : -1;
	query_begin(&q, db, sql, err);
	query_text(&q, c->entry->key_id);
	query_text(&q, c->entry->bank);
	query_text(&q, c->entry->name);
	return query_run(&q) < 0 ? -1 : 0;
}

int storage_sample_delete(struct storage *s, const struct sample_entry *entry, const struct sample_condition *condition,
			  struct error *err)
{
	struct sample_entry copy = *entry;
	struct change c = { .storage = s, .condition = condition, .entry = &copy };

	if (writer_do(s->writer, delete_row, NULL, &c, err) < 0)
		return -1;
	sample_file_release(s, c.before.facts.digest);
	return 0;
}

/* --- Sets ------------------------------------------------------------------------------------------------- */

/* Adds the rows (bank, digest) of a query and ends it. */
static int add_rows(struct query *q, struct sample_set *set, struct error *err)
{
	int rc;

	while ((rc = query_step(q)) == 1) {
		const void *digest = sqlite3_column_blob(q->stmt, 1);
		char bank[SAMPLE_BANK_SIZE];
		copy_text(q, 0, bank, sizeof bank);
		if (digest && sample_set_add(set, bank, digest, err)) {
			rc = -1;
			break;
		}
	}
	query_end(q);
	return rc;
}

/* sql has one parameter. */
static int read_set(struct storage *s, const char *sql, const char *parameter, struct sample_set *set,
		    struct error *err)
{
	struct db *db = readers_take(&s->readers, err);
	struct query q;
	int rc;

	if (!db)
		return -1;
	query_begin(&q, db, sql, err);
	query_text(&q, parameter);
	rc = add_rows(&q, set, err);
	readers_give(&s->readers, db);
	return rc;
}

/* Gives the set away unless it is empty. */
static void give_set(struct sample_set *set, struct sample_set **out)
{
	if (set->n_banks > 0)
		*out = set;
	else
		sample_set_free(set);
}

int storage_sample_set(struct storage *s, const char *key_id, const struct sample_set *over, struct sample_set **out,
		       struct error *err)
{
	static const char sql[] = "SELECT bank, digest FROM sample WHERE key_id = ? ORDER BY bank, name";
	bool has_any = atomic_load_explicit(&s->has_samples, memory_order_relaxed);
	struct sample_set *set;

	*out = NULL;
	if (!has_any && !over)
		return 0;
	set = sample_set_new(sample_file_open_decoded, s);
	if (!set)
		return error_set(err, ERR_NO_MEMORY, "no memory for the list of samples");
	if ((has_any && read_set(s, sql, key_id, set, err)) || (over && sample_set_lay_over(set, over, err))) {
		sample_set_free(set);
		return -1;
	}
	give_set(set, out);
	return 0;
}

static int check_files(const struct storage *s, const struct sample_set *set, struct error *err)
{
	for (size_t b = 0; b < set->n_banks; b++)
		for (size_t i = 0; i < set->banks[b].n_files; i++)
			if (!sample_file_is_there(s, set->banks[b].digests[i]))
				return error_set(
					err, ERR_NOT_FOUND,
					"the sample '%s:%zu' that the job was submitted with is no longer kept",
					set->banks[b].name, i);
	return 0;
}

int storage_sample_set_of_job(struct storage *s, const char *job_id, struct sample_set **out, struct error *err)
{
	static const char sql[] = "SELECT bank, digest FROM job_sample JOIN sample_version USING (version)"
				  " WHERE job_id = ? ORDER BY bank, position";
	struct sample_set *set = sample_set_new(sample_file_open_decoded, s);

	*out = NULL;
	if (!set)
		return error_set(err, ERR_NO_MEMORY, "no memory for the list of samples");
	if (read_set(s, sql, job_id, set, err) || check_files(s, set, err)) {
		sample_set_free(set);
		return -1;
	}
	give_set(set, out);
	return 0;
}

/* --- What a job is submitted with ------------------------------------------------------------------------- */

static int insert_version(struct db *db, const uint8_t version[SHA256_BYTES], const struct sample_set_bank *bank,
			  struct error *err)
{
	static const char sql[] = "INSERT OR IGNORE INTO sample_version (version, position, digest) VALUES (?,?,?)";

	for (size_t i = 0; i < bank->n_files; i++) {
		struct query q;
		query_begin(&q, db, sql, err);
		query_blob(&q, version, SHA256_BYTES);
		query_int(&q, (int64_t)i);
		query_blob(&q, bank->digests[i], SHA256_BYTES);
		if (query_run(&q) < 0)
			return -1;
	}
	return 0;
}

/* How many files of a version are written down and kept. */
static int count_kept(struct db *db, const uint8_t version[SHA256_BYTES], struct error *err)
{
	static const char sql[] =
		"SELECT count(*) FROM sample_version JOIN sample_file USING (digest) WHERE version = ?";
	struct query q;
	int rc;

	query_begin(&q, db, sql, err);
	query_blob(&q, version, SHA256_BYTES);
	rc = query_step(&q);
	if (rc == 1)
		rc = sqlite3_column_int(q.stmt, 0);
	query_end(&q);
	return rc;
}

static int insert_bank(struct db *db, const struct job *j, const struct sample_set_bank *bank, struct error *err)
{
	static const char sql[] = "INSERT INTO job_sample (job_id, bank, version, is_live) VALUES (?,?,?,?)";
	bool is_live = !job_state_is_terminal(j->state);
	uint8_t version[SHA256_BYTES];
	struct sha256 h;
	struct query q;
	int n_kept;

	sha256_init(&h);
	sha256_update(&h, bank->digests, bank->n_files * SHA256_BYTES);
	sha256_final(&h, version);
	n_kept = count_kept(db, version, err);
	if (n_kept >= 0 && (size_t)n_kept != bank->n_files) {
		if (insert_version(db, version, bank, err))
			return -1;
		n_kept = count_kept(db, version, err);
	}
	if (n_kept < 0)
		return -1;
	if (is_live && (size_t)n_kept != bank->n_files)
		return error_set(err, ERR_CONFLICT, "a sample of the bank '%s' was deleted just now; submit again",
				 bank->name);
	query_begin(&q, db, sql, err);
	query_text(&q, j->id);
	query_text(&q, bank->name);
	query_blob(&q, version, SHA256_BYTES);
	query_int(&q, is_live);
	return query_run(&q) < 0 ? -1 : 0;
}

int job_insert_samples(struct db *db, const struct job *j, struct error *err)
{
	for (size_t b = 0; j->samples && b < j->samples->n_banks; b++)
		if (j->samples->banks[b].is_used && insert_bank(db, j, &j->samples->banks[b], err))
			return -1;
	return 0;
}
