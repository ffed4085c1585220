/* The program that runs, by its bytes: whether memory that another process left was laid out as here. */
#ifndef BASE_EXECUTABLE_H
#define BASE_EXECUTABLE_H

#include "base/error.h"
#include "base/hash.h"

/* SHA-256 of the running executable; read at the first call, a few tens of milliseconds. Any thread. */
int executable_digest(uint8_t out[SHA256_BYTES], struct error *err) WARN_UNUSED;

#endif
