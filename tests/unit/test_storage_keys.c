/* Keys and their limits as the database keeps them: exact under every change of their jobs. */
#include <stdio.h>
#include <string.h>

#include "tests/lib/store.h"
#include "tests/lib/test.h"

#define DAY_MS INT64_C(86400000)

static struct storage *store;

static void open_store(void)
{
	store = store_open(NULL, IO_PWRITE);
}

static void close_store(void)
{
	storage_close(store);
}

static void make_key(const char *id, struct key_limits limits)
{
	struct api_key k = { .name = "test", .scopes = SCOPE_RENDER, .created_at_ms = 1, .limits = limits };

	snprintf(k.id, sizeof k.id, "%s", id);
	ck_assert_int_eq(storage_key_insert(store, &k, NULL), 0);
}

/* A job of the key with this content, 100 frames at 50 Hz: two seconds. */
static int submit(const char *key_id, unsigned content, int64_t at_ms, char id[JOB_ID_SIZE], struct error *err)
{
	static unsigned n_made;
	static char options[] = "{\"sample_rate\":50}";
	struct job j = store_job(content);

	j.options = options;
	j.created_at_ms = at_ms;
	snprintf(j.key_id, sizeof j.key_id, "%s", key_id);
	snprintf(j.id, sizeof j.id, "job_%022u", n_made++);
	memcpy(id, j.id, JOB_ID_SIZE);
	*err = ERROR_INIT;
	return storage_job_insert(store, &j, err);
}

static int claim(struct job *out)
{
	struct job_claim c = { .now_ms = 1000, .lease_ms = 1000 };

	return storage_job_claim(store, &c, out, NULL);
}

static struct key_usage usage_at(const char *key_id, int64_t now_ms)
{
	struct key_usage u;

	ck_assert_int_eq(storage_key_usage(store, key_id, now_ms, &u, NULL), 0);
	return u;
}

static void finish(struct job *j, uint64_t bytes)
{
	ck_assert_int_eq(store_publish(store, j->content_hash, bytes, NULL), 0);
	ck_assert_int_eq(storage_job_finalizing(store, j->id, j->epoch, NULL), 0);
	j->state = JOB_SUCCEEDED;
	j->completed_at_ms = 2000;
	j->has_result = true;
	j->bytes = bytes;
	ck_assert_int_eq(storage_job_finish(store, j, NULL), 0);
}

START_TEST(test_a_key_has_at_most_so_many_jobs_running)
{
	struct error err;
	struct job first, second;
	char id[JOB_ID_SIZE];

	make_key("a", (struct key_limits){ .max_running = 1 });
	ck_assert_int_eq(submit("a", 1, 1000, id, &err), 0);
	ck_assert_int_eq(submit("a", 2, 1000, id, &err), 0);
	ck_assert_int_eq(claim(&first), 1);
	ck_assert_int_eq(claim(&second), 0);
	ck_assert_int_eq(submit("", 3, 1000, id, &err), 0);
	ck_assert_int_eq(claim(&second), 1);
	ck_assert_str_eq(second.key_id, "");
	job_fini(&second);
	finish(&first, 10);
	job_fini(&first);
	ck_assert_int_eq(claim(&second), 1);
	ck_assert_str_eq(second.key_id, "a");
	job_fini(&second);
}
END_TEST

