/* A submission as multipart/form-data (RFC 7578): the field `source`, options as fields of their names, and files `sample[]`
 * that the program plays beside, or in place of, what its key has.
 *
 * A file is called BANK/NAME by its filename, or NAME.wav, which is the only one of a bank NAME. Files go to disk as they
 * come and have no names afterwards: they are kept for the job alone. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "server/api.h"
#include "server/background.h"
#include "server/negotiation.h"
#include "server/problem.h"

enum { FILES_MAX = 32, OPTIONS_MAX = 64, OPTION_BYTES_MAX = 4096, FILES_TOGETHER = 4 };

struct form_file {
	char bank[SAMPLE_BANK_SIZE], name[SAMPLE_NAME_SIZE];
	struct sample_upload *upload;
};

enum part_kind { PART_NONE, PART_SOURCE, PART_OPTION, PART_FILE };

/* r->state. */
struct form {
	struct background_task task; /* first */
	struct app *app;
	struct http_request *request;
	enum part_kind kind; /* of the part that is being read */
	bool has_source;
	struct buf source, value;
	struct http_pair options[OPTIONS_MAX];
	size_t n_options;
	struct form_file files[FILES_MAX];
	size_t n_files;
	/* By the background thread. */
	bool has_worked;
	struct error err;
	size_t failed; /* the file that err is about */
	struct sample_set *set;
};

static void form_free(void *state)
{
	struct form *f = state;

	background_take_back(f->app->background, &f->task);
	for (size_t i = 0; i < f->n_files; i++)
		sample_upload_free(f->files[i].upload);
	sample_set_free(f->set);
	buf_fini(&f->source);
	buf_fini(&f->value);
	free(f);
}

/* --- Parts ------------------------------------------------------------------------------------------------ */

static void refuse(struct http_request *r, const char *field, const char *code, const char *message)
{
	problem_reply_list(r, PROBLEM_INVALID, message,
			   json_pack("[{s:o, s:s, s:s}]", "parameter", problem_json_bytes(field, strlen(field)), "code",
				     code, "message", message),
			   NULL);
}

/* -1: answered. */
static int end_part(struct form *f)
{
	struct http_request *r = f->request;
	const char *value;

	if (f->kind == PART_OPTION) {
		value = arena_strndup(&r->arena, f->value.data ? f->value.data : "", f->value.len);
		if (!value || strlen(value) != f->value.len) {
			refuse(r, f->options[f->n_options].name, "wrong-type", "a field cannot be read");
			return -1;
		}
		f->options[f->n_options++].value = value;
	}
	f->kind = PART_NONE;
	return 0;
}

static void begin_option(struct form *f, const char *name)
{
	const char *copy = arena_strndup(&f->request->arena, name, strlen(name));

	if (f->n_options == OPTIONS_MAX || !copy) {
		problem_reply(f->request, PROBLEM_PAYLOAD_TOO_LARGE, "a form may have %d fields", OPTIONS_MAX);
		return;
	}
	f->options[f->n_options] = (struct http_pair){ .name = copy, .value = "" };
	f->value.len = 0;
	f->kind = PART_OPTION;
}

/* "drums/kick.wav" is kick.wav in drums, and "kick.wav" the same in kick. False when that gives no name of a sample. */
static bool split_name(const char *filename, struct form_file *file)
{
	const char *slash = filename ? strchr(filename, '/') : NULL;
	const char *name = slash ? slash + 1 : filename;
	size_t n = slash ? (size_t)(slash - filename) : filename ? strcspn(filename, ".") : 0;

	if (!filename || n >= sizeof file->bank || strlen(name) >= sizeof file->name)
		return false;
	memcpy(file->bank, filename, n);
	file->bank[n] = '\0';
	strcpy(file->name, name);
	return api_is_sample_name(file->bank, file->name);
}

static bool is_named_already(const struct form *f, const struct form_file *file)
{
	for (size_t i = 0; i < f->n_files; i++)
		if (strcmp(f->files[i].bank, file->bank) == 0 && strcmp(f->files[i].name, file->name) == 0)
			return true;
	return false;
}

static void begin_file(struct form *f, const char *filename)
{
	struct form_file file = { .upload = NULL };
	struct error err = ERROR_INIT;

	if (f->n_files == FILES_MAX)
		problem_reply(f->request, PROBLEM_PAYLOAD_TOO_LARGE, "a form may have %d samples", FILES_MAX);
	else if (!split_name(filename, &file))
		refuse(f->request, "sample[]", "out-of-range",
		       "the filename of a sample is BANK/NAME or NAME.wav; a bank is a letter and letters, digits or "
		       "'_'");
	else if (is_named_already(f, &file))
		refuse(f->request, "sample[]", "duplicate", "two samples have the same name");
	else if (!(file.upload = sample_upload_new(f->app->storage, &err)))
		problem_reply_error(f->request, &err);
	else {
		f->files[f->n_files++] = file;
		f->kind = PART_FILE;
	}
}

static void begin_part(struct form *f, const struct http_part *part)
{
	if (end_part(f) < 0)
		return;
	if (strcmp(part->name, "sample[]") == 0 || strcmp(part->name, "sample") == 0) {
		begin_file(f, part->filename);
	} else if (strcmp(part->name, "source") != 0) {
		begin_option(f, part->name);
	} else if (f->has_source) {
		refuse(f->request, "source", "duplicate", "there are two sources");
	} else {
		f->has_source = true;
		f->kind = PART_SOURCE;
	}
}

