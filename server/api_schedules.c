/* Schedules as resources: a render request, a cron line and a zone. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "server/access.h"
#include "server/api.h"
#include "server/problem.h"
#include "server/scheduler.h"
#include "server/submission.h"

enum { NEXT_SHOWN = 5 };

/* --- JSON ------------------------------------------------------------------------------------------------- */

static json_t *json_time(int64_t ms)
{
	char text[CLOCK_RFC3339_SIZE];

	return ms && ms != INT64_MAX ? json_string(clock_format_rfc3339(ms, text)) : json_null();
}

static json_t *json_stored(const char *text)
{
	json_t *j = text ? json_loads(text, 0, NULL) : NULL;

	return j ? j : json_array();
}

/* The next times, as the line and the zone say now. */
static json_t *json_next(const struct schedule *s)
{
	json_t *list = json_array();
	int64_t at_ms = s->next_at_ms;

	for (int i = 0; list && i < NEXT_SHOWN && at_ms != INT64_MAX; i++) {
		json_array_append_new(list, json_time(at_ms));
		if (scheduler_next(s, at_ms, &at_ms, NULL))
			break;
	}
	return list;
}

static json_t *json_schedule(const struct schedule *s)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:i, s:o, s:o, s:o, s:o, s:o, s:s?, s:o}", "id", s->id, "name",
			 s->name, "cron", s->cron, "zone", s->zone, "misfire", s->makes_up ? "once" : "skip",
			 "priority", s->priority, "tags", json_stored(s->tags), "options", json_stored(s->options),
			 "created_at", json_time(s->created_at_ms), "next_at", json_next(s), "last_at",
			 json_time(s->last_at_ms), "last_job", s->last_job_id[0] ? s->last_job_id : NULL, "source",
			 problem_json_bytes(s->source, s->source_len));
}

/* --- Making ----------------------------------------------------------------------------------------------- */

/* Takes a text out of the object. -1: it is missing, or too long; *err says so. */
static int take_text(json_t *root, const char *name, const char *otherwise, char *out, size_t size, struct error *err)
{
	const json_t *member = json_object_get(root, name);
	const char *text = member ? json_string_value(member) : otherwise;

	if (!text || !*text || strlen(text) >= size)
		return error_set(err, ERR_INVALID, "'%s' must be a string of 1 to %zu bytes", name, size - 1);
	memcpy(out, text, strlen(text) + 1);
	json_object_del(root, name);
	return 0;
}

static int take_members(json_t *root, struct schedule *s, struct error *err)
{
	char misfire[8];

	if (!json_is_object(root))
		return error_set(err, ERR_INVALID, "the body must be an object");
	if (take_text(root, "name", NULL, s->name, sizeof s->name, err) ||
	    take_text(root, "cron", NULL, s->cron, sizeof s->cron, err) ||
	    take_text(root, "zone", "UTC", s->zone, sizeof s->zone, err) ||
	    take_text(root, "misfire", "skip", misfire, sizeof misfire, err))
		return -1;
	s->makes_up = strcmp(misfire, "once") == 0;
	if (!s->makes_up && strcmp(misfire, "skip") != 0)
		return error_set(err, ERR_INVALID, "'misfire' must be skip or once");
	return 0;
}

/* The body without what belongs to the schedule, as text for the reader of requests. NULL: answered. */
static char *read_members(struct http_request *r, struct schedule *s)
{
	json_error_t at;
	json_t *root = json_loadb(r->body, r->body_len, JSON_REJECT_DUPLICATES, &at);
	struct error err = ERROR_INIT;
	char *rest = NULL;

	if (!root) {
		problem_reply(r, PROBLEM_INVALID_JSON, "line %d, column %d: %s", at.line, at.column, at.text);
		return NULL;
	}
	if (take_members(root, s, &err) == 0) {
		rest = json_dumps(root, JSON_COMPACT);
		if (!rest)
			error_set(&err, ERR_NO_MEMORY, "no memory for the schedule");
	}
	json_decref(root);
	if (!rest)
		problem_reply_error(r, &err);
	return rest;
}

static int read_request(struct http_request *r, const char *text, struct spec *spec)
{
	struct spec_problems problems;
	struct json_place place;
	struct error err = ERROR_INIT;
	int rc = spec_parse_json(&r->arena, text, strlen(text), spec, &problems, &place, &err);

	if (rc < 0) {
		problem_reply_list(r, PROBLEM_INVALID, err.message, api_json_spec_problems(&problems), NULL);
		return -1;
	}
	if (!spec->terms.run_at_ms)
		return 0;
	problem_reply(r, PROBLEM_INVALID, "a schedule takes no 'run_at'");
	return -1;
}

