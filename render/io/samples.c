/* The library: what names there are, and a cache of what was asked for.
 *
 * A folder hides a drum of the kit with the same name. Audio is made without holding the lock; when two threads make
 * the same, the second to finish throws its copy away. Unreferenced audio stays until the cache is over its size, the
 * longest unused goes first. So does audio of a file that has changed since, which is found by its stamp. */
#include "render/io/samples.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "render/io/kit.h"
#include "render/io/sample_decode.h"
#include "render/io/sample_digest.h"
#include "render/io/sample_folder.h"

#define CACHE_BYTES_MAX ((size_t)512 << 20)

/* Audio in the cache; data handed out is its first member. */
struct cached {
	struct sample_audio audio;
	const char *name; /* the bank's string: compared by address */
	size_t index;
	uint32_t sample_rate_hz;
	size_t n_refs;       /* samples.lock */
	struct cached *next; /* samples.lock; latest use first */
};

struct sample_bank {
	struct sample_folders folders;
	struct digest_cache *digests;
	const char **names; /* sorted, unique; strings of the folders and of the kit */
	size_t n_names;
	pthread_mutex_t lock; /* samples.lock: guards the two below and what cached says */
	struct cached *cache;
	size_t cache_bytes;
};

/* --- Names ---------------------------------------------------------------------------------------------------- */

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int bank_collect_names(struct sample_bank *bank)
{
	size_t n_kit;
	const char *const *kit = kit_names(&n_kit);

	bank->names = calloc(bank->folders.n + n_kit + 1, sizeof(*bank->names));
	if (!bank->names)
		return -1;
	for (size_t i = 0; i < bank->folders.n; i++)
		bank->names[bank->n_names++] = bank->folders.items[i].name;
	for (size_t i = 0; i < n_kit; i++)
		if (!sample_folders_find(&bank->folders, kit[i], strlen(kit[i])))
			bank->names[bank->n_names++] = kit[i];
	qsort(bank->names, bank->n_names, sizeof(*bank->names), compare_names);
	return 0;
}

