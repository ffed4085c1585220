/* palindrome and loopback: forwards and backwards. */
#include "render/pattern/node.h"
#include "render/pattern/transform.h"

static const struct pattern *reverse(const void *ctx, struct arena *a, const struct pattern *p)
{
	(void)ctx;
	return pattern_rev(a, p);
}

static const struct pattern *palindrome_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					      const struct pattern *p)
{
	(void)args, (void)site;
	return pattern_last_of(a, pattern_number(a, 2), (struct pattern_fn){ reverse, NULL }, p);
}

const struct transform_def transform_palindrome = {
	.name = "palindrome",
	.aliases = { "mirror" },
	.doc = "Plays every other cycle backwards.",
	.example = "out $ s \"bd sn hh cp\" $ palindrome",
	.apply = palindrome_apply,
};

static const struct pattern *loopback_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					    const struct pattern *p)
{
	const struct pattern *both[] = { p, pattern_rev(a, p) };

	(void)args, (void)site;
	return pattern_fastcat(a, both, 2);
}

const struct transform_def transform_loopback = {
	.name = "loopback",
	.doc = "Plays a cycle forwards and then backwards, both in the time of one.",
	.example = "out $ s \"bd sn hh cp\" $ loopback",
	.apply = loopback_apply,
};