/* A program that cannot be rendered now could not be later. */
static int check_program(struct app *app, struct http_request *r, const struct spec *spec)
{
	struct diag_list diags = { .n = 0 };
	struct error err = ERROR_INIT;
	struct job measured = { .state = JOB_QUEUED };
	int rc;

	memcpy(measured.key_id, r->caller->key_id, sizeof measured.key_id);
	rc = submission_measure(app->storage, app->engine, &spec->render, &measured, &diags, &err);
	job_fini(&measured);
	if (rc == 0)
		return 0;
	if (err.code == ERR_SOURCE)
		problem_reply_diags(r, &diags, spec->render.source, spec->render.source_len);
	else
		problem_reply_error(r, &err);
	return -1;
}

static int fill_schedule(struct app *app, struct http_request *r, const struct spec *spec, struct schedule *s,
			 struct error *err)
{
	queue_make_id(app->queue, "sch_", s->id);
	memcpy(s->key_id, r->caller->key_id, sizeof s->key_id);
	s->created_at_ms = clock_wall_ms();
	s->priority = spec->priority;
	s->keep_s = spec->terms.keep_s;
	s->deadline_ms = spec->terms.deadline_ms;
	s->options = spec_print_options(spec);
	s->tags = submission_print_tags(&spec->terms);
	s->source = strndup(spec->render.source, spec->render.source_len);
	s->source_len = spec->render.source_len;
	if (!s->options || !s->source || (spec->terms.n_tags && !s->tags))
		return error_set(err, ERR_NO_MEMORY, "no memory for the schedule");
	if (scheduler_next(s, s->created_at_ms, &s->next_at_ms, err))
		return err->code == ERR_NOT_FOUND ? error_set(err, ERR_INVALID, "no time zone is called '%s'", s->zone)
						  : -1;
	if (s->next_at_ms == INT64_MAX)
		return error_set(err, ERR_INVALID, "the cron line names a time that never comes");
	return 0;
}

void api_schedule_make(void *ctx, struct http_request *r)
{
	struct app *app = ctx;
	struct schedule s = { .id = "" };
	struct error err = ERROR_INIT;
	struct spec spec;
	char *rest = read_members(r, &s);

	if (!rest)
		return;
	if (read_request(r, rest, &spec) == 0 && check_program(app, r, &spec) == 0) {
		if (fill_schedule(app, r, &spec, &s, &err) || storage_schedule_create(app->storage, &s, &err)) {
			problem_reply_error(r, &err);
		} else {
			queue_wake_timer(app->queue);
			http_add_header(r, "Location", "/schedules/%s", s.id);
			api_reply_json(r, 201, json_schedule(&s));
		}
	}
	free(rest);
	schedule_fini(&s);
}

/* --- Reading and deleting --------------------------------------------------------------------------------- */

/* The schedule that the path names, as a list of one; -1: answered. */
static int load(struct app *app, struct http_request *r, struct schedule **list, size_t *n)
{
	struct schedule_filter f = { .id = r->path_id, .key_id = access_list_owner(r) };
	struct error err = ERROR_INIT;

	if (storage_schedule_list(app->storage, &f, list, n, &err) == 0) {
		if (*n == 1)
			return 0;
		schedule_list_free(*list, *n);
		error_set(&err, ERR_NOT_FOUND, "no schedule has this id");
	}
	problem_reply_error(r, &err);
	return -1;
}

void api_schedule_get(void *ctx, struct http_request *r)
{
	struct schedule *list;
	size_t n;

	if (load(ctx, r, &list, &n) < 0)
		return;
	api_reply_json(r, 200, json_schedule(&list[0]));
	schedule_list_free(list, n);
}

void api_schedule_delete(void *ctx, struct http_request *r)
{
	struct app *app = ctx;
	struct error err = ERROR_INIT;
	struct schedule *list;
	size_t n;

	if (load(app, r, &list, &n) < 0)
		return;
	if (storage_schedule_delete(app->storage, list[0].id, &err))
		problem_reply_error(r, &err);
	else
		http_reply(r, 204, NULL, NULL, 0);
	schedule_list_free(list, n);
}

void api_schedules_list(void *ctx, struct http_request *r)
{
	struct app *app = ctx;
	struct schedule_filter f = { .key_id = access_list_owner(r) };
	struct error err = ERROR_INIT;
	struct schedule *list;
	json_t *array;
	size_t n;

	if (storage_schedule_list(app->storage, &f, &list, &n, &err)) {
		problem_reply_error(r, &err);
		return;
	}
	array = json_array();
	for (size_t i = 0; array && i < n; i++)
		json_array_append_new(array, json_schedule(&list[i]));
	schedule_list_free(list, n);
	api_reply_json(r, 200, json_pack("{s:o}", "schedules", array));
}
