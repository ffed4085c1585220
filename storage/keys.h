/* API keys, their limits and what they use; a part of storage.h, which is what other folders include.
 *
 * Only hashes of secrets are stored. Keys are changed by another process too (`phonond keys`), so nothing of them
 * is cached here. */
#ifndef STORAGE_KEYS_H
#define STORAGE_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/hash.h"
#include "storage/ids.h"

struct storage;

enum { KEY_NAME_SIZE = 64 };

/* Bits of api_key.scopes. Admin may do what read and render may, with everybody's jobs. */
enum { SCOPE_READ = 1, SCOPE_RENDER = 2, SCOPE_ADMIN = 4 };

/* 0: no limit. */
struct key_limits {
	uint64_t jobs_per_minute, max_queued, max_running, audio_s_per_day, max_bytes;
};

struct api_key {
	char id[KEY_ID_SIZE]; /* letters and digits */
	char name[KEY_NAME_SIZE];
	uint8_t secret_hash[SHA256_BYTES];
	bool has_old; /* a rotation left the secret before valid until old_until_ms */
	uint8_t old_hash[SHA256_BYTES];
	int64_t old_until_ms;
	unsigned scopes;
	int64_t created_at_ms, expires_at_ms, revoked_at_ms, last_used_at_ms; /* 0: never */
	struct key_limits limits;
};

struct key_usage {
	uint64_t queued, running, bytes;     /* now */
	uint64_t jobs_today, audio_ms_today; /* since midnight UTC; what came from the cache is not counted */
};

/* ERR_CONFLICT: the id is taken. */
int storage_key_insert(struct storage *s, const struct api_key *key, struct error *err) WARN_UNUSED;
/* ERR_NOT_FOUND. */
int storage_key_get(struct storage *s, const char *id, struct api_key *out, struct error *err) WARN_UNUSED;
/* All, oldest first; *keys is malloc'd. */
int storage_key_list(struct storage *s, struct api_key **keys, size_t *n, struct error *err) WARN_UNUSED;
/* How many there are, revoked ones too. */
int storage_key_count(struct storage *s, uint64_t *n, struct error *err) WARN_UNUSED;
/* Revoked keys stay as rows, so that their jobs keep an owner. ERR_NOT_FOUND. */
int storage_key_revoke(struct storage *s, const char *id, int64_t now_ms, struct error *err) WARN_UNUSED;
/* A new secret; the one before stays valid until old_until_ms. ERR_NOT_FOUND, also for a revoked key. */
int storage_key_rotate(struct storage *s, const char *id, const uint8_t secret_hash[SHA256_BYTES], int64_t old_until_ms,
		       struct error *err) WARN_UNUSED;
int storage_key_touch(struct storage *s, const char *id, int64_t now_ms, struct error *err) WARN_UNUSED;

/* id "": the jobs without a key are not counted, all is 0. */
int storage_key_usage(struct storage *s, const char *id, int64_t now_ms, struct key_usage *out,
		      struct error *err) WARN_UNUSED;

#endif
