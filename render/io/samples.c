/* The library: what names there are, and a cache of what was asked for.
 *
 * A folder hides a drum of the kit with the same name, and a bank of a set hides both. Audio is made without holding the lock; when two threads make
 * the same, the second to finish throws its copy away. Unreferenced audio stays until the cache is over its size, the
 * longest unused goes first. So does audio of a file that has changed since, which is found by its stamp. */
#include "render/io/samples.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "render/io/kit.h"
#include "render/io/sample_decode.h"
#include "render/io/sample_digest.h"
#include "render/io/sample_folder.h"
#include "render/io/sample_raw.h"

#define CACHE_BYTES_MAX ((size_t)512 << 20)

/* What a piece of audio is made from. */
struct source {
	const char *name; /* the library's string, compared by address; NULL: of a set */
	size_t index;
	uint32_t sample_rate_hz;
	struct sample_stamp stamp; /* of the file as it is now; zeros for the kit, and for a file that cannot be read */
	uint8_t digest[SHA256_BYTES]; /* of a set's file, which is all that counts then; else zeros */
};

/* Audio in the cache; data handed out is its first member. */
struct cached {
	struct sample_audio audio;
	struct source source; /* with the stamp that audio has */
	size_t n_refs;        /* samples.lock */
	struct cached *next;  /* samples.lock; latest use first */
};

/* The library, or a view of it, which has names of its own and nothing else. */
struct sample_bank {
	struct sample_bank *base; /* of a view: the library; else NULL */
	struct sample_set *set;   /* of a view */
	struct sample_folders folders;
	struct digest_cache *digests;
	const char **names; /* sorted, unique; strings of the folders, the kit and the set */
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

/* NULL: not of a set. */
static struct sample_set_bank *find_in_set(const struct sample_bank *bank, const char *name, size_t len)
{
	return bank->set ? sample_set_find(bank->set, name, len) : NULL;
}

/* Where files, digests and audio are. */
static struct sample_bank *library_of(struct sample_bank *bank)
{
	return bank->base ? bank->base : bank;
}

/* Names of both, sorted and unique, as both are. */
static void merge_names(struct sample_bank *view)
{
	const struct sample_bank *base = view->base;
	const struct sample_set *set = view->set;

	for (size_t i = 0, k = 0; i < base->n_names || k < set->n_banks;) {
		int order = i == base->n_names  ? 1
			    : k == set->n_banks ? -1
						: strcmp(base->names[i], set->banks[k].name);
		view->names[view->n_names++] = order < 0 ? base->names[i] : set->banks[k].name;
		i += order <= 0;
		k += order >= 0;
	}
}

struct sample_bank *sample_bank_over(struct arena *a, struct sample_bank *base, struct sample_set *set)
{
	struct sample_bank *view;

	if (!set || set->n_banks == 0)
		return base;
	view = ARENA_NEW(a, struct sample_bank);
	if (!view)
		return NULL;
	view->base = base;
	view->set = set;
	view->names = ARENA_ARRAY(a, base->n_names + set->n_banks + 1, const char *);
	if (!view->names)
		return NULL;
	merge_names(view);
	return view;
}

size_t sample_bank_count(const struct sample_bank *bank, const char *name, size_t len)
{
	const struct sample_set_bank *own = find_in_set(bank, name, len);
	const struct sample_bank *library = bank->base ? bank->base : bank;
	const struct sample_folder *folder = sample_folders_find(&library->folders, name, len);

	if (own)
		return own->n_files;
	return folder ? folder->n_paths : kit_count(name, len);
}

const char *const *sample_bank_names(const struct sample_bank *bank, size_t *n)
{
	*n = bank->n_names;
	return bank->names;
}

/* --- Audio ---------------------------------------------------------------------------------------------------- */

static int make_kit_audio(struct sample_audio *audio, const struct source *s, struct error *err)
{
	size_t len = strlen(s->name);
	size_t n_frames = kit_frames(s->name, len, s->index, s->sample_rate_hz);
	sample *ch[2];

	if (n_frames == 0)
		return error_set(err, ERR_INVALID, "the kit has no '%s:%zu' at %u Hz", s->name, s->index,
				 (unsigned)s->sample_rate_hz);
	if (sample_audio_alloc(audio, 1, n_frames, s->sample_rate_hz, ch, err))
		return -1;
	if (kit_synthesize(s->name, len, s->index, s->sample_rate_hz, ch[0], n_frames)) {
		free(audio->block);
		return error_set(err, ERR_NO_MEMORY, "no memory to synthesise '%s:%zu'", s->name, s->index);
	}
	return 0;
}

static int make_set_audio(struct sample_audio *audio, const struct sample_set *set, const struct source *s,
			  struct error *err)
{
	int fd = set->open(set->ctx, s->digest, err);
	int rc;

