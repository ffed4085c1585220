#include "render/io/sample_digest.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "render/io/sample_stamp.h"

enum { BUCKETS = 1024, READ_BYTES = 65536 };

struct entry {
	struct entry *next;
	struct sample_stamp stamp;
	uint8_t digest[SHA256_BYTES];
	char path[];
};

struct digest_cache {
	pthread_mutex_t lock; /* digests.lock: guards what follows; not held while a file is read */
	struct entry *buckets[BUCKETS];
};

struct digest_cache *digest_cache_new(void)
{
	struct digest_cache *c = calloc(1, sizeof(*c));

	if (c)
		pthread_mutex_init(&c->lock, NULL);
	return c;
}

void digest_cache_free(struct digest_cache *c)
{
	if (!c)
		return;
	for (unsigned i = 0; i < BUCKETS; i++)
		for (struct entry *e = c->buckets[i], *next; e; e = next) {
			next = e->next;
			free(e);
		}
	pthread_mutex_destroy(&c->lock);
	free(c);
}

/* Under the lock. */
static struct entry *entry_find(struct digest_cache *c, const char *path, struct entry ***bucket)
{
	struct entry *e;

	*bucket = &c->buckets[hash64_bytes(0, path, strlen(path)) % BUCKETS];
	e = **bucket;
	while (e && strcmp(e->path, path) != 0)
		e = e->next;
	return e;
}

static bool cache_look_up(struct digest_cache *c, const char *path, const struct sample_stamp *stamp,
			  uint8_t digest[SHA256_BYTES])
{
	struct entry **bucket, *e;
	bool is_known;

	pthread_mutex_lock(&c->lock);
	e = entry_find(c, path, &bucket);
	is_known = e && sample_stamp_equal(&e->stamp, stamp);
	if (is_known)
		memcpy(digest, e->digest, SHA256_BYTES);
	pthread_mutex_unlock(&c->lock);
	return is_known;
}

/* When memory is out, the file will be read again. */
static void cache_remember(struct digest_cache *c, const char *path, const struct sample_stamp *stamp,
			   const uint8_t digest[SHA256_BYTES])
{
	struct entry **bucket, *e;
	size_t len = strlen(path) + 1;

	pthread_mutex_lock(&c->lock);
	e = entry_find(c, path, &bucket);
	if (!e && (e = malloc(sizeof(*e) + len))) {
		memcpy(e->path, path, len);
		e->next = *bucket;
		*bucket = e;
	}
	if (e) {
		e->stamp = *stamp;
		memcpy(e->digest, digest, SHA256_BYTES);
	}
	pthread_mutex_unlock(&c->lock);
}

static int digest_fd(int fd, uint8_t digest[SHA256_BYTES])
{
	struct sha256 h;
	char block[READ_BYTES];
	ssize_t n;

	sha256_init(&h);
	while ((n = read(fd, block, sizeof(block))) > 0 || (n < 0 && errno == EINTR))
		sha256_update(&h, block, n > 0 ? (size_t)n : 0);
	sha256_final(&h, digest);
	return n < 0 ? -1 : 0;
}

/* The digest is remembered only if the file was the same before and after it was read. */
static int digest_open_file(struct digest_cache *c, const char *path, int fd, uint8_t digest[SHA256_BYTES],
			    bool *was_read, struct error *err)
{
	struct sample_stamp before, after;
	struct stat st;

	if (fstat(fd, &st))
		return error_set_errno(err, errno, "fstat");
	if (!S_ISREG(st.st_mode))
		return error_set(err, ERR_IO, "'%s' is no file", path);
	before = sample_stamp_of(&st);
	if (cache_look_up(c, path, &before, digest))
		return 0;
	*was_read = true;
	if (digest_fd(fd, digest) || fstat(fd, &st))
		return error_set_errno(err, errno, "reading '%s'", path);
	after = sample_stamp_of(&st);
	if (sample_stamp_equal(&before, &after) && sample_stamp_is_settled(&after))
		cache_remember(c, path, &after, digest);
	return 0;
}

int digest_cache_file(struct digest_cache *c, const char *path, uint8_t digest[SHA256_BYTES], bool *was_read,
		      struct error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK), rc;
	bool ignored = false;

	if (fd < 0)
		return error_set_errno(err, errno, "opening '%s'", path);
	was_read = was_read ? was_read : &ignored;
	*was_read = false;
	rc = digest_open_file(c, path, fd, digest, was_read, err);
	close(fd);
	return rc;
}