START_TEST(test_counters_follow_jobs_from_the_queue_to_their_deletion)
{
	struct error err;
	struct job j;
	char id[JOB_ID_SIZE], other[JOB_ID_SIZE];

	make_key("a", (struct key_limits){ 0 });
	ck_assert_int_eq(submit("a", 1, 1000, id, &err), 0);
	ck_assert_uint_eq(usage_at("a", 1000).queued, 1);
	ck_assert_int_eq(claim(&j), 1);
	ck_assert_uint_eq(usage_at("a", 1000).queued, 0);
	ck_assert_uint_eq(usage_at("a", 1000).running, 1);
	/* Back to the queue and forth again: a lost lease. */
	ck_assert_int_eq(storage_job_requeue(store, j.id, j.epoch, true, 0, NULL), 0);
	ck_assert_uint_eq(usage_at("a", 1000).queued, 1);
	ck_assert_uint_eq(usage_at("a", 1000).running, 0);
	job_fini(&j);
	ck_assert_int_eq(claim(&j), 1);
	finish(&j, 1234);
	job_fini(&j);
	ck_assert_uint_eq(usage_at("a", 1000).running, 0);
	ck_assert_uint_eq(usage_at("a", 1000).bytes, 1234);
	ck_assert_int_eq(submit("a", 2, 1000, other, &err), 0);
	ck_assert_int_eq(storage_job_cancel(store, other, 1000, NULL), 1);
	ck_assert_uint_eq(usage_at("a", 1000).queued, 0);
	ck_assert_int_eq(storage_job_delete(store, id, NULL), 0);
	ck_assert_uint_eq(usage_at("a", 1000).bytes, 0);
}
END_TEST

START_TEST(test_a_day_ends_at_midnight)
{
	struct key_limits limits = { .audio_s_per_day = 4 };
	struct error err;
	char id[JOB_ID_SIZE];

	make_key("a", limits);
	ck_assert_int_eq(submit("a", 1, DAY_MS - 2, id, &err), 0);
	ck_assert_int_eq(submit("a", 2, DAY_MS - 1, id, &err), 0);
	ck_assert_int_eq(submit("a", 3, DAY_MS - 1, id, &err), -1);
	ck_assert_int_eq(err.code, ERR_QUOTA);
	ck_assert_int_eq(submit("a", 3, DAY_MS, id, &err), 0);
	/* What was refused left nothing. */
	ck_assert_uint_eq(usage_at("a", DAY_MS - 1).audio_ms_today, 4000);
	ck_assert_uint_eq(usage_at("a", DAY_MS - 1).jobs_today, 2);
	ck_assert_uint_eq(usage_at("a", DAY_MS).audio_ms_today, 2000);
	ck_assert_uint_eq(usage_at("a", DAY_MS).queued, 3);
}
END_TEST

/* --- events and deliveries --- */

START_TEST(test_every_change_is_an_event_and_their_numbers_never_come_back)
{
	static const char *const states[] = { "queued", "running", "queued", "canceled", "deleted" };
	struct event_filter f = { .after_id = 0 };
	struct job_event events[8];
	struct error err;
	char id[JOB_ID_SIZE];
	struct job j;

	ck_assert_int_eq(submit("", 1, 1000, id, &err), 0);
	ck_assert_int_eq(claim(&j), 1);
	ck_assert_int_eq(storage_job_requeue(store, j.id, j.epoch, true, 0, NULL), 0);
	job_fini(&j);
	ck_assert_int_eq(storage_job_cancel(store, id, 1000, NULL), 1);
	ck_assert_int_eq(storage_job_delete(store, id, NULL), 0);
	f.job_id = id;
	ck_assert_int_eq(storage_event_list(store, &f, events, 8, NULL), 5);
	for (int i = 0; i < 5; i++) {
		ck_assert_str_eq(events[i].state, states[i]);
		ck_assert(i == 0 || events[i].id > events[i - 1].id);
	}
	f.after_id = events[2].id;
	ck_assert_int_eq(storage_event_list(store, &f, events + 5, 3, NULL), 2);
	ck_assert_int_eq(storage_event_sweep(store, INT64_MAX, NULL), 0);
	ck_assert_int_eq(submit("", 2, 1000, id, &err), 0);
	f = (struct event_filter){ .after_id = events[4].id };
	ck_assert_int_eq(storage_event_list(store, &f, events, 8, NULL), 1);
	ck_assert_str_eq(events[0].job_id, id);
}
END_TEST

