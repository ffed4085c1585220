import type { EditorView } from "@codemirror/view";
import { button, byId, el } from "../dom";
import { type PlacedDiagnostic, fixLabel } from "../editor/diagnostics";
import { goTo } from "../editor/editor";

function item(view: EditorView, diagnostic: PlacedDiagnostic): HTMLElement {
	const { severity, message, suggestion, source, from, to, apply, fix } = diagnostic;
	const place = button(`${source.line}:${source.column}`, () => goTo(view, from, to), { class: "link" });
	place.setAttribute("aria-label", `Line ${source.line}, column ${source.column}: go there`);
	const text = el("span", {}, el("b", { class: severity }, severity), ` ${message}${suggestion ? `; ${suggestion}` : ""}`);
	const row = el("li", {}, place, text);
	if (apply && fix)
		row.append(button(fixLabel(fix), () => apply(view), { class: "small" }));
	return row;
}

/** Lists what is wrong with the program below the editor. */
export function showProblems(view: EditorView, list: PlacedDiagnostic[]): void {
	const errors = list.filter(({ severity }) => severity === "error").length;
	const summary = list.length === 0 ? "No problems" : `${errors} errors, ${list.length - errors} warnings`;
	byId("problem-count").textContent = summary;
	byId("problem-list").replaceChildren(...list.map((diagnostic) => item(view, diagnostic)));
}
