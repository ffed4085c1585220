/* The certificate by which the service speaks HTTPS. A process has one at a time: the HTTP library asks for it with nothing by
 * which servers could be told apart.
 *
 * Versions: TLS 1.2 and 1.3. Ciphers: those with authentication, and keys that leave no trace (RFC 9325). */
#ifndef SERVER_TLS_H
#define SERVER_TLS_H

#include <gnutls/abstract.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* GnuTLS's description of the above. */
#define TLS_PRIORITIES                                                                                                 \
	"SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-RSA:-DHE-RSA:-CIPHER-ALL"                                      \
	":+AES-256-GCM:+CHACHA20-POLY1305:+AES-128-GCM:%SERVER_PRECEDENCE"

/* Reads both files (PEM: the certificate with those between it and a root behind it; its private key, without a password) and
 * takes them for handshakes from now on. On failure those taken before stay. ERR_INVALID: they cannot be read, are of another
 * form, or do not belong together. One thread at a time; handshakes may be under way. */
int tls_load(const char *cert_path, const char *key_path, struct error *err) WARN_UNUSED;
/* After the last handshake. */
void tls_unload(void);
/* Until when the certificate is valid, in seconds since 1970; 0: there is none. Any thread. */
int64_t tls_not_after_s(void);

/* What the HTTP library calls in each handshake: gnutls_certificate_retrieve_function2. */
int tls_choose(gnutls_session_t session, const gnutls_datum_t *authorities, int n_authorities,
	       const gnutls_pk_algorithm_t *algorithms, int n_algorithms, gnutls_pcert_st **chain, unsigned *n_chain,
	       gnutls_privkey_t *key);

/* Sends n bytes and says that nothing follows, without waiting for room; on the thread that owns the connection. */
void tls_send_last(gnutls_session_t session, const void *data, size_t n);

#endif
