#include "server/render_report.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "server/problem.h"

/* --- For people --- */

static double decibels(double level)
{
	return 20 * log10(level > 1e-10 ? level : 1e-10);
}

static double duration_of(const struct render_item *item, const struct render_args *args)
{
	return (double)item->result.frames / args->spec.sample_rate_hz;
}

static double pace_of(const struct render_item *item, const struct render_args *args)
{
	return item->result.wall_s > 0 ? duration_of(item, args) / item->result.wall_s : 0;
}

static void print_stems(const struct render_result *r)
{
	for (unsigned i = 0; i < r->n_stems; i++)
		fprintf(stderr, "  %s: peak %.2f dBFS, %llu clipped frames\n", r->stems[i].name,
			decibels(r->stems[i].peak), (unsigned long long)r->stems[i].clipped_frames);
}

static void print_summary(const struct render_item *item, const struct render_args *args)
{
	const struct render_result *r = &item->result;

	fprintf(stderr,
		"%s: %.2f s, peak %.2f dBFS, true peak %.2f dBTP, loudness %.2f LUFS, %llu clipped frames, "
		"%.0fx real time\n",
		item->out, duration_of(item, args), decibels(r->peak), decibels(r->true_peak), r->loudness_lufs,
		(unsigned long long)r->clipped_frames, pace_of(item, args));
	print_stems(r);
}

void render_report_text(const struct render_item *item, const struct render_args *args)
{
	if (item->source)
		cli_print_diags(cli_source_name(item->in), item->source, item->source_len, &item->diags);
	if (item->status == EX_OK && !args->is_quiet)
		print_summary(item, args);
	else if (item->status != EX_OK && !(item->err.code == ERR_SOURCE && item->diags.n_errors > 0))
		cli_fail(&item->err);
}

/* --- For programs --- */

/* A level as the API shows it; null for silence. */
static json_t *json_decibels(double level)
{
	return level > 0 ? json_real(round(100 * decibels(level)) / 100) : json_null();
}

static json_t *json_stems(const struct render_result *r)
{
	char hex[SHA256_HEX_SIZE];
	json_t *list = json_array();

	for (unsigned i = 0; i < r->n_stems; i++)
		json_array_append_new(list, json_pack("{s:s, s:I, s:o, s:I, s:s}", "name", r->stems[i].name, "bytes",
						      (json_int_t)r->stems[i].bytes, "peak_db",
						      json_decibels(r->stems[i].peak), "clipped_frames",
						      (json_int_t)r->stems[i].clipped_frames, "sha256",
						      sha256_hex(r->stems[i].sha256, hex)));
	return list;
}

static json_t *json_result(const struct render_item *item, const struct render_args *args)
{
	const struct render_result *r = &item->result;
	char hex[SHA256_HEX_SIZE];
	json_t *j;

	if (item->status != EX_OK)
		return json_null();
	j = json_pack("{s:I, s:I, s:f, s:o, s:o, s:I, s:s}", "frames", (json_int_t)r->frames, "bytes",
		      (json_int_t)r->bytes, "duration_s", duration_of(item, args), "peak_db", json_decibels(r->peak),
		      "true_peak_db", json_decibels(r->true_peak), "clipped_frames", (json_int_t)r->clipped_frames,
		      "sha256", sha256_hex(r->sha256, hex));
	json_object_set_new(j, "loudness_lufs",
			    isfinite(r->loudness_lufs) ? json_real(round(100 * r->loudness_lufs) / 100) : json_null());
	json_object_set_new(j, "stems", json_stems(r));
	return j;
}

static json_t *json_error(const struct render_item *item)
{
	const char *source = item->source ? item->source : "";
	json_t *j;

	if (item->status == EX_OK)
		return json_null();
	j = json_pack("{s:s, s:o}", "code", error_code_name(item->err.code), "message",
		      problem_json_bytes(item->err.message, strlen(item->err.message)));
	json_object_set_new(j, "errors", problem_json_diags(&item->diags, DIAG_ERROR, source, item->source_len));
	return j;
}

static json_t *json_metrics(const struct render_item *item, const struct render_args *args)
{
	if (item->status != EX_OK)
		return json_object();
	return json_pack("{s:I, s:f, s:f}", "render_ms", (json_int_t)llround(1000 * item->result.wall_s), "cpu_s",
			 item->result.cpu_s, "realtime_factor", pace_of(item, args));
}

static const char *state_of(const struct render_item *item)
{
	if (item->status == EX_OK)
		return "succeeded";
	return item->err.code == ERR_CANCELED ? "canceled" : "failed";
}

int render_report_json(const struct render_item *item, const struct render_args *args)
{
	const char *source = item->source ? item->source : "";
	json_t *j = json_pack("{s:o, s:o, s:s, s:i}", "source", problem_json_bytes(item->in, strlen(item->in)),
			      "output", problem_json_bytes(item->out, strlen(item->out)), "state", state_of(item),
			      "exit_status", item->status);
	int failed = -1;

	json_object_set_new(j, "result", json_result(item, args));
	json_object_set_new(j, "metrics", json_metrics(item, args));
	json_object_set_new(j, "warnings", problem_json_diags(&item->diags, DIAG_WARNING, source, item->source_len));
	json_object_set_new(j, "error", json_error(item));
	if (j && json_dumpf(j, stdout, JSON_COMPACT) == 0 && putchar('\n') != EOF)
		failed = fflush(stdout);
	json_decref(j);
	return failed ? -1 : 0;
}
