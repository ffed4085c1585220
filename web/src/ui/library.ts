import type { Example, NodeEntry } from "../api-types";
import { range, signature } from "../catalogue";
import { button, byId, el } from "../dom";

export interface LibraryHooks {
	/** Puts a program into the editor. */
	open: (source: string, title: string) => void;
	/** Renders and plays a program and leaves the editor alone. */
	play: (source: string, title: string) => void;
	/** Copies the command that renders it. */
	copy: (source: string) => void;
}

function programActions(source: string, title: string, hooks: LibraryHooks): HTMLElement {
	return el("div", { class: "actions" },
		button("Play", () => hooks.play(source, title), { class: "small i-play", "aria-label": `Play ${title}` }),
		button("Open", () => hooks.open(source, title), { class: "small", "aria-label": `Open ${title} in the editor` }),
		button("curl", () => hooks.copy(source), { class: "small quiet", "aria-label": `Copy ${title} as curl` }));
}

export function showExamples(examples: readonly Example[], hooks: LibraryHooks): void {
	byId("example-list").replaceChildren(...examples.map(({ name, title, source }) =>
		el("li", {},
			el("div", {}, el("b", {}, name), title === name ? "" : el("p", {}, title)),
			programActions(source, name, hooks))));
}

function parameterRow(parameter: NodeEntry["parameters"][number]): HTMLElement {
	return el("tr", {},
		el("th", { scope: "row" }, el("code", {}, parameter.name), parameter.optional ? "" : " (needed)"),
		el("td", {}, parameter.doc),
		el("td", {}, range(parameter)));
}

function functionDetails(entry: NodeEntry, hooks: LibraryHooks): HTMLElement {
	const head = el("thead", {}, el("tr", {}, ...["Parameter", "Meaning", "Values"].map((title) => el("th", { scope: "col" }, title))));
	const rows = entry.parameters.map(parameterRow);
	const table = el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `Parameters of ${entry.name}` },
		el("table", {}, head, el("tbody", {}, ...rows)));
	return el("div", {},
		el("p", {}, entry.doc),
		entry.aliases.length ? el("p", {}, `Also: ${entry.aliases.join(", ")}`) : "",
		entry.reference ? el("p", { class: "muted" }, entry.reference) : "",
		rows.length ? table : "",
		el("pre", { tabindex: "0", "aria-label": `An example of ${entry.name}` }, el("code", {}, entry.example)),
		programActions(entry.example, entry.name, hooks));
}

/** One function, folded; what is inside is made when it is first opened. */
function functionItem(entry: NodeEntry, hooks: LibraryHooks): HTMLElement {
	const summary = el("summary", {}, el("code", {}, signature(entry)), el("span", { class: "muted" }, ` ${entry.kind}`));
	const details = el("details", {}, summary);
	details.addEventListener("toggle", () => details.append(functionDetails(entry, hooks)), { once: true });
	return el("li", {}, details);
}

function matches(entry: NodeEntry, words: readonly string[], kind: string): boolean {
	const text = [entry.name, ...entry.aliases, entry.doc].join(" ").toLowerCase();
	return (kind === "" || entry.kind === kind) && words.every((word) => text.includes(word));
}

/** The reference with its search. */
export function showReference(entries: readonly NodeEntry[], hooks: LibraryHooks): void {
	const items = entries.map((entry) => ({ entry, item: functionItem(entry, hooks) }));
	const search = byId<HTMLInputElement>("reference-search");
	const kind = byId<HTMLSelectElement>("reference-kind");
	const filter = () => {
		const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
		let shown = 0;
		for (const { entry, item } of items) {
			item.hidden = !matches(entry, words, kind.value);
			shown += item.hidden ? 0 : 1;
		}
		byId("reference-count").textContent = `${shown} of ${items.length} functions`;
	};
	search.addEventListener("input", filter);
	kind.addEventListener("change", filter);
	byId("reference-list").replaceChildren(...items.map(({ item }) => item));
	filter();
}
