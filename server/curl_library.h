/* libcurl, loaded by whoever first speaks to another server: with the twenty libraries that it brings along that takes 7 ms,
 * more than most of a short render's start. Its functions are members of `libcurl`, without the prefix curl_.
 *
 * Only the soname that the headers belong to is loaded, and all its symbols are bound at once, so that a library that is
 * missing or does not fit is an error of the start and not of the first request. */
#ifndef SERVER_CURL_LIBRARY_H
#define SERVER_CURL_LIBRARY_H

#include <curl/curl.h>

#include "base/error.h"

#define CURL_FUNCTIONS(X)                                                                                              \
	X(easy_cleanup)                                                                                                \
	X(easy_getinfo)                                                                                                \
	X(easy_init)                                                                                                   \
	X(easy_perform)                                                                                                \
	X(easy_setopt)                                                                                                 \
	X(easy_strerror)                                                                                               \
	X(global_cleanup)                                                                                              \
	X(global_init)                                                                                                 \
	X(multi_add_handle)                                                                                            \
	X(multi_cleanup)                                                                                               \
	X(multi_info_read)                                                                                             \
	X(multi_init)                                                                                                  \
	X(multi_perform)                                                                                               \
	X(multi_poll)                                                                                                  \
	X(multi_remove_handle)                                                                                         \
	X(multi_wakeup)                                                                                                \
	X(slist_append)                                                                                                \
	X(slist_free_all)

struct curl_library {
#define CURL_MEMBER(name) __typeof__(&curl_##name) name;
	CURL_FUNCTIONS(CURL_MEMBER)
#undef CURL_MEMBER
};

/* Constant from the first curl_library_load() that succeeds. */
extern struct curl_library libcurl;

/* Any thread, any number of times; the library stays until the process ends. -1 with ERR_UNSUPPORTED. */
int curl_library_load(struct error *err) WARN_UNUSED;

#endif