static void add_to_file(struct form *f, const struct http_part *part)
{
	struct error err = ERROR_INIT;

	if (part->offset + part->n > f->app->config.max_sample_bytes)
		problem_reply(f->request, PROBLEM_PAYLOAD_TOO_LARGE, "a sample may have %zu bytes",
			      f->app->config.max_sample_bytes);
	else if (sample_upload_write(f->files[f->n_files - 1].upload, part->data, part->n, &err))
		problem_reply_error(f->request, &err);
}

static void take_part(void *ctx, struct http_request *r, const struct http_part *part)
{
	struct form *f = r->state;

	(void)ctx;
	if (part->is_begin)
		begin_part(f, part);
	if (http_replied(r) || part->n == 0)
		return;
	if (f->kind == PART_FILE)
		add_to_file(f, part);
	else if (buf_append(f->kind == PART_SOURCE ? &f->source : &f->value, part->data, part->n) < 0)
		problem_reply(r, PROBLEM_PAYLOAD_TOO_LARGE, "a program may have %u bytes, and an option %d",
			      RENDER_SOURCE_BYTES_MAX, OPTION_BYTES_MAX);
}

/* --- The whole -------------------------------------------------------------------------------------------- */

static bool is_form(struct http_request *r)
{
	const char *type = http_header(r, "Content-Type");

	return type && negotiation_is_type(type, "multipart/form-data");
}

void api_form_begin(void *ctx, struct http_request *r)
{
	struct app *app = ctx;
	struct form *f;

	if (!is_form(r))
		return;
	if (r->n_query) {
		problem_reply(r, PROBLEM_INVALID, "with a form, options belong into the form, not into the query");
		return;
	}
	f = calloc(1, sizeof *f);
	if (!f) {
		problem_reply(r, PROBLEM_NO_MEMORY, "no memory for the form");
		return;
	}
	f->app = app;
	f->request = r;
	f->source.max_len = RENDER_SOURCE_BYTES_MAX;
	f->value.max_len = OPTION_BYTES_MAX;
	r->state = f;
	r->state_free = form_free;
	r->max_body_bytes += FILES_TOGETHER * app->config.max_sample_bytes;
	r->body_timeout_ms += api_upload_time_ms(r);
	if (http_read_form(r, take_part) < 0)
		problem_reply(r, PROBLEM_UNSUPPORTED_MEDIA_TYPE,
			      "the Content-Type of the form has no boundary of two bytes or more");
}

/* By bank and name, which is the order of variations. */
static int compare_files(const void *va, const void *vb)
{
	const struct form_file *a = va, *b = vb;
	int order = strcmp(a->bank, b->bank);

	return order ? order : strcmp(a->name, b->name);
}

/* The files become samples, of which the set tells. */
static int keep_files(struct form *f, const _Atomic bool *stop, struct error *err)
{
	f->set = sample_set_new(NULL, NULL);
	if (!f->set)
		return error_set(err, ERR_NO_MEMORY, "no memory for the list of samples");
	for (f->failed = 0; f->failed < f->n_files; f->failed++) {
		struct form_file *file = &f->files[f->failed];
		bool is_known;
		if (*stop)
			return error_set(err, ERR_CANCELED, "the server is shutting down");
		if (sample_upload_end(file->upload, &is_known, err) ||
		    api_keep_upload(f->app, file->upload, is_known, stop, err) ||
		    sample_set_add(f->set, file->bank, sample_upload_facts(file->upload)->digest, err))
			return -1;
	}
	return 0;
}

static void work(struct background_task *t, const _Atomic bool *stop)
{
	struct form *f = (struct form *)t;

	if (keep_files(f, stop, &f->err) == 0)
		f->err.code = ERR_NONE;
	f->has_worked = true;
}

static void done(struct background_task *t)
{
	http_resume(((struct form *)t)->request);
}

void api_form_end(struct app *app, struct http_request *r, http_handler next)
{
	struct form *f = r->state;

	if (!http_form_is_whole(r)) {
		problem_reply(r, PROBLEM_BAD_REQUEST, "the body is no whole form of multipart/form-data");
	} else if (end_part(f) < 0) {
		return;
	} else if (!f->has_source) {
		refuse(r, "source", "missing", "'source' is missing");
	} else if (f->n_files == 0) {
		f->has_worked = true;
		next(app, r);
	} else {
		qsort(f->files, f->n_files, sizeof f->files[0], compare_files);
		f->task.work = work;
		f->task.done = done;
		api_wait_for_task(app, r, &f->task, next);
	}
}

bool api_is_form(const struct http_request *r)
{
	return r->state_free == form_free;
}

int api_form_fields(struct http_request *r, struct form_fields *out)
{
	struct form *f = r->state;

	*out = (struct form_fields){ .source = f->source.data ? f->source.data : "",
				     .source_len = f->source.len,
				     .options = f->options,
				     .n_options = f->n_options,
				     .samples = f->set };
	if (!background_is_done(f->app->background, &f->task) || !f->has_worked) {
		problem_reply(r, PROBLEM_BUSY, "too many uploads wait, or the server is stopping");
		return -1;
	}
	if (f->err.code == ERR_NONE)
		return 0;
	if (f->failed < f->n_files)
		error_wrap(&f->err, "the sample '%s/%s'", f->files[f->failed].bank, f->files[f->failed].name);
	api_reply_sample_error(r, &f->err);
	return -1;
}
