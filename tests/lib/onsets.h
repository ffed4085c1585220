/* What a pattern plays in a cycle, as short text for tables. */
#ifndef TESTS_LIB_ONSETS_H
#define TESTS_LIB_ONSETS_H

#include "render/pattern/pattern.h"

/* "bd@0 sn,gain=0.5@1/2": the haps that begin in the span asked for, in the order of the list, at times counted from
 * the begin of a cycle. Allocated from a. */
const char *test_onsets(struct arena *a, const struct hap_list *l, int64_t cycle);

#endif
