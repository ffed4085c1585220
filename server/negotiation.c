#include "server/negotiation.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *skip_space(const char *s)
{
	return s + strspn(s, " \t");
}

/* Length of the list element at s: up to the next comma outside quotes. */
static size_t element_length(const char *s)
{
	bool quoted = false;
	size_t n;

	for (n = 0; s[n] && (quoted || s[n] != ','); n++) {
		if (s[n] == '"')
			quoted = !quoted;
		else if (quoted && s[n] == '\\' && s[n + 1])
			n++;
	}
	return n;
}

static bool is_same(const char *a, size_t n, const char *b)
{
	return strlen(b) == n && strncasecmp(a, b, n) == 0;
}

/* 3: type/subtype, 2: type and any subtype, 1: anything, 0: no match. */
static int match(const char *range, size_t n, const char *type)
{
	size_t major = strcspn(type, "/");

	if (is_same(range, n, type))
		return 3;
	if (n == major + 2 && strncasecmp(range, type, major + 1) == 0 && range[n - 1] == '*')
		return 2;
	return n == 3 && memcmp(range, "*/*", 3) == 0;
}

/* "0.7" as 700; what is no quality counts as 1. */
static int parse_quality(const char *s)
{
	int q = 0, scale = 100;

	if (*s == '1')
		return 1000;
	if (*s != '0')
		return 1000;
	if (s[1] != '.')
		return 0;
	for (s += 2; *s >= '0' && *s <= '9' && scale; s++, scale /= 10)
		q += (*s - '0') * scale;
	return q;
}

/* The q parameter in the element's rest s[n], which starts at a ';' or is empty. */
static int find_quality(const char *s, size_t n)
{
	const char *end = s + n;

	while (s < end && (s = memchr(s, ';', (size_t)(end - s)))) {
		s = skip_space(s + 1);
		if (s + 1 < end && (*s == 'q' || *s == 'Q') && s[1] == '=')
			return parse_quality(s + 2);
	}
	return 1000;
}

int negotiation_quality(const char *accept, const char *type)
{
	int best = 0, quality = 0;

	if (!accept)
		return 1000;
	while (*(accept = skip_space(accept))) {
		size_t n = element_length(accept), name = strcspn(accept, "; \t,");
		int level = match(accept, name, type);
		if (level > best) {
			best = level;
			quality = find_quality(accept + name, n > name ? n - name : 0);
		}
		accept += n;
		accept += *accept == ',';
	}
	return quality;
}

bool negotiation_is_type(const char *content_type, const char *type)
{
	const char *s = skip_space(content_type);

	return is_same(s, strcspn(s, "; \t"), type);
}

/* "wait" "=" integer, with the blanks that RFC 7240 allows around "=". */
static void read_wait(const char *s, struct prefer *p)
{
	char *end;
	unsigned long value;

	s = skip_space(s);
	if (*s != '=')
		return;
	s = skip_space(s + 1);
	s += *s == '"';
	if (*s < '0' || *s > '9')
		return;
	value = strtoul(s, &end, 10);
	p->has_wait = true;
	p->wait_s = value > 86400 ? 86400 : (unsigned)value;
}

struct prefer negotiation_prefer(const char *value)
{
	struct prefer p = { .has_wait = false };

	while (value && *(value = skip_space(value))) {
		size_t n = element_length(value), name = strcspn(value, "=; \t,");
		if (is_same(value, name, "respond-async"))
			p.respond_async = true;
		else if (is_same(value, name, "wait") && !p.has_wait)
			read_wait(value + name, &p);
		value += n;
		value += *value == ',';
	}
	return p;
}

bool negotiation_has_token(const char *list, const char *token)
{
	size_t n = strlen(token);

	for (const char *at = list; at && *at; at += strcspn(at, ",")) {
		at += strspn(at, ", \t");
		if (strncasecmp(at, token, n) == 0 && (at[n] == '\0' || strchr(", \t", at[n])))
			return true;
	}
	return false;
}
