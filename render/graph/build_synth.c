/* Triggered synths: an oscillator as an instrument, played by the pattern of its own first argument. */
#include "render/graph/build_impl.h"
#include "render/lang/synth.h"

/* The bare oscillator, whose pitch nobody gave, so that each note gives it. */
static const struct instrument *oscillator(struct builder *b, const struct ast *call)
{
	struct ast *name = build_alloc(b, 1, sizeof(*name));

	if (!name)
		return NULL;
	*name = (struct ast){ .kind = AST_NAME,
			      .span = call->name_span,
			      .name_span = call->name_span,
			      .text = call->text,
			      .id = call->id,
			      .def = synth_wave(call) };
	return name->def ? build_instrument(b, build_anonymous(b), NULL, name) : NULL;
}

/* The notes as haps with a pitch in Hz. */
static const struct pattern *pitches(struct builder *b, const struct ast *call, struct operand *notes)
{
	if (notes->type == TYPE_NUMBER)
		*notes = operand_pattern(pattern_of_number(b, notes->number), notes->span);
	if (notes->type != TYPE_PATTERN) {
		if (notes->type != TYPE_BROKEN)
			diag_add(b->shared->diags, DIAG_ERROR, "wrong-type", notes->span,
				 "'%s' takes a pattern of notes, found %s", call->def->name,
				 lang_type_name(notes->type));
		return NULL;
	}
	return pattern_check_values(b, notes->pattern, CONTROL_FREQ)
		       ? pattern_control(build_arena(b), CONTROL_FREQ, notes->pattern)
		       : NULL;
}

struct operand build_synth(struct builder *b, struct ast *call, const struct scope *scope)
{
	struct operand notes = call->n_items ? build_expr(b, call->items[0], scope) : operand_broken();
	const struct pattern *p = pitches(b, call, &notes);
	const struct instrument *instrument = p ? oscillator(b, call) : NULL;

	if (p && !synth_wave(call))
		diag_hint(diag_add(b->shared->diags, DIAG_ERROR, "unknown-name", call->span,
				   "expected the name of an oscillator as 'wave'"),
			  "one of \"sine\", \"saw\", \"square\", \"tri\"");
	if (!instrument)
		return operand_broken();
	struct operand v = build_voices(b, p, instrument, call->span);
	for (unsigned i = 1; v.type == TYPE_EVENTS && i < call->def->n_params; i++)
		if (!build_modify_param(b, &v.events, call, i, scope))
			return operand_broken();
	return v;
}
