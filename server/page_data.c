#include "config.h"

#include "server/page_data.h"

/* Made from web/dist by the rule in web/local.mk. */
#ifdef HAVE_PAGE
#include "web/page.inc"
#else
const struct page_file page_files[] = { { .path = "" } };
const size_t page_files_len = 0;
#endif