	if (fd < 0)
		return -1;
	rc = sample_raw_read(audio, fd, s->sample_rate_hz, err);
	close(fd);
	return rc;
}

static int make_audio(struct sample_bank *bank, struct sample_audio *audio, const struct source *s, struct error *err)
{
	const struct sample_folder *folder;

	if (!s->name)
		return make_set_audio(audio, bank->set, s, err);
	folder = sample_folders_find(&library_of(bank)->folders, s->name, strlen(s->name));
	if (folder)
		return sample_decode(audio, folder->paths[s->index], s->sample_rate_hz, err);
	return make_kit_audio(audio, s, err);
}

static struct source source_of(struct sample_bank *bank, const char *name, size_t index, uint32_t sample_rate_hz)
{
	const struct sample_set_bank *own = find_in_set(bank, name, strlen(name));
	const struct sample_folder *folder = sample_folders_find(&library_of(bank)->folders, name, strlen(name));
	struct source s = { .sample_rate_hz = sample_rate_hz };
	struct stat st;

	if (own) {
		memcpy(s.digest, own->digests[index], SHA256_BYTES);
		return s;
	}
	s.name = name;
	s.index = index;
	if (folder && stat(folder->paths[index], &st) == 0)
		s.stamp = sample_stamp_of(&st);
	return s;
}

static bool is_same(const struct source *a, const struct source *b)
{
	return a->name == b->name && a->index == b->index && a->sample_rate_hz == b->sample_rate_hz &&
	       sample_stamp_equal(&a->stamp, &b->stamp) && memcmp(a->digest, b->digest, SHA256_BYTES) == 0;
}

/* Takes a reference to what is cached and makes it the latest used; NULL when it is not there. Under the lock. */
static struct cached *cache_take(struct sample_bank *bank, const struct source *s)
{
	for (struct cached **at = &bank->cache; *at; at = &(*at)->next) {
		struct cached *c = *at;

		if (!is_same(&c->source, s))
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
	struct cached *other;

	pthread_mutex_lock(&bank->lock);
	other = cache_take(bank, &c->source);
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
	if (make_audio(bank, &c->audio, s, err)) {
		free(c);
		return NULL;
	}
	c->source = *s;
	c->source.stamp = c->audio.stamp;
	return cache_publish(library_of(bank), c);
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
	struct sample_bank *library = library_of(bank);
	struct cached *c;

	if (!known) {
		error_set(err, ERR_NOT_FOUND, "there is no sample '%.*s'", (int)(len < 64 ? len : 64), name);
		return NULL;
	}
	struct source s = source_of(bank, known, wrap_index(index, sample_bank_count(bank, name, len)), sample_rate_hz);
	pthread_mutex_lock(&library->lock);
	c = cache_take(library, &s);
	pthread_mutex_unlock(&library->lock);
	if (!c)
		c = bank_make(bank, &s, err);
	return c ? &c->audio.data : NULL;
}

void sample_bank_release(struct sample_bank *bank, const struct sample_data *data)
{
	struct cached *c = (struct cached *)(uintptr_t)data; /* audio.data is its first member */
	struct sample_bank *library = library_of(bank);

	if (!data)
		return;
	pthread_mutex_lock(&library->lock);
	c->n_refs--;
	cache_trim(library);
	pthread_mutex_unlock(&library->lock);
}

/* --- Digests -------------------------------------------------------------------------------------------------- */

int sample_bank_digest(struct sample_bank *bank, const char *name, size_t len, struct sha256 *h, struct error *err)
{
	struct sample_bank *library = library_of(bank);
	const struct sample_folder *folder = sample_folders_find(&library->folders, name, len);
	struct sample_set_bank *own = find_in_set(bank, name, len);
	char kit[96];
	int n;

	if (own) {
		own->is_used = true;
		sha256_update(h, own->digests, own->n_files * sizeof own->digests[0]);
		return 0;
	}
	if (folder) {
		for (size_t i = 0; i < folder->n_paths; i++) {
			uint8_t digest[SHA256_BYTES];
			if (digest_cache_file(library->digests, folder->paths[i], digest, NULL, err))
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
