#include "server/curl_library.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define SONAME "libcurl.so.4"

static const struct {
	const char *name;
	size_t offset; /* in struct curl_library */
} functions[] = {
#define CURL_ROW(name) { "curl_" #name, offsetof(struct curl_library, name) },
	CURL_FUNCTIONS(CURL_ROW)
#undef CURL_ROW
};

struct curl_library libcurl;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool is_loaded;
static char why[256]; /* it is not */

static void fail(void)
{
	const char *text = dlerror();

	snprintf(why, sizeof why, "%s", text ? text : SONAME " lacks a function");
}

static void load(void)
{
	void *library = dlopen(SONAME, RTLD_NOW | RTLD_LOCAL);

	if (!library) {
		fail();
		return;
	}
	for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
		void *function = dlsym(library, functions[i].name);

		if (!function) {
			fail();
			return;
		}
		memcpy((char *)&libcurl + functions[i].offset, &function, sizeof function);
	}
	is_loaded = true;
}

int curl_library_load(struct error *err)
{
	pthread_once(&once, load);
	return is_loaded ? 0 : error_set(err, ERR_UNSUPPORTED, "libcurl cannot be loaded: %s", why);
}
