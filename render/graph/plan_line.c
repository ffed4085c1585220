#include "render/graph/plan_line.h"

#define LINE_OFF (1.0 / 4096.0) /* of the value, at most; as render/dsp/svf_bank.h has it */
#define TURN 6.283185307179586

/* A signal size * sin(2 pi hz t) + middle. hz 0: it is none. */
struct sway {
	double size, middle, hz;
};

struct lines {
	struct plan *plan;
	const struct node_env *env;
	struct sway *sways; /* [n_nodes] */
	bool *is_wanted;    /* [n_nodes]: some reader takes it as a line */
	bool *is_refused;   /* [n_nodes]: some reader needs its frames */
};

/* --- Which signals are slow --- */

/* What a pointwise kernel gives when its only input that is a signal has this value. */
static double value_at(const struct plan_node *n, double value)
{
	static const struct node_env env = { .sample_rate_hz = 44100, .cps = 1, .cycles_per_frame = 1.0 / 44100 };
	struct node_input in[NODE_INPUTS_MAX] = { { .data = NULL } };
	sample out = 0;
	struct node_io io = { .in = in, .out = { &out }, .env = &env };

	for (uint32_t i = 0; i < n->n_inputs; i++)
		in[i].value = n->inputs[i].node == PLAN_NONE ? n->inputs[i].value : (sample)value;
	n->def->process(NULL, &io, 1);
	return (double)out;
}

/* The node's only input that is a signal; PLAN_NONE: there is none, or two. */
static uint32_t only_signal(const struct plan_node *n)
{
	uint32_t found = PLAN_NONE;

	for (uint32_t i = 0; i < n->n_inputs; i++) {
		if (n->inputs[i].node == PLAN_NONE)
			continue;
		if (found != PLAN_NONE || n->inputs[i].is_delayed)
			return PLAN_NONE;
		found = n->inputs[i].node;
	}
	return found;
}

/* A sine's, if it is transposed by nothing. */
static struct sway sway_of_sine(const struct plan_node *n)
{
	for (uint32_t i = 1; i < n->n_inputs; i++)
		if (n->inputs[i].value != 0)
			return (struct sway){ 0 };
	return (struct sway){ 1, 0, __builtin_fabs((double)n->inputs[0].value) };
}

static struct sway sway_of(const struct lines *l, const struct plan_node *n)
{
	struct sway none = { 0 }, in;
	uint32_t from;

	if (n->kind != GRAPH_NODE || n->n_ch != 1 || n->time_class != TIME_PURE)
		return none;
	if (n->def->ends)
		return sway_of_sine(n);
	from = n->def->is_affine ? only_signal(n) : PLAN_NONE;
	in = from == PLAN_NONE ? none : l->sways[from];
	if (in.hz == 0)
		return none;
	double middle = value_at(n, in.middle);
	return (struct sway){ __builtin_fabs(value_at(n, in.middle + in.size) - middle), middle, in.hz };
}

static bool is_slow(const struct lines *l, uint32_t node)
{
	const struct sway *s = &l->sways[node];
	double turn = TURN * s->hz * QUANTUM_FRAMES / l->env->sample_rate_hz;
	double least = __builtin_fabs(s->middle) - s->size;

	return s->hz > 0 && s->size * turn * turn / 8 <= least * LINE_OFF;
}

/* --- Which of them nobody needs in full --- */

static void reader_note(struct lines *l, uint32_t reader)
{
	const struct plan_node *n = &l->plan->nodes[reader];

	for (uint32_t i = 0; i < n->n_inputs; i++) {
		uint32_t node = n->inputs[i].node;
		bool takes_lines = n->kind == GRAPH_NODE && (n->def->params[i % n->def->n_params].flags & PARAM_LINE);

		if (node == PLAN_NONE)
			continue;
		if (n->is_line || (takes_lines && is_slow(l, node)))
			l->is_wanted[node] = true;
		else
			l->is_refused[node] = true;
	}
}

int plan_line_mark(struct arena *a, struct plan *p, const struct node_env *env)
{
	struct lines l = {
		.plan = p,
		.env = env,
		.sways = ARENA_ARRAY(a, p->n_nodes, struct sway),
		.is_wanted = ARENA_ARRAY(a, p->n_nodes, bool),
		.is_refused = ARENA_ARRAY(a, p->n_nodes, bool),
	};

	if (!l.sways || !l.is_wanted || !l.is_refused)
		return -1;
	for (uint32_t i = 0; i < p->n_nodes; i++)
		l.sways[i] = sway_of(&l, &p->nodes[i]);
	for (uint32_t i = 0; i < p->n_outputs; i++)
		if (p->outputs[i].source.node != PLAN_NONE)
			l.is_refused[p->outputs[i].source.node] = true;
	for (uint32_t i = p->n_nodes; i-- > 0;) {
		p->nodes[i].is_line = l.sways[i].hz > 0 && l.is_wanted[i] && !l.is_refused[i];
		reader_note(&l, i);
	}
	return 0;
}
