#include "server/examples_data.h"

/* Made from the files by the rule in examples/local.mk. */
#include "examples/examples.inc"
