#include "base/sample_set.h"

#include <stdlib.h>
#include <string.h>

struct sample_set *sample_set_new(sample_set_open_fn open, void *ctx)
{
	struct sample_set *set = calloc(1, sizeof *set);

	if (set) {
		set->open = open;
		set->ctx = ctx;
	}
	return set;
}

void sample_set_free(struct sample_set *set)
{
	if (!set)
		return;
	for (size_t i = 0; i < set->n_banks; i++)
		free(set->banks[i].digests);
	free(set->banks);
	free(set);
}

/* The first bank whose name is not before this one. */
static size_t place_of(const struct sample_set *set, const char *name, size_t len)
{
	size_t lo = 0, hi = set->n_banks;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (strncmp(set->banks[mid].name, name, len) < 0)
			lo = mid + 1;
		else
			hi = mid; /* also where found is longer */
	}
	return lo;
}

struct sample_set_bank *sample_set_find(const struct sample_set *set, const char *name, size_t len)
{
	size_t i = place_of(set, name, len);

	if (i < set->n_banks && strncmp(set->banks[i].name, name, len) == 0 && set->banks[i].name[len] == '\0')
		return &set->banks[i];
	return NULL;
}

/* The array with room for one more; NULL when memory is out. */
static void *grow(void *items, size_t n, size_t *cap, size_t size)
{
	size_t wanted = *cap ? 2 * *cap : 8;

	if (n < *cap)
		return items;
	items = reallocarray(items, wanted, size);
	if (items)
		*cap = wanted;
	return items;
}

/* The bank of that name, made when it is not there. */
static struct sample_set_bank *bank_of(struct sample_set *set, const char *name)
{
	size_t len = strlen(name), i = place_of(set, name, len);
	struct sample_set_bank *banks = sample_set_find(set, name, len);

	if (banks)
		return banks;
	banks = grow(set->banks, set->n_banks, &set->cap, sizeof *banks);
	if (!banks)
		return NULL;
	set->banks = banks;
	memmove(banks + i + 1, banks + i, (set->n_banks - i) * sizeof *banks);
	set->n_banks++;
	banks[i] = (struct sample_set_bank){ .n_files = 0 };
	memcpy(banks[i].name, name, len + 1);
	return &banks[i];
}

int sample_set_add(struct sample_set *set, const char *name, const uint8_t digest[SHA256_BYTES], struct error *err)
{
	struct sample_set_bank *bank;
	void *digests;

	if (strlen(name) >= SAMPLE_BANK_SIZE)
		return error_set(err, ERR_INVALID, "the name of a bank has %d bytes at most", SAMPLE_BANK_SIZE - 1);
	bank = bank_of(set, name);
	digests = bank ? grow(bank->digests, bank->n_files, &bank->cap, sizeof *bank->digests) : NULL;
	if (!digests)
		return error_set(err, ERR_NO_MEMORY, "no memory for the list of samples");
	bank->digests = digests;
	memcpy(bank->digests[bank->n_files++], digest, SHA256_BYTES);
	return 0;
}

int sample_set_lay_over(struct sample_set *set, const struct sample_set *over, struct error *err)
{
	for (size_t b = 0; b < over->n_banks; b++) {
		const struct sample_set_bank *bank = &over->banks[b];
		struct sample_set_bank *hidden = sample_set_find(set, bank->name, strlen(bank->name));
		if (hidden)
			hidden->n_files = 0;
		for (size_t i = 0; i < bank->n_files; i++)
			if (sample_set_add(set, bank->name, bank->digests[i], err))
				return -1;
	}
	return 0;
}