/* Inserts a job whose webhook is url. */
static void submit_told(unsigned content, const char *url, unsigned which, char id[JOB_ID_SIZE])
{
	struct job_origin origin = { .webhook_events = which };
	struct job j = store_job(content);

	snprintf(origin.webhook_url, sizeof origin.webhook_url, "%s", url);
	j.origin = &origin;
	snprintf(j.id, sizeof j.id, "job_told%018u", content);
	memcpy(id, j.id, JOB_ID_SIZE);
	ck_assert_int_eq(storage_job_insert(store, &j, NULL), 0);
}

static void end_delivery(struct delivery *d, const char *status, int64_t next_at_ms)
{
	struct delivery_outcome o = { .id = d->id, .status = status, .next_at_ms = next_at_ms };

	o.attempt.at_ms = 1;
	ck_assert_int_eq(storage_delivery_finish(store, &o, NULL), 0);
	delivery_fini(d);
}

START_TEST(test_a_delivery_is_given_to_one_until_its_lease_ends)
{
	int64_t now_ms = INT64_C(4000000000000); /* after what the database's clock says */
	struct delivery due[4];
	struct delivery_attempt tries[4];
	char id[JOB_ID_SIZE];
	struct job j;

	submit_told(1, "http://example.org/", WEBHOOK_START | WEBHOOK_COMPLETED, id);
	ck_assert_int_eq(storage_delivery_claim(store, now_ms, 100, due, 4, NULL), 0);
	ck_assert_int_eq(claim(&j), 1);
	finish(&j, 5);
	job_fini(&j);
	ck_assert_int_eq(storage_delivery_claim(store, now_ms, 100, due, 1, NULL), 1);
	ck_assert_str_eq(due[0].event, "job.started");
	ck_assert_int_eq(storage_delivery_claim(store, now_ms, 100, due + 1, 3, NULL), 1);
	ck_assert_str_eq(due[1].event, "job.succeeded");
	ck_assert_int_eq(storage_delivery_claim(store, now_ms + 99, 100, due + 2, 2, NULL), 0);
	end_delivery(&due[0], "delivered", 0);
	ck_assert_int_eq(storage_delivery_claim(store, now_ms + 100, 100, due, 1, NULL), 1);
	ck_assert_int_eq(due[0].id, due[1].id);
	delivery_fini(&due[1]);
	end_delivery(&due[0], "pending", now_ms + 500);
	ck_assert_int_eq(storage_delivery_claim(store, now_ms + 499, 100, due, 1, NULL), 0);
	ck_assert_int_eq(storage_delivery_claim(store, now_ms + 500, 100, due, 1, NULL), 1);
	ck_assert_int_eq(due[0].attempts, 1);
	ck_assert_int_eq(storage_delivery_attempts(store, due[0].id, tries, 4, NULL), 1);
	end_delivery(&due[0], "disabled", 0);
	/* The address is known now; asking for it again forgets that. */
	submit_told(2, "http://example.org/", WEBHOOK_COMPLETED, id);
	ck_assert_int_eq(storage_job_cancel(store, id, 1000, NULL), 1);
	ck_assert_int_eq(storage_delivery_claim(store, now_ms + 600, 100, due, 1, NULL), 0);
	ck_assert_int_eq(storage_delivery_redeliver(store, id, now_ms, NULL), 0);
	ck_assert_int_eq(storage_delivery_claim(store, now_ms + 600, 100, due, 4, NULL), 1);
	ck_assert_str_eq(due[0].event, "job.canceled");
	delivery_fini(&due[0]);
}
END_TEST

static Suite *storage_keys_suite(void)
{
	Suite *s = suite_create("storage_keys");
	TCase *t = tcase_create("keys, events, deliveries");

	tcase_add_checked_fixture(t, open_store, close_store);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, test_a_key_has_at_most_so_many_jobs_running);
	tcase_add_test(t, test_counters_follow_jobs_from_the_queue_to_their_deletion);
	tcase_add_test(t, test_a_day_ends_at_midnight);
	tcase_add_test(t, test_every_change_is_an_event_and_their_numbers_never_come_back);
	tcase_add_test(t, test_a_delivery_is_given_to_one_until_its_lease_ends);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return test_run(storage_keys_suite());
}
