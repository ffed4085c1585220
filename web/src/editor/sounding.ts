import { type ChangeDesc, StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView } from "@codemirror/view";

/** A piece of the text that some events come from. */
export interface Span {
	from: number;
	to: number;
}

interface Sounding {
	/** Of the program that plays, moved along with what is typed meanwhile. */
	spans: readonly Span[];
	lit: ReadonlySet<number>;
	/** What was typed since that program was rendered. */
	changes: ChangeDesc | null;
}

const NOTHING: Sounding = { spans: [], lit: new Set(), changes: null };
const begin = StateEffect.define<null>();
const add = StateEffect.define<readonly Span[]>();
const light = StateEffect.define<ReadonlySet<number>>();
const mark = Decoration.mark({ class: "cm-sounding" });

function move(spans: readonly Span[], changes: ChangeDesc | null): readonly Span[] {
	return changes ? spans.map(({ from, to }) => ({ from: changes.mapPos(from, 1), to: changes.mapPos(to, -1) })) : spans;
}

/** The editor's extension; what it lights comes from the functions below. */
export const sounding = StateField.define<Sounding>({
	create: () => NOTHING,
	update(value, { changes, docChanged, effects }) {
		if (docChanged)
			value = {
				spans: move(value.spans, changes), lit: value.lit,
				changes: value.changes ? value.changes.composeDesc(changes) : changes.desc,
			};
		for (const effect of effects) {
			if (effect.is(begin))
				value = NOTHING;
			else if (effect.is(add))
				value = { ...value, spans: [...value.spans, ...move(effect.value, value.changes)] };
			else if (effect.is(light))
				value = { ...value, lit: effect.value };
		}
		return value;
	},
	provide: (self) => EditorView.decorations.from(self, decorate),
});

function decorate({ spans, lit }: Sounding): DecorationSet {
	const ranges = [...lit].map((index) => spans[index]).filter((span) => span !== undefined && span.from < span.to);
	return Decoration.set(ranges.map((span) => mark.range(span!.from, span!.to)), true);
}

/** From now on spans are places in the text as it stands; there are none yet. */
export function beginSpans(view: EditorView): void {
	view.dispatch({ effects: begin.of(null) });
}

/** Numbers more spans, going on from those that are there. */
export function addSpans(view: EditorView, spans: readonly Span[]): void {
	view.dispatch({ effects: add.of(spans) });
}

/** Lights exactly these, by their numbers. */
export function lightSpans(view: EditorView, lit: ReadonlySet<number>): void {
	const now = view.state.field(sounding).lit;
	if (now.size !== lit.size || [...lit].some((index) => !now.has(index)))
		view.dispatch({ effects: light.of(lit) });
}
