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

/** "2 errors"; nothing for none. */
function count(n: number, what: string): string {
	return n === 0 ? "" : `${n} ${what}${n === 1 ? "" : "s"}`;
}

/** Lists what is wrong with the program below the editor. */
export function showProblems(view: EditorView, list: PlacedDiagnostic[]): void {
	const errors = list.filter(({ severity }) => severity === "error").length;
	const summary = [count(errors, "error"), count(list.length - errors, "warning")].filter(Boolean).join(", ") || "No problems";
	byId("problem-count").textContent = summary;
	byId("problem-list").replaceChildren(...list.map((diagnostic) => item(view, diagnostic)));
}
