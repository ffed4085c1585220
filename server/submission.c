#include "server/submission.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/trace.h"

enum { ATTEMPTS_MAX = 3 };

int submission_measure(struct storage *storage, const struct render_engine *engine, const struct render_spec *spec,
		       struct job *job, struct diag_list *diags, struct error *err)
{
	struct render_spec with_samples = *spec;
	struct render_estimate e;

	if (!job->samples && storage_sample_set(storage, job->key_id, spec->samples, &job->samples, err))
		return -1;
	with_samples.samples = job->samples;
	if (render_estimate(engine, &with_samples, &e, diags, err))
		return -1;
	job->frames_total = e.frames_rendered;
	memcpy(job->content_hash, e.content_hash, sizeof job->content_hash);
	job->cost_s = e.cpu_s;
	job->is_short = job->cost_s < SUBMISSION_SHORT_S;
	return 0;
}

char *submission_print_tags(const struct spec_terms *terms)
{
	json_t *list = terms->n_tags ? json_array() : NULL;
	char *text;

	for (unsigned i = 0; list && i < terms->n_tags; i++)
		json_array_append_new(list, json_string(terms->tags[i]));
	text = list ? json_dumps(list, JSON_COMPACT) : NULL;
	json_decref(list);
	return text;
}

static struct job_origin *origin_of(struct job *job)
{
	if (!job->origin)
		job->origin = calloc(1, sizeof *job->origin);
	return job->origin;
}

int submission_set_trace(struct job *job, const char *traceparent, struct error *err)
{
	struct job_origin *o;

	if (!trace_is_valid(traceparent))
		return 0;
	o = origin_of(job);
	if (!o)
		return error_set(err, ERR_NO_MEMORY, "no memory for the job");
	snprintf(o->traceparent, sizeof o->traceparent, "%s", traceparent);
	return 0;
}

static int set_webhook(struct job *job, const struct spec_terms *terms, struct error *err)
{
	struct job_origin *o = terms->webhook[0] ? origin_of(job) : NULL;

	if (!terms->webhook[0])
		return 0;
	if (!o)
		return error_set(err, ERR_NO_MEMORY, "no memory for the job");
	memcpy(o->webhook_url, terms->webhook, sizeof o->webhook_url);
	o->webhook_events = terms->webhook_events | WEBHOOK_COMPLETED;
	return 0;
}

int submission_fill(const struct spec *spec, int64_t now_ms, int64_t default_keep_s, struct job *job, struct error *err)
{
	const struct spec_terms *terms = &spec->terms;

	job->priority = spec->priority;
	job->max_attempts = ATTEMPTS_MAX;
	job->run_at_ms = terms->run_at_ms;
	job->deadline_at_ms = terms->deadline_ms ? now_ms + terms->deadline_ms : 0;
	job->keep_s = terms->keep_s ? terms->keep_s : default_keep_s;
	job->source_len = spec->render.source_len;
	job->source = malloc(job->source_len + 1);
	job->options = spec_print_options(spec);
	job->tags = submission_print_tags(terms);
	if (!job->source || !job->options || (terms->n_tags && !job->tags))
		return error_set(err, ERR_NO_MEMORY, "no memory for the job");
	memcpy(job->source, spec->render.source, job->source_len);
	job->source[job->source_len] = '\0';
	return set_webhook(job, terms, err);
}

/* With its length, so that neighbours cannot be mistaken for one another. */
static void hash_text(struct sha256 *h, const char *text, size_t n)
{
	uint64_t len = n;

	sha256_update(h, &len, sizeof len);
	sha256_update(h, text, n);
}

/* Those that came with the submission; what the key has may change. */
static void hash_samples(struct sha256 *h, const struct sample_set *set)
{
	for (size_t b = 0; set && b < set->n_banks; b++) {
		hash_text(h, set->banks[b].name, strlen(set->banks[b].name));
		hash_text(h, (const char *)set->banks[b].digests, set->banks[b].n_files * SHA256_BYTES);
	}
}

void submission_fingerprint(const struct spec *spec, const struct job *job, uint8_t out[SHA256_BYTES])
{
	const char *tags = job->tags ? job->tags : "";
	int64_t numbers[] = { spec->priority, spec->terms.run_at_ms, spec->terms.deadline_ms, spec->terms.keep_s };
	struct sha256 h;

	sha256_init(&h);
	hash_text(&h, job->source, job->source_len);
	hash_text(&h, job->options, strlen(job->options));
	hash_text(&h, tags, strlen(tags));
	sha256_update(&h, numbers, sizeof numbers);
	hash_samples(&h, spec->render.samples);
	sha256_final(&h, out);
}
