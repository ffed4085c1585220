#include "tests/lib/blowup.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

static void append(struct buf *text, const char *s, size_t n)
{
	if (buf_append(text, s, n) < 0)
		abort();
}

static void append_number(struct buf *text, unsigned n)
{
	if (buf_printf(text, "%u", n) < 0)
		abort();
}

/* s with %i and %p replaced. */
static void append_numbered(struct buf *text, const char *s, unsigned i)
{
	for (; *s; s++) {
		if (s[0] == '%' && (s[1] == 'i' || s[1] == 'p'))
			append_number(text, *++s == 'i' ? i : i - 1);
		else
			append(text, s, 1);
	}
}

static void append_repeated(struct buf *text, const char *s, unsigned n)
{
	for (unsigned i = 1; s && i <= n; i++)
		append_numbered(text, s, i);
}

static void append_once(struct buf *text, const char *s)
{
	if (s)
		append(text, s, strlen(s));
}

char *blowup_text(const struct blowup *b, size_t *len)
{
	struct buf text = BUF_INIT;

	append_once(&text, b->head);
	append_repeated(&text, b->open, b->n);
	append_once(&text, b->middle);
	append_repeated(&text, b->close, b->n);
	append_once(&text, b->tail);
	*len = text.len;
	return buf_take(&text);
}

#define MANY "too-many-events"

