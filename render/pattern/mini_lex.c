#include "render/pattern/mini_lex.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_continuation(unsigned char c)
{
	return (c & 0xc0) == 0x80;
}

/* Decodes the character at text into *cp; its length, or 0 when it is malformed. */
static size_t utf8_decode(const char *text, size_t len, uint32_t *cp)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *s = (const unsigned char *)text;
	size_t n;

	if (len == 0)
		return 0;
	if (s[0] < 0x80) {
		*cp = s[0];
		return 1;
	}
	n = s[0] >= 0xf0 && s[0] < 0xf5 ? 4 : s[0] >= 0xe0 ? 3 : 2;
	if (s[0] < 0xc2 || s[0] >= 0xf5 || n > len)
		return 0;
	*cp = s[0] & (0xffu >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		if (!is_continuation(s[i]))
			return 0;
		*cp = *cp << 6 | (s[i] & 0x3f);
	}
	return *cp < least[n] || *cp > 0x10ffff || (*cp >= 0xd800 && *cp < 0xe000) ? 0 : n;
}

/* Letters beyond ASCII: the blocks of the scripts in common use, without their punctuation. */
static bool is_foreign_letter(uint32_t cp)
{
	static const struct {
		uint32_t first, last;
	} letters[] = {
		{ 0xaa, 0xaa },     { 0xb5, 0xb5 },     { 0xba, 0xba },     { 0xc0, 0xd6 },     { 0xd8, 0xf6 },
		{ 0xf8, 0x2c1 },    { 0x370, 0x373 },   { 0x376, 0x377 },   { 0x37b, 0x37d },   { 0x386, 0x386 },
		{ 0x388, 0x481 },   { 0x48a, 0x556 },   { 0x561, 0x587 },   { 0x5d0, 0x5ea },   { 0x620, 0x64a },
		{ 0x671, 0x6d3 },   { 0x904, 0x939 },   { 0xe01, 0xe30 },   { 0x10a0, 0x10fa }, { 0x1100, 0x11ff },
		{ 0x1e00, 0x1fbc }, { 0x3041, 0x3096 }, { 0x30a1, 0x30fa }, { 0x3105, 0x312f }, { 0x3400, 0x4dbf },
		{ 0x4e00, 0x9fff }, { 0xac00, 0xd7a3 },
	};

	for (size_t i = 0; i < sizeof letters / sizeof *letters; i++)
		if (cp >= letters[i].first && cp <= letters[i].last)
			return true;
	return false;
}

static bool is_word_char(uint32_t cp)
{
	if (cp >= 0x80)
		return is_foreign_letter(cp);
	return (cp >= 'a' && cp <= 'z') || (cp >= 'A' && cp <= 'Z') || (cp >= '0' && cp <= '9') ||
	       (cp && strchr("~-#.^_", (int)cp));
}

size_t mini_space_len(const char *text, size_t len)
{
	size_t n = 0;

	while (n < len) {
		if (strchr(" \t\r\n", text[n]) && text[n])
			n++;
		else if (len - n >= 2 && memcmp(text + n, "\xc2\xa0", 2) == 0)
			n += 2;
		else
			break;
	}
	return n;
}

size_t mini_word_len(const char *text, size_t len)
{
	size_t n = 0, step;
	uint32_t cp;

	while ((step = utf8_decode(text + n, len - n, &cp)) > 0 && (is_word_char(cp) || (n > 0 && cp == '\'')))
		n += step;
	return n == 1 && (text[0] == '.' || text[0] == '_') ? 0 : n;
}

size_t mini_char_len(const char *text, size_t len)
{
	uint32_t cp;
	size_t n = utf8_decode(text, len, &cp);
	return n || !len ? n : 1;
}

static size_t digits_len(const char *text, size_t len)
{
	size_t n = 0;

	while (n < len && is_digit(text[n]))
		n++;
	return n;
}

/* Bytes of "e-3" at text, or 0. */
static size_t exponent_len(const char *text, size_t len)
{
	size_t n = 1;

	if (len < 2 || (text[0] | 0x20) != 'e')
		return 0;
	if (text[1] == '-' || text[1] == '+')
		n++;
	return digits_len(text + n, len - n) ? n + digits_len(text + n, len - n) : 0;
}

size_t mini_count_len(const char *text, size_t len)
{
	size_t n = len && text[0] == '-', whole = n < len && text[n] == '0' ? 1 : digits_len(text + n, len - n);

	if (!whole)
		return 0;
	n += whole;
	if (n + 1 < len && text[n] == '.' && is_digit(text[n + 1]))
		n += 1 + digits_len(text + n + 1, len - n - 1);
	return n + exponent_len(text + n, len - n);
}

/* Bytes of a decimal that may begin or end with its point: "1." ".5" "007" "2E3". */
static size_t decimal_len(const char *text, size_t len)
{
	size_t n = len && text[0] == '-', whole = digits_len(text + n, len - n), part = 0;

	n += whole;
	if (n < len && text[n] == '.') {
		part = digits_len(text + n + 1, len - n - 1);
		n += 1 + part;
	}
	if (!whole && !part)
		return 0;
	return n + exponent_len(text + n, len - n);
}

/* "0x10", "0o17", "0b101". */
static bool parse_radix(const char *word, size_t len, double *out)
{
	int base = len < 3 || word[0] != '0' ? 0 : (word[1] | 0x20) == 'x' ? 16 : (word[1] | 0x20) == 'o' ? 8 : 2;
	char copy[20], *end;

	if (!base || (base == 2 && (word[1] | 0x20) != 'b') || len - 2 >= sizeof copy || word[2] == '-')
		return false;
	memcpy(copy, word + 2, len - 2);
	copy[len - 2] = '\0';
	if (base == 16 && (copy[1] | 0x20) == 'x')
		return false;
	*out = (double)strtoull(copy, &end, base);
	return *end == '\0';
}

bool mini_word_is_number(const char *word, size_t len, double *out)
{
	char copy[128];

	if (parse_radix(word, len, out))
		return true;
	if (len == 0 || len >= sizeof copy || decimal_len(word, len) != len)
		return false;
	memcpy(copy, word, len);
	copy[len] = '\0';
	*out = strtod(copy, NULL);
	return isfinite(*out);
}
