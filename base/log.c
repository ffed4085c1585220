#include "base/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

enum { LINE_BYTES = 4096 };

/* Relaxed: a line that is written while they change may follow either. */
static _Atomic int least_level = LOG_INFO;
static _Atomic int line_format = LOG_FORMAT_AUTO;

struct line {
	char text[LINE_BYTES];
	size_t len;
};

void log_configure(enum log_level least, enum log_format format)
{
	atomic_store_explicit(&least_level, (int)least, memory_order_relaxed);
	atomic_store_explicit(&line_format, (int)format, memory_order_relaxed);
}

static void put(struct line *l, const char *s, size_t n)
{
	size_t room = sizeof l->text - 2 - l->len; /* newline and NUL */
	if (n > room)
		n = room;
	memcpy(l->text + l->len, s, n);
	l->len += n;
}

static void put_str(struct line *l, const char *s)
{
	put(l, s, strlen(s));
}

/* The value between quotes, as a JSON string; text lines use the same so that values stay on their line. */
static void put_quoted(struct line *l, const char *s)
{
	put(l, "\"", 1);
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;
		char esc[8];
		if (c == '"' || c == '\\') {
			snprintf(esc, sizeof esc, "\\%c", c);
			put_str(l, esc);
		} else if (c < 0x20 || c == 0x7f) {
			snprintf(esc, sizeof esc, "\\u%04x", c);
			put_str(l, esc);
		} else {
			put(l, s, 1);
		}
	}
	put(l, "\"", 1);
}

static bool is_plain(const char *s)
{
	return *s && strcspn(s, " \"=\\") == strlen(s) && strpbrk(s, "\n\r\t") == NULL;
}

void log_event(enum log_level level, const char *message, ...)
{
	static const char *const names[] = { "debug", "info", "warn", "error" };
	struct line l = { .len = 0 };
	char ts[CLOCK_RFC3339_SIZE];
	int format = atomic_load_explicit(&line_format, memory_order_relaxed);
	bool json;
	va_list ap;
	const char *key;

	if ((int)level < atomic_load_explicit(&least_level, memory_order_relaxed))
		return;
	json = format == LOG_FORMAT_JSON || (format == LOG_FORMAT_AUTO && !isatty(STDERR_FILENO));
	clock_format_rfc3339(clock_wall_ms(), ts);
	put_str(&l, json ? "{\"ts\":\"" : "");
	put_str(&l, ts);
	put_str(&l, json ? "\",\"level\":\"" : " ");
	put_str(&l, names[level]);
	put_str(&l, json ? "\",\"msg\":" : " ");
	if (json)
		put_quoted(&l, message);
	else
		put_str(&l, message);
	va_start(ap, message);
	while ((key = va_arg(ap, const char *))) {
		const char *value = va_arg(ap, const char *);
		value = value ? value : "";
		put_str(&l, json ? "," : " ");
		if (json)
			put_quoted(&l, key);
		else
			put_str(&l, key);
		put_str(&l, json ? ":" : "=");
		if (!json && is_plain(value))
			put_str(&l, value);
		else
			put_quoted(&l, value);
	}
	va_end(ap);
	if (json)
		put_str(&l, "}");
	l.text[l.len++] = '\n';
	/* Nothing useful can be done when standard error is gone. */
	ssize_t written = write(STDERR_FILENO, l.text, l.len);
	(void)written;
}
