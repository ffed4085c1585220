/* Real storage in a temporary folder, and jobs to put into it. Everything aborts the test on failure. */
#ifndef TESTS_LIB_STORE_H
#define TESTS_LIB_STORE_H

#include "storage/storage.h"

/* For a call that takes &err, a struct error of the test. */
#define ck_ok(call) ck_assert_msg((call) == 0, "%s", err.message)
#define ck_fails(call, wanted)                                                                                         \
	do {                                                                                                           \
		ck_assert_int_eq((call), -1);                                                                          \
		ck_assert_str_eq(error_code_name(err.code), error_code_name(wanted));                                  \
	} while (0)

/* Opens data_dir (NULL: a new temporary folder). */
struct storage *store_open(const char *data_dir, enum io_backend io);

/* The content hash of content number n. */
void store_content(unsigned n, uint8_t content_hash[SHA256_BYTES]);

/* A queued job without an id; options and source are literals: no job_fini(). */
struct job store_job(unsigned content);
/* Inserts store_job(content) under an id that grows with every call in the process, and copies the id. */
void store_insert(struct storage *s, unsigned content, int priority, char id[JOB_ID_SIZE]);

/* Byte i of the file that belongs to a content: the tests' idea of a render. */
void store_fill(const uint8_t content_hash[SHA256_BYTES], uint64_t offset, char *out, size_t n);
/* Writes n_bytes of it in odd pieces, without finishing. -1 with *err. */
int store_write(struct sink *sink, const uint8_t content_hash[SHA256_BYTES], uint64_t n_bytes, struct error *err);
/* An artifact from create to finish. */
int store_publish(struct storage *s, const uint8_t content_hash[SHA256_BYTES], uint64_t n_bytes, struct error *err);
/* Does the artifact hold exactly these bytes? */
bool store_has_whole_file(struct storage *s, const uint8_t content_hash[SHA256_BYTES], uint64_t n_bytes);

enum job_state store_state(struct storage *s, const char *id);
/* Files in data_dir/tmp and files below data_dir/artifacts. */
size_t store_count_parts(const char *data_dir);
size_t store_count_artifacts(const char *data_dir);

/* In the calling process io_uring_setup now fails with errnum. */
void store_forbid_uring(int errnum);

#endif
