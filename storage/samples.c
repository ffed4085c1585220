/* Names of samples, and what jobs were submitted with. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "storage/internal.h"

/* --- Reading ---------------------------------------------------------------------------------------------- */

/* The entries of a key, ?1, with its place in the bank. */
#define SELECT_ENTRIES                                                                                                 \
	"SELECT key_id, bank, name, s.digest, created_at_ms, updated_at_ms,"                                           \
	" (SELECT count(*) FROM sample AS b WHERE b.key_id = ?1 AND b.bank = s.bank AND b.name < s.name),"             \
	" type, f.bytes, stored_bytes, frames, sample_rate, channels"                                                  \
	" FROM sample AS s JOIN sample_file AS f USING (digest) WHERE key_id = ?1"

static int read_entry(struct row *row, void *ctx)
{
	struct sample_entry *e = ctx;

	*e = (struct sample_entry){ .variation = 0 };
	row_copy_text(row, e->key_id, sizeof e->key_id);
	row_copy_text(row, e->bank, sizeof e->bank);
	row_copy_text(row, e->name, sizeof e->name);
	row_copy_blob(row, e->facts.digest, SHA256_BYTES);
	e->created_at_ms = row_int(row);
	e->updated_at_ms = row_int(row);
	e->variation = (uint64_t)row_int(row);
	sample_facts_read(row, &e->facts);
	return 0;
}

/* 1 with the entry that e names, 0 when there is none, -1. */
static int find_entry(struct db *db, void *entry, struct error *err)
{
	struct sample_entry *e = entry, named = *e;

	return db_each_row(db, SELECT_ENTRIES " AND bank = ?2 AND name = ?3",
			   VALUES(v_text(named.key_id), v_text(named.bank), v_text(named.name)), read_entry, e, err);
}

static int no_entry(const struct sample_entry *e, struct error *err)
{
	return error_set(err, ERR_NOT_FOUND, "there is no sample '%s' in a bank '%s'", e->name, e->bank);
}

int storage_sample_get(struct storage *s, struct sample_entry *entry, struct error *err)
{
	int n = readers_do(&s->readers, find_entry, entry, err);

	return n == 0 ? no_entry(entry, err) : n < 0 ? -1 : 0;
}

int storage_sample_list(struct storage *s, const struct sample_filter *f, struct sample_entry **list, size_t *n,
			bool *has_more, struct error *err)
{
	static const char sql[] = SELECT_ENTRIES " AND (bank, name) > (?2, ?3) AND (?4 IS NULL OR bank = ?4)"
						 " ORDER BY bank, name LIMIT ?5";
	struct row_list rows = { .read = read_entry, .item_size = sizeof **list };
	struct values values =
		VALUES(v_text(f->key_id), v_text(f->after_bank ? f->after_bank : ""),
		       v_text(f->after_name ? f->after_name : ""), v_text(f->bank), v_int((int64_t)f->limit + 1));

	if (readers_each_row(&s->readers, sql, values, row_list_add, &rows, err) < 0) {
		free(rows.items);
		return -1;
	}
	*has_more = rows.n > f->limit;
	*n = rows.n - *has_more;
	*list = rows.items;
	return 0;
}

/* --- Writing ---------------------------------------------------------------------------------------------- */

struct change {
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
	int n;

	c->before = *c->entry;
	n = find_entry(db, &c->before, err);
	if (n < 0 || !condition->is_given)
		return n;
	if ((n == 1) != condition->wants_entry ||
	    (n == 1 && memcmp(c->before.facts.digest, condition->digest, SHA256_BYTES) != 0))
		return error_set(err, ERR_MISMATCH, "the sample was changed meanwhile");
	return n;
}

static int upsert(struct db *db, const struct change *c, struct error *err)
{
	static const char sql[] =
		"INSERT INTO sample (key_id, bank, name, digest, bytes, created_at_ms, updated_at_ms)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6) ON CONFLICT (key_id, bank, name) DO UPDATE"
		" SET digest = excluded.digest, bytes = excluded.bytes, updated_at_ms = excluded.updated_at_ms";
	const struct sample_entry *e = c->entry;

	return db_run(db, sql,
		      VALUES(v_text(e->key_id), v_text(e->bank), v_text(e->name),
			     v_blob(c->facts->digest, SHA256_BYTES), v_int((int64_t)c->facts->stored_bytes),
			     v_int(e->updated_at_ms)),
		      err);
}

static int check_row(struct row *row, void *ctx)
{
	int64_t n_samples = row_int(row), is_over = row_int(row), max_bytes = row_int(row);

	(void)ctx;
	if (n_samples > SAMPLES_PER_KEY_MAX)
		return error_set(row->err, ERR_QUOTA, "a key may have %d samples", SAMPLES_PER_KEY_MAX);
	if (is_over)
		return error_set(row->err, ERR_QUOTA,
				 "this key's jobs and samples keep %lld bytes, all that they may; delete some",
				 (long long)max_bytes);
	return 0;
}

/* The sample is counted already. */
static int check_limits(struct db *db, const char *key_id, struct error *err)
{
	static const char sql[] = "SELECT (SELECT count(*) FROM sample WHERE key_id = ?1),"
				  " max_bytes > 0 AND bytes > max_bytes, max_bytes"
				  " FROM (SELECT 1) LEFT JOIN api_key ON id = ?1";

	return db_each_row(db, sql, VALUES(v_text(key_id)), check_row, NULL, err) < 0 ? -1 : 0;
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
	return db_expect_row(find_entry(db, c->entry, err), ERR_INTERNAL, "a sample has no file", err);
}

