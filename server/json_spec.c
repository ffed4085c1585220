/* Walks a body or a query and gives what it finds to the reader of spec_option.c; prints and reads the canonical form. */
#include "server/json_spec.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "server/spec_option.h"

/* A list of texts; anything else in it makes it another type. */
static void take_list(const json_t *j, struct option_value *v)
{
	size_t n = json_array_size(j);

	v->type = VALUE_LIST;
	for (size_t i = 0; i < n && v->n_items <= SPEC_TAGS_MAX; i++) {
		v->items[v->n_items] = json_string_value(json_array_get(j, i));
		if (!v->items[v->n_items++])
			v->type = VALUE_OTHER;
	}
}

static struct option_value value_of_json(const json_t *j)
{
	struct option_value v = { .type = VALUE_OTHER };

	if (json_is_number(j)) {
		v.type = VALUE_NUMBER;
		v.number = json_number_value(j);
		v.is_integer = json_is_integer(j) || v.number == floor(v.number);
	} else if (json_is_string(j)) {
		v.type = VALUE_TEXT;
		v.text = json_string_value(j);
	} else if (json_is_boolean(j)) {
		v.type = VALUE_TRUTH;
		v.number = json_is_true(j);
	} else if (json_is_array(j)) {
		take_list(j, &v);
	}
	return v;
}

static int take_source(struct arena *a, const json_t *j, struct spec_reader *r, struct error *err)
{
	struct spec *out = r->spec;

	if (!json_is_string(j)) {
		spec_reader_complain(r, "source", "wrong-type", "'source' must be a string");
		return 0;
	}
	out->render.source_len = json_string_length(j);
	out->render.source = arena_strndup(a, json_string_value(j), out->render.source_len);
	if (!out->render.source)
		return error_set(err, ERR_NO_MEMORY, "no memory for the source");
	out->has_source = true;
	return 0;
}

/* a: for the source; NULL: there is none. */
static int walk_members(struct arena *a, json_t *object, struct spec *out, struct spec_problems *l, struct error *err)
{
	struct spec_reader r = spec_reader_begin(out, l, true);
	const char *name;
	json_t *member;

	json_object_foreach(object, name, member)
	{
		struct option_value v = value_of_json(member);
		if (!a || strcmp(name, "source") != 0)
			spec_reader_take(&r, name, &v);
		else if (take_source(a, member, &r, err) < 0)
			return -1;
	}
	if (a && !json_object_get(object, "source"))
		spec_reader_complain(&r, "source", "missing", "'source' is missing");
	return spec_reader_end(&r, err);
}

/* The body is JSON but no object. */
static int refuse_root(struct spec *out, struct spec_problems *l, struct error *err)
{
	struct spec_reader r = spec_reader_begin(out, l, true);

	spec_reader_complain(&r, "", "wrong-type", "the body must be an object");
	l->items[0].pointer[0] = '\0';
	return spec_reader_end(&r, err);
}

/* NULL, with the place, when the text is no JSON. */
static json_t *load(const char *text, size_t len, struct spec_problems *problems, struct json_place *place,
		    struct error *err)
{
	json_error_t at;
	json_t *root = json_loadb(text, len, JSON_REJECT_DUPLICATES, &at);

	*problems = (struct spec_problems){ .n = 0 };
	*place = (struct json_place){ .line = 0 };
	if (root)
		return root;
	*place = (struct json_place){ at.line > 0 ? (unsigned)at.line : 1, at.column > 0 ? (unsigned)at.column : 1,
				      at.position > 0 ? (size_t)at.position : 0 };
	error_set(err, ERR_INVALID, "%s", at.text);
	return NULL;
}

static int take_root(struct arena *a, json_t *root, struct spec *out, struct spec_problems *problems, struct error *err)
{
	return json_is_object(root) ? walk_members(a, root, out, problems, err) : refuse_root(out, problems, err);
}

