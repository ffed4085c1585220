import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, isolateHistory } from "@codemirror/commands";
import { bracketMatching, foldKeymap, indentOnInput } from "@codemirror/language";
import { lintKeymap } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { EditorState, Prec } from "@codemirror/state";
import {
	EditorView, drawSelection, highlightActiveLine, highlightActiveLineGutter, highlightSpecialChars, keymap, lineNumbers,
} from "@codemirror/view";
import { type Knowledge, completionSource, functionTooltip } from "./completion";
import { type PlacedDiagnostic, checkAgain, diagnostics } from "./diagnostics";
import { phonon } from "./language";
import { sounding } from "./sounding";
import { theme } from "./theme";

export interface EditorHooks {
	knowledge: () => Knowledge;
	onChange: (source: string) => void;
	onDiagnostics: (list: PlacedDiagnostic[]) => void;
	onRender: () => void;
	onStop: () => void;
	onFormat: () => void;
}

function commands({ onRender, onStop, onFormat }: EditorHooks) {
	const run = (action: () => void) => () => { action(); return true; };
	return Prec.highest(keymap.of([
		{ key: "Mod-Enter", run: run(onRender) },
		{ key: "Ctrl-Enter", run: run(onRender) },
		{ key: "Mod-.", run: run(onStop) },
		{ key: "Ctrl-.", run: run(onStop) },
		{ key: "Shift-Alt-f", run: run(onFormat) },
	]));
}

/**
 * The editor in a shadow tree of host. Only there the library puts its styles into the tree's adopted style sheets; in the
 * page it would make a <style> element, which the content security policy forbids. Tab leaves the editor, as elsewhere.
 */
export function createEditor(host: HTMLElement, source: string, hooks: EditorHooks): EditorView {
	const root = host.attachShadow({ mode: "open", delegatesFocus: true });
	const extensions = [
		commands(hooks),
		lineNumbers(), highlightActiveLine(), highlightActiveLineGutter(), highlightSpecialChars(), drawSelection(),
		highlightSelectionMatches(), history(), indentOnInput(), bracketMatching(), closeBrackets(),
		autocompletion({ override: [completionSource(hooks.knowledge)] }),
		functionTooltip(hooks.knowledge),
		diagnostics(hooks.onDiagnostics),
		phonon(), sounding, theme,
		keymap.of([
			...closeBracketsKeymap, ...defaultKeymap, ...searchKeymap, ...historyKeymap, ...foldKeymap,
			...completionKeymap, ...lintKeymap,
		]),
		EditorView.lineWrapping,
		EditorView.contentAttributes.of({ "aria-label": "Program", "aria-describedby": "editor-keys", spellcheck: "false" }),
		EditorView.updateListener.of((update) => {
			if (update.docChanged)
				hooks.onChange(update.state.doc.toString());
		}),
	];
	return new EditorView({ parent: root, root, state: EditorState.create({ doc: source, extensions }) });
}

/** Replaces the whole text, as one step to undo. */
export function replaceSource(view: EditorView, source: string): void {
	if (view.state.doc.toString() !== source)
		view.dispatch({
			changes: { from: 0, to: view.state.doc.length, insert: source },
			annotations: isolateHistory.of("full"),
		});
}

/** Puts a text in place of what is selected. */
export function insertText(view: EditorView, text: string): void {
	view.dispatch(view.state.replaceSelection(text), { scrollIntoView: true, userEvent: "input.complete" });
	view.focus();
}

/** Has the program checked again: what it refers to has changed. */
export function recheck(view: EditorView): void {
	view.dispatch({ effects: checkAgain.of(null) });
}

/** Puts the cursor on a span and shows it. */
export function goTo(view: EditorView, from: number, to: number): void {
	const end = view.state.doc.length;
	view.dispatch({ selection: { anchor: Math.min(from, end), head: Math.min(to, end) }, scrollIntoView: true });
	view.focus();
}
