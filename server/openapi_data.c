#include "server/openapi_data.h"

/* Made from the files by the rule in server/local.mk. */
const unsigned char openapi_yaml[] = {
#include "openapi/openapi_yaml.inc"
};
const size_t openapi_yaml_len = sizeof openapi_yaml;

const unsigned char openapi_json[] = {
#include "openapi/openapi_json.inc"
};
const size_t openapi_json_len = sizeof openapi_json;
