#include "tests/fuzz/seed_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned hex_value(char c)
{
	return c <= '9' ? (unsigned)(c - '0') : (unsigned)((c | 0x20) - 'a' + 10);
}

size_t seed_unescape(char *line, size_t n)
{
	size_t len = 0;

	for (size_t i = 0; i < n; i++) {
		char c = line[i];
		if (c == '\\' && i + 3 < n && line[i + 1] == 'x') {
			c = (char)(hex_value(line[i + 2]) << 4 | hex_value(line[i + 3]));
			i += 3;
		} else if (c == '\\' && i + 1 < n) {
			c = line[++i] == 'n' ? '\n' : line[i];
		}
		line[len++] = c;
	}
	return len;
}

void seed_print(const char *data, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (data[i] == '\\')
			printf("\\\\");
		else if (data[i] == '\n')
			printf("\\n");
		else if (data[i] < ' ' || data[i] > '~')
			printf("\\x%02x", (unsigned char)data[i]);
		else
			putchar(data[i]);
	}
	putchar('\n');
}

char *seed_read_file(const char *path, size_t *len)
{
	FILE *f = fopen(path, "rb");
	char *text;
	long size;

	if (!f || fseek(f, 0, SEEK_END) || (size = ftell(f)) < 0 || fseek(f, 0, SEEK_SET) ||
	    !(text = malloc((size_t)size + 1)) || fread(text, 1, (size_t)size, f) != (size_t)size) {
		perror(path);
		exit(EXIT_FAILURE);
	}
	fclose(f);
	*len = (size_t)size;
	return text;
}