/* The bank's own string for a name; NULL when it has none. */
static const char *bank_find(const struct sample_bank *bank, const char *name, size_t len)
{
	size_t lo = 0, hi = bank->n_names;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int order = strncmp(bank->names[mid], name, len);

		if (order == 0 && bank->names[mid][len] == '\0')
			return bank->names[mid];
		if (order < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

struct sample_bank *sample_bank_open(const char *dir, struct error *err)
{
	struct sample_bank *bank = calloc(1, sizeof(*bank));

	if (!bank) {
		error_set(err, ERR_NO_MEMORY, "no memory for the sample library");
		return NULL;
	}
	if (dir && sample_folders_list(&bank->folders, dir, err))
		goto err_after_bank;
	bank->digests = digest_cache_new();
	if (!bank->digests || bank_collect_names(bank)) {
		error_set(err, ERR_NO_MEMORY, "no memory for the names of samples");
		goto err_after_folders;
	}
	pthread_mutex_init(&bank->lock, NULL);
	return bank;

err_after_folders:
	digest_cache_free(bank->digests);
	sample_folders_fini(&bank->folders);
err_after_bank:
	free(bank);
	return NULL;
}

static void cached_free(struct cached *c)
{
	free(c->audio.block);
	free(c);
}

void sample_bank_free(struct sample_bank *bank)
{
	if (!bank)
		return;
	for (struct cached *c = bank->cache, *next; c; c = next) {
		next = c->next;
		cached_free(c);
	}
	pthread_mutex_destroy(&bank->lock);
	digest_cache_free(bank->digests);
	sample_folders_fini(&bank->folders);
	free(bank->names);
	free(bank);
}

size_t sample_bank_count(const struct sample_bank *bank, const char *name, size_t len)
{
	const struct sample_folder *folder = sample_folders_find(&bank->folders, name, len);

	return folder ? folder->n_paths : kit_count(name, len);
}

const char *const *sample_bank_names(const struct sample_bank *bank, size_t *n)
{
	*n = bank->n_names;
	return bank->names;
}

/* --- Audio ---------------------------------------------------------------------------------------------------- */

static int make_kit_audio(struct cached *c, struct error *err)
{
	size_t len = strlen(c->name);
	size_t n_frames = kit_frames(c->name, len, c->index, c->sample_rate_hz);
	sample *ch[2];

	if (n_frames == 0)
		return error_set(err, ERR_INVALID, "the kit has no '%s:%zu' at %u Hz", c->name, c->index,
				 (unsigned)c->sample_rate_hz);
	if (sample_audio_alloc(&c->audio, 1, n_frames, c->sample_rate_hz, ch, err))
		return -1;
	if (kit_synthesize(c->name, len, c->index, c->sample_rate_hz, ch[0], n_frames)) {
		free(c->audio.block);
		return error_set(err, ERR_NO_MEMORY, "no memory to synthesise '%s:%zu'", c->name, c->index);
	}
	return 0;
}

static int make_audio(const struct sample_bank *bank, struct cached *c, struct error *err)
{
	const struct sample_folder *folder = sample_folders_find(&bank->folders, c->name, strlen(c->name));

	if (folder)
		return sample_decode(&c->audio, folder->paths[c->index], c->sample_rate_hz, err);
	return make_kit_audio(c, err);
}

/* What a piece of audio is made from. */
struct source {
	const char *name; /* the bank's string */
	size_t index;
	uint32_t sample_rate_hz;
	struct sample_stamp stamp; /* of the file as it is now; zeros for the kit, and for a file that cannot be read */
};

static struct source source_of(const struct sample_bank *bank, const char *name, size_t index, uint32_t sample_rate_hz)
{
	const struct sample_folder *folder = sample_folders_find(&bank->folders, name, strlen(name));
	struct source s = { .name = name, .index = index, .sample_rate_hz = sample_rate_hz };
	struct stat st;

	if (folder && stat(folder->paths[index], &st) == 0)
		s.stamp = sample_stamp_of(&st);
	return s;
}

static bool is_from(const struct cached *c, const struct source *s)
{
	return c->name == s->name && c->index == s->index && c->sample_rate_hz == s->sample_rate_hz &&
	       sample_stamp_equal(&c->audio.stamp, &s->stamp);
}

/* Takes a reference to what is cached and makes it the latest used; NULL when it is not there. Under the lock. */
static struct cached *cache_take(struct sample_bank *bank, const struct source *s)
{
	for (struct cached **at = &bank->cache; *at; at = &(*at)->next) {
		struct cached *c = *at;

		if (!is_from(c, s))
			continue;
		*at = c->next;
		c->next = bank->cache;
		bank->cache = c;
		c->n_refs++;
		return c;
	}
	return NULL;
}

/* The link to the longest unused entry without references; NULL when all are in use. Under the lock. */
static struct cached **cache_oldest_idle(struct sample_bank *bank)
{
	struct cached **oldest = NULL;

	for (struct cached **at = &bank->cache; *at; at = &(*at)->next)
		if ((*at)->n_refs == 0)
			oldest = at;
	return oldest;
}

/* Under the lock. */
static void cache_trim(struct sample_bank *bank)
{
	struct cached **at;

	while (bank->cache_bytes > CACHE_BYTES_MAX && (at = cache_oldest_idle(bank))) {
		struct cached *c = *at;

		*at = c->next;
		bank->cache_bytes -= c->audio.block_bytes;
		cached_free(c);
	}
}

/* Puts c in, with one reference, or frees it when another thread was faster; returns what is cached. */
static struct cached *cache_publish(struct sample_bank *bank, struct cached *c)
{
	struct source s = { c->name, c->index, c->sample_rate_hz, c->audio.stamp };
	struct cached *other;

	pthread_mutex_lock(&bank->lock);
	other = cache_take(bank, &s);
	if (!other) {
		c->n_refs = 1;
		c->next = bank->cache;
		bank->cache = c;
		bank->cache_bytes += c->audio.block_bytes;
		cache_trim(bank);
	}
	pthread_mutex_unlock(&bank->lock);
	if (!other)
		return c;
	cached_free(c);
	return other;
}

static struct cached *bank_make(struct sample_bank *bank, const struct source *s, struct error *err)
{
	struct cached *c = calloc(1, sizeof(*c));

	if (!c) {
		error_set(err, ERR_NO_MEMORY, "no memory for a sample");
		return NULL;
	}
	c->name = s->name;
	c->index = s->index;
	c->sample_rate_hz = s->sample_rate_hz;
	if (make_audio(bank, c, err)) {
		free(c);
		return NULL;
	}
	return cache_publish(bank, c);
}

/* index modulo n, from 0 up for negative ones too. */
static size_t wrap_index(long index, size_t n)
{
	long r = index % (long)n;

	return (size_t)(r < 0 ? r + (long)n : r);
}

const struct sample_data *sample_bank_acquire(struct sample_bank *bank, const char *name, size_t len, long index,
					      uint32_t sample_rate_hz, struct error *err)
{
	const char *known = bank_find(bank, name, len);
	struct cached *c;

	if (!known) {
		error_set(err, ERR_NOT_FOUND, "there is no sample '%.*s'", (int)(len < 64 ? len : 64), name);
		return NULL;
	}
	struct source s = source_of(bank, known, wrap_index(index, sample_bank_count(bank, name, len)), sample_rate_hz);
	pthread_mutex_lock(&bank->lock);
	c = cache_take(bank, &s);
	pthread_mutex_unlock(&bank->lock);
	if (!c)
		c = bank_make(bank, &s, err);
	return c ? &c->audio.data : NULL;
}

void sample_bank_release(struct sample_bank *bank, const struct sample_data *data)
{
	struct cached *c = (struct cached *)(uintptr_t)data; /* audio.data is its first member */

	if (!data)
		return;
	pthread_mutex_lock(&bank->lock);
	c->n_refs--;
	cache_trim(bank);
	pthread_mutex_unlock(&bank->lock);
}

/* --- Digests -------------------------------------------------------------------------------------------------- */

int sample_bank_digest(struct sample_bank *bank, const char *name, size_t len, struct sha256 *h, struct error *err)
{
	const struct sample_folder *folder = sample_folders_find(&bank->folders, name, len);
	char kit[96];
	int n;

	if (folder) {
		for (size_t i = 0; i < folder->n_paths; i++) {
			uint8_t digest[SHA256_BYTES];
			if (digest_cache_file(bank->digests, folder->paths[i], digest, NULL, err))
				return -1;
			sha256_update(h, digest, sizeof(digest));
		}
		return 0;
	}
	if (!kit_count(name, len))
		return error_set(err, ERR_NOT_FOUND, "there is no sample '%.*s'", (int)(len < 64 ? len : 64), name);
	n = snprintf(kit, sizeof(kit), "kit %d %.*s\n", KIT_VERSION, (int)len, name);
	sha256_update(h, kit, (size_t)n);
	return 0;
}