const struct blowup blowups[] = {
	/* Mini-notation. */
	{ "a factor", MANY, "bd*1000000000", .head = "out $ s \"bd*1000000000\"" },
	{ "a factor by turns", MANY, "1000000000 2>", .head = "out $ s \"bd*<1000000000 2>\"" },
	{ "a factor by chance", MANY, "1000000|", .head = "out $ s \"bd*[1000000|2000000]\"" },
	{ "factors in factors", MANY, "[[bd*100]*100]*100]", .head = "out $ s \"[[[[bd*100]*100]*100]*100]*100\"" },
	{ "factors by turns in one another", MANY, "bd", .head = "out $ s \"[bd*<1000 999>]*<1000 998>\"" },
	{ "a factor of a factor", MANY, "1*1000000", .head = "out $ s \"bd*[1*1000000]\"" },
	{ "repetition", MANY, "bd!1000000000", .head = "out $ s \"bd!1000000000\"" },
	{ "repeated alternation", MANY, NULL, .head = "out $ s \"<bd sn>!1000000000\"" },
	{ "a polymeter", MANY, "{a b c}%1000000007", .head = "out $ s \"{a b c}%1000000007\"" },
	{ "a polymeter by turns", MANY, NULL, .head = "out $ s \"{bd sn hh}%<1000000007 3>\"" },
	{ "polymeters in polymeters", MANY, "{{bd sn}%1000 hh}%1000", .head = "out $ s \"{{bd sn}%1000 hh}%1000\"" },
	{ "a euclidean rhythm", "mini-too-large", "1e9", .head = "out $ s \"bd(1e9,1e9)\"" },
	{ "a fast euclidean rhythm", MANY, "bd(4000,4096)*4096", .head = "out $ s \"bd(4000,4096)*4096\"" },
	{ "euclidean rhythms by turns", MANY, "bd", .head = "out $ s \"bd(<4000 3999>,4096)*<4096 4095>\"" },
	{ "open brackets", "mini-too-large", "[", .head = "out $ s \"", .open = "[", .n = 100000, .tail = "\"" },
	{ "nested brackets", "mini-too-large", "[", .head = "out $ s \"", .open = "[", .n = 5000, .middle = "bd",
	  .close = "]", .tail = "\"" },
	{ "nested alternations", NULL, NULL, .head = "out $ s \"", .open = "<", .n = 120, .middle = "bd", .close = ">",
	  .tail = "\"" },
	{ "layers", MANY, "bd*1000", .head = "out $ s \"[", .open = "bd*1000, ", .n = 1000, .tail = "bd]\"" },
	{ "a weight", NULL, NULL, .head = "out $ s \"bd@1000000000000 sn\"" },
	{ "modifiers", "mini-too-large", NULL, .head = "out $ s \"bd", .open = "*1", .n = 5000, .tail = "\"" },
	{ "a range", MANY, NULL, .head = "out $ n \"0 .. 1000000000\"" },
	/* Transforms. */
	{ "fast", "out-of-range", "1000000000", .head = "out $ s \"bd\" $ fast 1000000000" },
	{ "fast by a pattern", MANY, "fast", .head = "out $ s \"bd\" $ fast \"1000000000\"" },
	{ "fast by turns", MANY, "1000000000 1>", .head = "out $ s \"bd\" $ fast \"<1000000000 1>\"" },
	{ "fast fast", MANY, "fast 1024", .head = "out $ s \"bd\" $ fast 1024 $ fast 1024" },
	{ "slow by little", MANY, NULL, .head = "out $ s \"bd\" $ slow \"0.000000001\"" },
	{ "hurry", MANY, NULL, .head = "out $ s \"bd\" $ hurry \"1000000\"" },
	{ "ply ply", MANY, "ply 1000", .head = "out $ s \"bd\" $ ply 1000 $ ply 1000" },
	{ "ply of a million", MANY, "ply", .head = "out $ s \"bd\" $ ply \"1000000\" $ ply \"1000000\"" },
	{ "ply by turns", MANY, "bd", .head = "out $ s \"bd\" $ ply \"<1000 1001>\" $ ply \"<1000 1002>\"" },
	{ "chop", "out-of-range", "1000000000", .head = "out $ s \"bd\" $ chop 1000000000" },
	{ "chop by a pattern", MANY, "chop", .head = "out $ s \"bd\" $ chop \"1000000000\"" },
	{ "chop by turns", MANY, "bd", .head = "out $ s \"bd\" $ chop \"<1024 1023>\" $ chop \"<1024 1023>\"" },
	{ "striate striate", MANY, "striate 1024", .head = "out $ s \"bd*100\" $ striate 1024 $ striate 1024" },
	{ "stut", MANY, NULL, .head = "out $ s \"bd\" $ stut \"1000000000\" 0.5 0.1" },
	{ "stut stut", MANY, "bd", .head = "out $ s \"bd*8\" $ stut 256 0.5 0.1 $ stut 256 0.5 0.1" },
	{ "echo echo", MANY, "bd", .head = "out $ s \"bd*8\" $ echo 256 0.1 0.5 $ echo 256 0.1 0.5" },
	{ "every in every cycle", MANY, NULL, .head = "out $ s \"bd\"", .open = " $ every 1 (fast 2)", .n = 30 },
	{ "every every", NULL, NULL, .head = "out $ s \"bd\"", .open = " $ every 2 (fast 2)", .n = 60 },
	{ "every within every", NULL, NULL, .head = "out $ s \"bd\" $ ", .open = "every 2 (", .n = 200, .middle = "rev",
	  .close = ")" },
	{ "superimpose", MANY, "superimpose", .head = "out $ s \"bd\"", .open = " $ superimpose (fast 2)", .n = 30 },
	{ "off", MANY, "bd", .head = "out $ s \"bd\"", .open = " $ off 0.125 (fast 2)", .n = 30 },
	{ "jux", MANY, "jux", .head = "out $ s \"bd\"", .open = " $ jux rev", .n = 30 },
	{ "layer", MANY, "layer", .head = "out $ s \"bd\"", .open = " $ layer [rev, fast 2]", .n = 30 },
	{ "chunk", NULL, NULL, .head = "out $ s \"bd\"", .open = " $ chunk 4 (fast 2)", .n = 60 },
	{ "within", MANY, "bd", .head = "out $ s \"bd\"", .open = " $ within 0 0.5 (fast 2)", .n = 60 },
	{ "sometimesBy", MANY, "bd", .head = "out $ s \"bd\"", .open = " $ sometimesBy 0.9 (fast 2)", .n = 40 },
	{ "inside inside", MANY, NULL, .head = "out $ s \"bd\" $ inside 1024 (inside 1024 (inside 1024 rev))" },
	{ "zoom", MANY, NULL, .head = "out $ s \"bd\" $ zoom 0 \"1000000000\"" },
	{ "linger", MANY, NULL, .head = "out $ s \"bd*64\" $ linger \"0.000000001\"" },
	{ "struct", MANY, "t*1000000", .head = "out $ s \"bd\" $ struct \"t*1000000\"" },
	{ "a fast rhythm", MANY, NULL, .head = "out $ s \"bd\" $ euclid 4096 4096 $ fast 1024" },
	{ "many small changes", MANY, "bd", .head = "out $ s \"bd*90000\"", .open = " $ late 0.1", .n = 50 },
	{ "plyWith", "out-of-range", "1000", .head = "out $ s \"bd\" $ plyWith 1000 (ply 1000)" },
	/* Values. */
	{ "chords on chords", MANY, NULL, .head = "out $ s \"bd*100\" # note \"[", .open = "0,", .n = 2000,
	  .tail = "0]\"" },
	{ "a control", MANY, "440*1000000000", .head = "out $ sine \"440*1000000000\"" },
	{ "a control by turns", MANY, NULL, .head = "out $ sine \"440*<1000000000 2>\"" },
	{ "a fast control", MANY, "fast 1024", .head = "out $ sine (\"440*1000\" $ fast 1024)" },
	{ "times out of range", "time-out-of-range", NULL, .head = "out $ s \"bd\"", .open = " $ fast 1.0000001",
	  .n = 10 },
	/* Programs. */
	{ "a loop", "out-of-range", "1..1000000000", .head = "for i in 1..1000000000:\n  ~x[i] $ sine i\nout $ ~x1" },
	{ "loops in loops", "program-too-large", NULL,
	  .head = "for a in 1..100:\n  for b in 1..100:\n    for c in 1..100:\n      ~x[a] $ sine (b*c)\nout $ ~x1" },
	{ "a sum", "out-of-range", NULL, .head = "~x1 $ sine 1\nout $ sum(~x[1..1000000000])" },
	{ "functions that double", "program-too-large", NULL, .head = "fn f0 x = (sine x)\n",
	  .open = "fn f%i x = (f%p x + f%p x)\n", .n = 30, .tail = "out $ f30 440" },
	{ "templates that double", "program-too-large", NULL, .head = "@t0: sine 440\n", .open = "@t%i: @t%p + @t%p\n",
	  .n = 30, .tail = "out $ @t30" },
	{ "function buses that double", "program-too-large", NULL, .head = "~b0 x $ sine x\n",
	  .open = "~b%i x $ ~b%p x + ~b%p (x * 2)\n", .n = 30, .tail = "out $ ~b30 100" },
	{ "buses on buses", "nested-too-deep", NULL, .head = "~b0 $ sine 440\n", .open = "~b%i $ ~b%p + ~b%p\n",
	  .n = 2000, .tail = "out $ ~b2000" },
	{ "instruments on instruments", NULL, NULL, .head = "~b0 $ sine 440\n", .open = "~b%i $ s \"~b%p*100\"\n",
	  .n = 7, .tail = "out $ s \"~b7\"" },
	{ "parentheses", "nested-too-deep", "(", .head = "out $ ", .open = "(", .n = 100000, .middle = "sine 440",
	  .close = ")" },
	{ "effects", "nested-too-deep", NULL, .head = "out $ s \"bd\"", .open = " # gain 1", .n = 20000 },
	{ "transforms", "nested-too-deep", "rev", .head = "out $ s \"bd\"", .open = " $ rev", .n = 20000 },
	{ "terms", "program-too-large", NULL, .head = "out $ sine 1", .open = " + sine 1", .n = 20000 },
};

const size_t n_blowups = sizeof blowups / sizeof *blowups;
