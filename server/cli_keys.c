/* phonond keys: makes, lists, revokes and rotates API keys, also while a server runs on the same data folder. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "server/cli.h"
#include "server/key_text.h"

enum { DAY_S = 86400, MAX_QUEUED_DEFAULT = 1000 };

static void print_help(void)
{
	puts("Usage: phonond keys create [OPTION]...\n"
	     "       phonond keys list [--data=DIR]\n"
	     "       phonond keys revoke [--data=DIR] ID\n"
	     "       phonond keys rotate [--data=DIR] [--grace=S] ID\n"
	     "Keys of the HTTP service. A new key is printed once, on standard output; only a\n"
	     "hash of it is kept.\n"
	     "\n"
	     "      --data=DIR            the server's data folder (default ./data)\n"
	     "      --name=TEXT           who it is for\n"
	     "      --scopes=LIST         of read, render and admin (default read,render)\n"
	     "      --expires=DAYS        default 0: never\n"
	     "      --jobs-per-minute=N   submissions; default 0: no limit, as for three below\n"
	     "      --max-running=N       jobs in progress\n"
	     "      --audio-per-day=S     seconds of audio rendered per day (UTC)\n"
	     "      --max-bytes=N         bytes of finished files and samples\n"
	     "      --max-queued=N        jobs waiting (default 1000)\n"
	     "      --grace=S             how long the old secret stays valid (default 0)\n"
	     "  -h, --help");
}

struct keys_args {
	const char *data_dir;
	uint64_t expires_days, grace_s;
	struct api_key key;
};

enum {
	OPT_DATA = 256,
	OPT_NAME,
	OPT_SCOPES,
	OPT_EXPIRES,
	OPT_RATE,
	OPT_QUEUED,
	OPT_RUNNING,
	OPT_AUDIO,
	OPT_BYTES,
	OPT_GRACE
};

static const struct option options[] = {
	{ "data", required_argument, NULL, OPT_DATA },
	{ "name", required_argument, NULL, OPT_NAME },
	{ "scopes", required_argument, NULL, OPT_SCOPES },
	{ "expires", required_argument, NULL, OPT_EXPIRES },
	{ "jobs-per-minute", required_argument, NULL, OPT_RATE },
	{ "max-queued", required_argument, NULL, OPT_QUEUED },
	{ "max-running", required_argument, NULL, OPT_RUNNING },
	{ "audio-per-day", required_argument, NULL, OPT_AUDIO },
	{ "max-bytes", required_argument, NULL, OPT_BYTES },
	{ "grace", required_argument, NULL, OPT_GRACE },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

static int parse_scopes(const char *text, unsigned *scopes)
{
	static const struct {
		const char *name;
		unsigned bit;
	} names[] = { { "read", SCOPE_READ }, { "render", SCOPE_RENDER }, { "admin", SCOPE_ADMIN } };
	const char *word = text;

	*scopes = 0;
	for (size_t n; *word; word += n + (word[n] == ',')) {
		size_t i = 0;
		n = strcspn(word, ",");
		while (i < 3 && (strlen(names[i].name) != n || memcmp(names[i].name, word, n) != 0))
			i++;
		if (i == 3)
			break;
		*scopes |= names[i].bit;
	}
	if (*scopes && !*word)
		return 0;
	cli_usage_error("keys", "--scopes takes a list of read, render and admin, found '%s'", text);
	return -1;
}

static int parse_name(const char *text, struct api_key *key)
{
	if (strlen(text) >= sizeof key->name) {
		cli_usage_error("keys", "--name takes up to %zu bytes", sizeof key->name - 1);
		return -1;
	}
	for (const char *c = text; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f) {
			cli_usage_error("keys", "--name takes no control characters");
			return -1;
		}
	strcpy(key->name, text);
	return 0;
}

static int parse_option(int c, const char *text, struct keys_args *a)
{
	static const struct {
		const char *name;
		uint64_t max;
	} bounds[] = {
		[OPT_EXPIRES - OPT_EXPIRES] = { "--expires", 36500 },
		[OPT_RATE - OPT_EXPIRES] = { "--jobs-per-minute", 1000000 },
		[OPT_QUEUED - OPT_EXPIRES] = { "--max-queued", 10000000 },
		[OPT_RUNNING - OPT_EXPIRES] = { "--max-running", 1024 },
		[OPT_AUDIO - OPT_EXPIRES] = { "--audio-per-day", 1000000000 },
		[OPT_BYTES - OPT_EXPIRES] = { "--max-bytes", 1ull << 60 },
		[OPT_GRACE - OPT_EXPIRES] = { "--grace", 365u * DAY_S },
	};
	uint64_t *const places[] = { &a->expires_days,
				     &a->key.limits.jobs_per_minute,
				     &a->key.limits.max_queued,
				     &a->key.limits.max_running,
				     &a->key.limits.audio_s_per_day,
				     &a->key.limits.max_bytes,
				     &a->grace_s };
	int i = c - OPT_EXPIRES;

	switch (c) {
	case OPT_DATA:
		a->data_dir = text;
		return 0;
	case OPT_NAME:
		return parse_name(text, &a->key);
	case OPT_SCOPES:
		return parse_scopes(text, &a->key.scopes);
	default:
		return i < 0 ? -1 : cli_parse_whole("keys", bounds[i].name, text, bounds[i].max, places[i]);
	}
}

static int create(struct storage *s, struct keys_args *a, struct error *err)
{
	char text[KEY_TEXT_SIZE];

	a->key.created_at_ms = clock_wall_ms();
	if (a->expires_days)
		a->key.expires_at_ms = a->key.created_at_ms + (int64_t)a->expires_days * DAY_S * 1000;
	key_text_make_id(a->key.id);
	key_text_make(a->key.id, text, a->key.secret_hash);
	if (storage_key_insert(s, &a->key, err) < 0)
		return -1;
	puts(text);
	return 0;
}

static int rotate(struct storage *s, const char *id, uint64_t grace_s, struct error *err)
{
	uint8_t hash[SHA256_BYTES];
	char text[KEY_TEXT_SIZE];

	if (strlen(id) != KEY_TEXT_ID_DIGITS)
		return error_set(err, ERR_NOT_FOUND, "no valid key has this id");
	key_text_make(id, text, hash);
	if (storage_key_rotate(s, id, hash, clock_wall_ms() + (int64_t)grace_s * 1000, err) < 0)
		return -1;
	puts(text);
	return 0;
}

static const char *print_time(int64_t ms, char out[CLOCK_RFC3339_SIZE])
{
	return ms ? clock_format_rfc3339(ms, out) : "-";
}

static int list(struct storage *s, struct error *err)
{
	struct api_key *keys;
	size_t n;

	if (storage_key_list(s, &keys, &n, err) < 0)
		return -1;
	puts("ID\tSTATE\tSCOPES\tCREATED\tEXPIRES\tLAST USED\tNAME");
	for (size_t i = 0; i < n; i++) {
		const struct api_key *k = &keys[i];
		char created[CLOCK_RFC3339_SIZE], expires[CLOCK_RFC3339_SIZE], used[CLOCK_RFC3339_SIZE];
		bool is_expired = k->expires_at_ms && k->expires_at_ms <= clock_wall_ms();
		printf("%s\t%s\t%s%s%s\t%s\t%s\t%s\t%s\n", k->id,
		       k->revoked_at_ms ? "revoked"
		       : is_expired     ? "expired"
					: "valid",
		       k->scopes & SCOPE_READ ? "r" : "-", k->scopes & SCOPE_RENDER ? "w" : "-",
		       k->scopes & SCOPE_ADMIN ? "a" : "-", print_time(k->created_at_ms, created),
		       print_time(k->expires_at_ms, expires), print_time(k->last_used_at_ms, used), k->name);
	}
	free(keys);
	return 0;
}

static int run(const char *verb, const char *id, struct storage *s, struct keys_args *a, struct error *err)
{
	if (strcmp(verb, "create") == 0)
		return create(s, a, err);
	if (strcmp(verb, "list") == 0)
		return list(s, err);
	if (strcmp(verb, "revoke") == 0)
		return storage_key_revoke(s, id, clock_wall_ms(), err);
	return rotate(s, id, a->grace_s, err);
}

int cli_keys(int argc, char **argv)
{
	struct keys_args a = { .data_dir = "data" };
	struct error err = ERROR_INIT;
	struct storage *s;
	const char *verb;
	bool takes_id;
	int c, rc;

	a.key.scopes = SCOPE_READ | SCOPE_RENDER;
	a.key.limits.max_queued = MAX_QUEUED_DEFAULT;
	while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (c == 'h') {
			print_help();
			return EX_OK;
		}
		if (c == '?' || parse_option(c, optarg, &a) < 0)
			return EX_USAGE;
	}
	verb = optind < argc ? argv[optind] : "";
	takes_id = strcmp(verb, "revoke") == 0 || strcmp(verb, "rotate") == 0;
	if (!takes_id && strcmp(verb, "create") != 0 && strcmp(verb, "list") != 0)
		return cli_usage_error("keys", "expected create, list, revoke or rotate, found '%s'", verb);
	if (argc - optind != 1 + takes_id)
		return cli_usage_error("keys", takes_id ? "expected the id of one key" : "too many arguments");
	s = cli_open_storage(a.data_dir, &err);
	if (!s)
		return cli_fail(&err);
	rc = run(verb, argv[optind + takes_id], s, &a, &err);
	storage_close(s);
	return rc < 0 ? cli_fail(&err) : EX_OK;
}
