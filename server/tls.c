#include "server/tls.h"

#include <gnutls/x509.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/log.h"

enum { CHAIN_MAX = 16, KEY_ID_BYTES_MAX = 64 };

struct identity {
	uint8_t digest[SHA256_BYTES]; /* of both files */
	gnutls_pcert_st chain[CHAIN_MAX];
	unsigned n_chain;
	gnutls_privkey_t key;
	int64_t not_after_s;
	/* The one before. It is kept, since handshakes may still read it: some kilobytes, once in the weeks that a certificate is
	 * good for. Files that did not change make no new one. */
	struct identity *older;
};

/* Release by tls_load(), acquire by handshakes; what it points to is not changed any more. */
static struct identity *_Atomic current;

/* --- Reading ---------------------------------------------------------------------------------------------- */

static void identity_free(struct identity *t)
{
	for (unsigned i = 0; i < t->n_chain; i++)
		gnutls_pcert_deinit(&t->chain[i]);
	if (t->key)
		gnutls_privkey_deinit(t->key);
	free(t);
}

static int fail(struct error *err, int rc, const char *path)
{
	return error_set(err, ERR_INVALID, "%s: %s", path, gnutls_strerror(rc));
}

static int read_chain(struct identity *t, const gnutls_datum_t *pem, const char *path, struct error *err)
{
	unsigned n = CHAIN_MAX;
	int rc = gnutls_pcert_list_import_x509_raw(t->chain, &n, pem, GNUTLS_X509_FMT_PEM, GNUTLS_X509_CRT_LIST_SORT);

	if (rc < 0)
		return fail(err, rc, path);
	t->n_chain = n;
	return 0;
}

static int read_key(struct identity *t, const gnutls_datum_t *pem, const char *path, struct error *err)
{
	int rc = gnutls_privkey_init(&t->key);

	if (rc == 0)
		rc = gnutls_privkey_import_x509_raw(t->key, pem, GNUTLS_X509_FMT_PEM, NULL, 0);
	return rc < 0 ? fail(err, rc, path) : 0;
}

static int read_validity(struct identity *t, const char *path, struct error *err)
{
	gnutls_x509_crt_t crt;
	int rc = gnutls_pcert_export_x509(&t->chain[0], &crt);

	if (rc < 0)
		return fail(err, rc, path);
	t->not_after_s = gnutls_x509_crt_get_expiration_time(crt);
	gnutls_x509_crt_deinit(crt);
	if (t->not_after_s < clock_wall_ms() / 1000)
		log_event(LOG_WARN, "the certificate is no longer valid", "file", path, NULL);
	return 0;
}

/* Is the key that of the certificate? */
static int check_pair(const struct identity *t, const char *cert_path, const char *key_path, struct error *err)
{
	unsigned char of_cert[KEY_ID_BYTES_MAX], of_key[KEY_ID_BYTES_MAX];
	size_t n_cert = sizeof of_cert, n_key = sizeof of_key;
	gnutls_pubkey_t public;
	int rc = gnutls_pubkey_init(&public);

	if (rc < 0)
		return fail(err, rc, key_path);
	rc = gnutls_pubkey_import_privkey(public, t->key, 0, 0);
	if (rc == 0)
		rc = gnutls_pubkey_get_key_id(public, GNUTLS_KEYID_USE_SHA256, of_key, &n_key);
	if (rc == 0)
		rc = gnutls_pubkey_get_key_id(t->chain[0].pubkey, GNUTLS_KEYID_USE_SHA256, of_cert, &n_cert);
	gnutls_pubkey_deinit(public);
	if (rc < 0)
		return fail(err, rc, key_path);
	if (n_cert == n_key && memcmp(of_cert, of_key, n_key) == 0)
		return 0;
	return error_set(err, ERR_INVALID, "the key in %s does not belong to the certificate in %s", key_path,
			 cert_path);
}

static struct identity *identity_read(const gnutls_datum_t *cert, const gnutls_datum_t *key, const char *cert_path,
				      const char *key_path, struct error *err)
{
	struct identity *t = calloc(1, sizeof *t);

	if (!t) {
		error_set(err, ERR_NO_MEMORY, "no memory for the certificate");
		return NULL;
	}
	if (read_chain(t, cert, cert_path, err) == 0 && read_key(t, key, key_path, err) == 0 &&
	    check_pair(t, cert_path, key_path, err) == 0 && read_validity(t, cert_path, err) == 0)
		return t;
	identity_free(t);
	return NULL;
}

/* --- Taking ----------------------------------------------------------------------------------------------- */

static int take(const gnutls_datum_t *cert, const gnutls_datum_t *key, const char *cert_path, const char *key_path,
		struct error *err)
{
	struct identity *older = atomic_load_explicit(&current, memory_order_relaxed), *t;
	uint8_t digest[SHA256_BYTES];
	struct sha256 sum;

	sha256_init(&sum);
	sha256_update(&sum, cert->data, cert->size);
	sha256_update(&sum, key->data, key->size);
	sha256_final(&sum, digest);
	if (older && memcmp(older->digest, digest, sizeof digest) == 0)
		return 0;
	t = identity_read(cert, key, cert_path, key_path, err);
	if (!t)
		return -1;
	memcpy(t->digest, digest, sizeof digest);
	t->older = older;
	atomic_store_explicit(&current, t, memory_order_release);
	return 0;
}

int tls_load(const char *cert_path, const char *key_path, struct error *err)
{
	gnutls_datum_t cert = { NULL, 0 }, key = { NULL, 0 };
	int rc = gnutls_load_file(cert_path, &cert), result;

	if (rc < 0)
		return fail(err, rc, cert_path);
	rc = gnutls_load_file(key_path, &key);
	result = rc < 0 ? fail(err, rc, key_path) : take(&cert, &key, cert_path, key_path, err);
	gnutls_free(cert.data);
	if (key.data)
		gnutls_memset(key.data, 0, key.size);
	gnutls_free(key.data);
	return result;
}

void tls_unload(void)
{
	struct identity *t = atomic_exchange(&current, NULL);

	while (t) {
		struct identity *older = t->older;
		identity_free(t);
		t = older;
	}
}

int64_t tls_not_after_s(void)
{
	const struct identity *t = atomic_load_explicit(&current, memory_order_acquire);

	return t ? t->not_after_s : 0;
}

/* --- In a connection -------------------------------------------------------------------------------------- */

int tls_choose(gnutls_session_t session, const gnutls_datum_t *authorities, int n_authorities,
	       const gnutls_pk_algorithm_t *algorithms, int n_algorithms, gnutls_pcert_st **chain, unsigned *n_chain,
	       gnutls_privkey_t *key)
{
	struct identity *t = atomic_load_explicit(&current, memory_order_acquire);

	(void)session, (void)authorities, (void)n_authorities, (void)algorithms, (void)n_algorithms;
	if (!t)
		return -1;
	*chain = t->chain;
	*n_chain = t->n_chain;
	*key = t->key;
	return 0;
}

void tls_send_last(gnutls_session_t session, const void *data, size_t n)
{
	/* Sockets of the library do not block: what does not fit at once is not sent. */
	if (gnutls_record_send(session, data, n) == (ssize_t)n)
		gnutls_bye(session, GNUTLS_SHUT_WR);
}
