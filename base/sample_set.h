/* Samples that come with a render and lie over those that are installed: banks of files, each file named by the SHA-256
 * of its bytes. storage/ makes sets, render/ plays them, and neither knows the other. A set does not change while
 * somebody reads it, but for is_used. */
#ifndef BASE_SAMPLE_SET_H
#define BASE_SAMPLE_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/hash.h"

enum { SAMPLE_BANK_SIZE = 64 };

struct sample_set_bank {
	char name[SAMPLE_BANK_SIZE];      /* what a program writes */
	uint8_t (*digests)[SHA256_BYTES]; /* of its files, in the order of variations */
	size_t n_files, cap;              /* at least one file */
	bool is_used; /* a program was found to play it; set by render_content_hash() and its like */
};

/* Gives a descriptor of the decoded form (render_sample_info()) of the file with this digest; the caller closes it. -1
 * with the error. Any thread. */
typedef int (*sample_set_open_fn)(void *ctx, const uint8_t digest[SHA256_BYTES], struct error *err);

struct sample_set {
	struct sample_set_bank *banks; /* sorted by name */
	size_t n_banks, cap;
	sample_set_open_fn open;
	void *ctx;
};

/* An empty set; NULL when memory is out. */
struct sample_set *sample_set_new(sample_set_open_fn open, void *ctx);
void sample_set_free(struct sample_set *set);

/* One more file of the bank of that name, behind those that it has. ERR_NO_MEMORY, ERR_INVALID for a name that is too long. */
int sample_set_add(struct sample_set *set, const char *name, const uint8_t digest[SHA256_BYTES],
		   struct error *err) WARN_UNUSED;
/* Copies of the banks of `over`, in place of those that have the same names. ERR_NO_MEMORY. */
int sample_set_lay_over(struct sample_set *set, const struct sample_set *over, struct error *err) WARN_UNUSED;

/* NULL: there is none. name need not be NUL-terminated. */
struct sample_set_bank *sample_set_find(const struct sample_set *set, const char *name, size_t len);

#endif
