/* The contract, openapi/openapi.yaml, and the same in JSON, as bytes in the binary. */
#ifndef SERVER_OPENAPI_DATA_H
#define SERVER_OPENAPI_DATA_H

#include <stddef.h>

extern const unsigned char openapi_yaml[], openapi_json[];
extern const size_t openapi_yaml_len, openapi_json_len;

#endif