int storage_sample_put(struct storage *s, struct sample_upload *u, const struct sample_condition *condition,
		       struct sample_entry *entry, enum sample_change *change, struct error *err)
{
	struct change c = { .condition = condition, .facts = sample_upload_facts(u), .entry = entry };

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
	struct change *c = ctx;
	const struct sample_entry *e = c->entry;
	int had = look_before(db, c, err);

	if (had <= 0)
		return had == 0 ? no_entry(e, err) : -1;
	return db_run(db, "DELETE FROM sample WHERE key_id = ? AND bank = ? AND name = ?",
		      VALUES(v_text(e->key_id), v_text(e->bank), v_text(e->name)), err);
}

int storage_sample_delete(struct storage *s, const struct sample_entry *entry, const struct sample_condition *condition,
			  struct error *err)
{
	struct sample_entry copy = *entry;
	struct change c = { .condition = condition, .entry = &copy };

	if (writer_do(s->writer, delete_row, NULL, &c, err) < 0)
		return -1;
	sample_file_release(s, c.before.facts.digest);
	return 0;
}

/* --- Sets ------------------------------------------------------------------------------------------------- */

/* A row of bank and digest. */
static int add_file(struct row *row, void *set)
{
	char bank[SAMPLE_BANK_SIZE];
	uint8_t digest[SHA256_BYTES];

	row_copy_text(row, bank, sizeof bank);
	return row_copy_blob(row, digest, sizeof digest) ? sample_set_add(set, bank, digest, row->err) : 0;
}

static struct sample_set *new_set(struct storage *s, struct error *err)
{
	struct sample_set *set = sample_set_new(sample_file_open_decoded, s);

	if (!set)
		error_set(err, ERR_NO_MEMORY, "no memory for the list of samples");
	return set;
}

/* Gives the set away unless it failed, or is empty. */
static int give_set(struct sample_set *set, int rc, struct sample_set **out)
{
	*out = rc == 0 && set->n_banks > 0 ? set : NULL;
	if (!*out)
		sample_set_free(set);
	return rc;
}

int storage_sample_set(struct storage *s, const char *key_id, const struct sample_set *over, struct sample_set **out,
		       struct error *err)
{
	static const char sql[] = "SELECT bank, digest FROM sample WHERE key_id = ? ORDER BY bank, name";
	bool has_any = atomic_load_explicit(&s->has_samples, memory_order_relaxed);
	struct sample_set *set;
	int rc = 0;

	*out = NULL;
	if (!has_any && !over)
		return 0;
	set = new_set(s, err);
	if (!set)
		return -1;
	if (has_any && readers_each_row(&s->readers, sql, VALUES(v_text(key_id)), add_file, set, err) < 0)
		rc = -1;
	if (rc == 0 && over)
		rc = sample_set_lay_over(set, over, err);
	return give_set(set, rc, out);
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
	struct sample_set *set = new_set(s, err);
	int rc;

	*out = NULL;
	if (!set)
		return -1;
	rc = readers_each_row(&s->readers, sql, VALUES(v_text(job_id)), add_file, set, err) < 0 ? -1 : 0;
	if (rc == 0)
		rc = check_files(s, set, err);
	return give_set(set, rc, out);
}

/* --- What a job is submitted with ------------------------------------------------------------------------- */

static int insert_version(struct db *db, const uint8_t version[SHA256_BYTES], const struct sample_set_bank *bank,
			  struct error *err)
{
	static const char sql[] = "INSERT OR IGNORE INTO sample_version (version, position, digest) VALUES (?,?,?)";

	for (size_t i = 0; i < bank->n_files; i++)
		if (db_run(db, sql,
			   VALUES(v_blob(version, SHA256_BYTES), v_int((int64_t)i),
				  v_blob(bank->digests[i], SHA256_BYTES)),
			   err))
			return -1;
	return 0;
}

/* How many files of a version are written down and kept. */
static int count_kept(struct db *db, const uint8_t version[SHA256_BYTES], int64_t *n, struct error *err)
{
	return db_read_int(db, "SELECT count(*) FROM sample_version JOIN sample_file USING (digest) WHERE version = ?",
			   VALUES(v_blob(version, SHA256_BYTES)), n, err);
}

static void version_of(const struct sample_set_bank *bank, uint8_t version[SHA256_BYTES])
{
	struct sha256 h;

	sha256_init(&h);
	sha256_update(&h, bank->digests, bank->n_files * SHA256_BYTES);
	sha256_final(&h, version);
}

static int insert_bank(struct db *db, const struct job *j, const struct sample_set_bank *bank, struct error *err)
{
	bool is_live = !job_state_is_terminal(j->state);
	int64_t n_files = (int64_t)bank->n_files, n_kept;
	uint8_t version[SHA256_BYTES];

	version_of(bank, version);
	if (count_kept(db, version, &n_kept, err))
		return -1;
	if (n_kept != n_files && (insert_version(db, version, bank, err) || count_kept(db, version, &n_kept, err)))
		return -1;
	if (is_live && n_kept != n_files)
		return error_set(err, ERR_CONFLICT, "a sample of the bank '%s' was deleted just now; submit again",
				 bank->name);
	return db_run(db, "INSERT INTO job_sample (job_id, bank, version, is_live) VALUES (?,?,?,?)",
		      VALUES(v_text(j->id), v_text(bank->name), v_blob(version, SHA256_BYTES), v_int(is_live)), err);
}

int job_insert_samples(struct db *db, const struct job *j, struct error *err)
{
	for (size_t b = 0; j->samples && b < j->samples->n_banks; b++)
		if (j->samples->banks[b].is_used && insert_bank(db, j, &j->samples->banks[b], err))
			return -1;
	return 0;
}
