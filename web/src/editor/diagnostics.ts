import { type Action, type Diagnostic as Mark, linter } from "@codemirror/lint";
import { StateEffect } from "@codemirror/state";
import type { EditorView } from "@codemirror/view";
import * as api from "../api";
import type { Diagnostic, Fix } from "../api-types";
import { byteIndexer, spanOf } from "../offsets";

const DELAY_MS = 250;

/** The program is to be checked again although it is the same: what it refers to has changed. */
export const checkAgain = StateEffect.define<null>();

/** A complaint with its place in the editor's text. */
export interface PlacedDiagnostic extends Diagnostic {
	from: number;
	to: number;
	/** Follows the suggestion; missing when there is none. */
	apply?: (view: EditorView) => void;
}

function applier(fix: Fix, indexOf: (offset: number) => number): (view: EditorView) => void {
	const change = { from: indexOf(fix.offset), to: indexOf(fix.offset + fix.length), insert: fix.text };
	return (view) => {
		view.dispatch({ changes: change, userEvent: "input.fix", scrollIntoView: true });
		view.focus();
	};
}

/** What the service says of a program, with places in the string. */
export async function checkSource(source: string): Promise<PlacedDiagnostic[]> {
	const result = await api.check(source);
	const indexOf = byteIndexer(source);
	return [...result.errors, ...result.warnings].map((diagnostic) => ({
		...diagnostic,
		...spanOf(diagnostic.source, indexOf),
		apply: diagnostic.fix && applier(diagnostic.fix, indexOf),
	}));
}

function markOf(diagnostic: PlacedDiagnostic): Mark {
	const { apply, fix, message, suggestion, severity, from, to } = diagnostic;
	const actions: Action[] = apply && fix ? [{ name: fixLabel(fix), apply }] : [];
	return { from, to, severity, message: suggestion ? `${message}; ${suggestion}` : message, actions };
}

export function fixLabel(fix: Fix): string {
	return fix.text === "" ? "Remove" : `Replace by “${fix.text}”`;
}

/** Checks the text whenever it has changed and typing has paused, marks what is wrong, and hands on the list. */
export function diagnostics(onDiagnostics: (list: PlacedDiagnostic[]) => void) {
	return linter(
		async (view) => {
			const { doc } = view.state;
			try {
				const list = await checkSource(doc.toString());
				if (view.state.doc !== doc)
					return [];
				onDiagnostics(list);
				return list.map(markOf);
			} catch (error) {
				if (!(error instanceof api.ApiError))
					throw error;
				return [];
			}
		},
		{
			delay: DELAY_MS,
			needsRefresh: ({ transactions }) => transactions.some(({ effects }) => effects.some((effect) => effect.is(checkAgain))),
		},
	);
}