int spec_parse_json(struct arena *a, const char *text, size_t len, struct spec *out, struct spec_problems *problems,
		    struct json_place *place, struct error *err)
{
	json_t *root = load(text, len, problems, place, err);
	int result;

	if (!root)
		return -1;
	result = take_root(a, root, out, problems, err);
	json_decref(root);
	return result;
}

/* Takes the member out of the object. */
static int take_custom_id(json_t *root, char out[SPEC_TAG_BYTES_MAX + 1], struct error *err)
{
	json_t *member = json_object_get(root, "custom_id");
	const char *text = json_string_value(member);

	out[0] = '\0';
	if (!member)
		return 0;
	if (!text || !*text || strlen(text) > SPEC_TAG_BYTES_MAX)
		return error_set(err, ERR_INVALID, "'custom_id' must be a string of 1 to %d bytes", SPEC_TAG_BYTES_MAX);
	memcpy(out, text, strlen(text) + 1);
	json_object_del(root, "custom_id");
	return 0;
}

int spec_parse_line(struct arena *a, const char *text, size_t len, struct spec *out,
		    char custom_id[SPEC_TAG_BYTES_MAX + 1], struct spec_problems *problems, struct json_place *place,
		    struct error *err)
{
	json_t *root = load(text, len, problems, place, err);
	int result;

	custom_id[0] = '\0';
	if (!root)
		return -1;
	result = take_custom_id(root, custom_id, err);
	if (result == 0)
		result = take_root(a, root, out, problems, err);
	json_decref(root);
	return result;
}

/* A decimal number and nothing else: what JSON allows. */
static struct option_value value_of_text(const char *text)
{
	struct option_value v = { .type = VALUE_TEXT, .text = text };
	size_t n = strspn(text, "0123456789.eE+-");
	char *end;

	if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)
		return (struct option_value){ .type = VALUE_TRUTH, .number = *text == 't', .text = text };

	if (n == 0 || text[n] != '\0' || *text == '+')
		return v;
	v.number = strtod(text, &end);
	if (*end == '\0' && isfinite(v.number)) {
		v.type = VALUE_NUMBER;
		v.is_integer = v.number == floor(v.number);
	}
	return v;
}

static bool is_listed(const char *name, const char *const *list)
{
	for (; list && *list; list++)
		if (strcmp(*list, name) == 0)
			return true;
	return false;
}

int spec_parse_query(const struct http_pair *query, size_t n, const char *const *ignored, struct spec *out,
		     struct spec_problems *problems, struct error *err)
{
	struct spec_reader r = spec_reader_begin(out, problems, false);

	for (size_t i = 0; i < n; i++) {
		struct option_value v = value_of_text(query[i].value);
		if (!is_listed(query[i].name, ignored))
			spec_reader_take(&r, query[i].name, &v);
	}
	return spec_reader_end(&r, err);
}

/* --- Canonical options ------------------------------------------------------------------------------------ */

/* The shortest decimal that reads back as v: 0.1, not 0.10000000000000001. */
static void print_shortest(char *out, size_t size, double v)
{
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(out, size, "%.*g", digits, v);
		if (strtod(out, NULL) == v)
			return;
	}
}

static int put_number(struct buf *b, const char *name, double v)
{
	char number[40];

	print_shortest(number, sizeof number, v);
	return buf_printf(b, "%s\"%s\":%s", b->len > 1 ? "," : "", name, number);
}

static int put_name(struct buf *b, const char *name, const char *value)
{
	return buf_printf(b, "%s\"%s\":\"%s\"", b->len > 1 ? "," : "", name, value);
}

static int put_word(struct buf *b, const char *name, const char *word)
{
	return buf_printf(b, "%s\"%s\":%s", b->len > 1 ? "," : "", name, word);
}

