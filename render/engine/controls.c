#include "render/engine/controls.h"

#include <string.h>

struct range {
	double def, min, max;
};

/* Controls without a row are 0 when not given, and any number. */
static const struct range ranges[CONTROL_COUNT] = {
	[CONTROL_N] = { 0, -1e6, 1e6 },    [CONTROL_NOTE] = { 0, -120, 120 },
	[CONTROL_FREQ] = { 0, 0, 1e6 },    [CONTROL_CHORD_SIZE] = { 1, 1, 1e6 },
	[CONTROL_GAIN] = { 1, 0, 10 },     [CONTROL_PAN] = { 0, -1, 1 },
	[CONTROL_SPEED] = { 1, -10, 10 },  [CONTROL_ACCELERATE] = { 0, -10, 10 },
	[CONTROL_SQUEEZE] = { 0, 0, 1e4 }, [CONTROL_BEGIN] = { 0, 0, 1 },
	[CONTROL_END] = { 1, 0, 1 },       [CONTROL_CUT] = { 0, 0, 1e6 },
	[CONTROL_LOOP] = { 0, 0, 1 },      [CONTROL_UNIT] = { 0, 0, 1 },
	[CONTROL_ATTACK] = { 0, 0, 3600 }, [CONTROL_DECAY] = { 0.1, 0, 3600 },
	[CONTROL_SUSTAIN] = { 0.7, 0, 1 }, [CONTROL_RELEASE] = { 0.2, 0, 3600 },
	[CONTROL_LEGATO] = { 1, 0, 1e4 },  [CONTROL_DUR] = { 0, 0, 1e6 },
};

static double clamp(double x, double lo, double hi)
{
	return x < lo ? lo : x > hi ? hi : x;
}

static bool number_of(const struct modulators *m, const struct value *v, double *x)
{
	switch (v->kind) {
	case VALUE_NUMBER:
		*x = v->number;
		return true;
	case VALUE_BOOL:
		*x = v->truth;
		return true;
	case VALUE_SIGNAL:
		*x = m->value(m->ctx, v->signal);
		return true;
	default:
		return false;
	}
}

static void control_set(struct controls *c, enum control_key key, double x)
{
	const struct range *r = &ranges[key];
	if (!__builtin_isfinite(x))
		return;
	c->v[key] = r->max > r->min ? clamp(x, r->min, r->max) : x;
	c->has[key] = true;
}

void controls_read(struct controls *c, const struct hap *hap, const struct modulators *m)
{
	const struct value *v = &hap->value;
	memset(c->has, 0, sizeof c->has);
	c->s = (struct word){ .len = 0 };
	for (unsigned key = 0; key < CONTROL_COUNT; key++)
		c->v[key] = ranges[key].def;
	for (uint32_t i = 0; v->kind == VALUE_MAP && i < v->map.n; i++) {
		const struct control *in = &v->map.controls[i];
		double x;
		if (in->key == CONTROL_S && in->value.kind == VALUE_WORD)
			c->s = in->value.word;
		else if (number_of(m, &in->value, &x))
			control_set(c, in->key, x);
	}
}

bool controls_have_adsr(const struct controls *c)
{
	return c->has[CONTROL_DECAY] || c->has[CONTROL_SUSTAIN];
}
