/* The files of the page, built into the program; none when it was configured without. */
#ifndef SERVER_PAGE_DATA_H
#define SERVER_PAGE_DATA_H

#include <stdbool.h>
#include <stddef.h>

struct page_bytes {
	const unsigned char *data;
	size_t len;
};

struct page_file {
	const char *path; /* as in the URL */
	const char *type;
	const char *tag;   /* names the content; without quotes */
	bool is_immutable; /* the path names the content as well */
	struct page_bytes plain, gzip;
};

extern const struct page_file page_files[];
extern const size_t page_files_len;

#endif