/* From "bitrate" to "from_cycle". */
static int put_first_options(struct buf *b, const struct render_spec *r)
{
	int failed = 0;

	if (r->format == AUDIO_FORMAT_OPUS && r->bitrate_kbps > 0)
		failed |= put_number(b, "bitrate", r->bitrate_kbps);
	if (r->block_frames)
		failed |= put_number(b, "block", r->block_frames);
	failed |= put_number(b, "channels", r->channels);
	if (r->cycles > 0)
		failed |= put_number(b, "cycles", r->cycles);
	else
		failed |= put_number(b, "duration", r->duration_s);
	if (r->fade_in_s > 0)
		failed |= put_number(b, "fade_in", r->fade_in_s);
	if (r->fade_out_s > 0)
		failed |= put_number(b, "fade_out", r->fade_out_s);
	failed |= put_name(b, "format", audio_format_name(r->format));
	return r->from_cycle > 0 ? failed | put_number(b, "from_cycle", r->from_cycle) : failed;
}

/* From "gain" to "to_cycle". */
static int put_last_options(struct buf *b, const struct render_spec *r)
{
	int failed = put_number(b, "gain", r->gain);

	if (r->has_limiter)
		failed |= put_number(b, "limiter", r->ceiling_db);
	if (r->normalize != NORMALIZE_NONE) {
		failed |= put_name(b, "normalize", normalize_mode_name(r->normalize));
		failed |= put_number(b, "normalize_to", r->normalize_to);
	}
	if (r->format == AUDIO_FORMAT_VORBIS)
		failed |= put_number(b, "quality", r->quality);
	failed |= put_number(b, "sample_rate", r->sample_rate_hz);
	failed |= put_number(b, "seed", (double)r->seed);
	if (r->has_stems)
		failed |= put_word(b, "stems", "true");
	if (!audio_format_is_lossy(r->format))
		failed |= put_name(b, "subtype", audio_subtype_name(r->subtype));
	if (r->is_tail_automatic)
		failed |= put_name(b, "tail", "auto");
	else if (r->tail_s > 0)
		failed |= put_number(b, "tail", r->tail_s);
	if (r->threads)
		failed |= put_number(b, "threads", r->threads);
	if (r->to_cycle > 0)
		failed |= put_number(b, "to_cycle", r->to_cycle);
	return failed;
}

char *spec_print_options(const struct spec *spec)
{
	struct buf b = BUF_INIT;
	char hex[SHA256_HEX_SIZE];
	int failed = buf_printf(&b, "{");

	failed |= put_first_options(&b, &spec->render);
	failed |= put_last_options(&b, &spec->render);
	if (spec->has_verify)
		failed |= put_name(&b, "verify_sha256", sha256_hex(spec->verify_sha256, hex));
	failed |= buf_printf(&b, "}");
	if (failed)
		buf_fini(&b);
	return buf_take(&b);
}

/* Takes the member out of the object: 1, 0 when it is not there, -1 when it holds something else. */
static int take_verify(json_t *root, uint8_t sha256[SHA256_BYTES])
{
	const json_t *member = json_object_get(root, "verify_sha256");
	const char *hex = json_string_value(member);

	if (!member)
		return 0;
	if (!hex || strlen(hex) != 64 || sha256_parse_hex(hex, sha256) < 0)
		return -1;
	json_object_del(root, "verify_sha256");
	return 1;
}

int spec_parse_options(const char *text, struct spec *out, struct error *err)
{
	struct spec_problems problems = { .n = 0 };
	uint8_t verify[SHA256_BYTES];
	json_error_t at;
	json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &at);
	int result, has_verify;

	if (!json_is_object(root)) {
		json_decref(root);
		return error_set(err, ERR_CORRUPT, "the stored options of the job are not a JSON object");
	}
	has_verify = take_verify(root, verify);
	result = walk_members(NULL, root, out, &problems, NULL);
	json_decref(root);
	if (result < 0 || has_verify < 0)
		return error_set(err, ERR_CORRUPT, "the stored options of the job: %s",
				 result < 0 ? problems.items[0].message : "'verify_sha256' is no digest");
	out->has_verify = has_verify;
	if (has_verify)
		memcpy(out->verify_sha256, verify, SHA256_BYTES);
	return 0;
}
