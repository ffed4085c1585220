import type { Completion, CompletionContext, CompletionResult, CompletionSource } from "@codemirror/autocomplete";
import { syntaxTree } from "@codemirror/language";
import type { EditorState } from "@codemirror/state";
import { hoverTooltip } from "@codemirror/view";
import type { NodeEntry } from "../api-types";
import { type Catalogue, range, signature } from "../catalogue";
import { el } from "../dom";

/** What the editor knows of the service, which comes later than the editor. */
export interface Knowledge {
	catalogue?: Catalogue;
	/** Names that `s` plays, each with a word on where it comes from. */
	samples: readonly { name: string; detail: string }[];
}

const STATEMENTS: Completion[] = [
	{ label: "out $ ", type: "keyword", detail: "what is heard" },
	{ label: "tempo: ", type: "keyword", detail: "cycles per second" },
	{ label: "bpm: ", type: "keyword", detail: "beats per minute" },
	{ label: "outmix: ", type: "keyword", detail: "how outputs are summed" },
	{ label: "for i in 1..4:", type: "keyword", detail: "repeats the statements below" },
	{ label: "fn ", type: "keyword", detail: "a function" },
];

const COMPLETION_TYPES = { source: "class", function: "function", modifier: "property", transform: "method" };

/** A function's signature, words and parameters. */
export function describe(entry: NodeEntry): HTMLElement {
	const parameters = entry.parameters.map((parameter) => {
		const limits = range(parameter);
		return el("li", {}, el("b", {}, parameter.name), ` ${parameter.doc}`, limits ? ` (${limits})` : "");
	});
	return el("div", { class: "function" }, el("code", {}, signature(entry)), el("p", {}, entry.doc), el("ul", {}, ...parameters));
}

function completionOf(entry: NodeEntry): Completion {
	return { label: entry.name, type: COMPLETION_TYPES[entry.kind], detail: entry.kind, info: () => describe(entry) };
}

/** Every ~bus, @template and %variable of the program, once. */
function ownNames(state: EditorState, sign: string): Completion[] {
	const names = state.doc.toString().match(new RegExp(`${sign}[A-Za-z_]\\w*`, "g")) ?? [];
	return [...new Set(names)].map((label) => ({ label, type: "variable" }));
}

/** The catalogue's function that stands nearest before a place on its line. */
function callBefore(context: CompletionContext, catalogue: Catalogue): NodeEntry | undefined {
	const line = context.state.doc.lineAt(context.pos);
	const words = line.text.slice(0, context.pos - line.from).match(/[A-Za-z_]\w*/g) ?? [];
	return words.reverse().map((word) => catalogue.find(word)).find((entry) => entry !== undefined);
}

/** In the string of `s "…"`. */
function inSound({ state, pos }: CompletionContext): boolean {
	const line = state.doc.lineAt(pos);
	return /(^|[^\w~])s\s+"[^"]*$/.test(line.text.slice(0, pos - line.from));
}

function samples(context: CompletionContext, known: Knowledge["samples"]): CompletionResult | null {
	const word = context.matchBefore(/[A-Za-z]\w*/);
	if (!word && !context.explicit)
		return null;
	const options = known.map(({ name, detail }) => ({ label: name, type: "constant", detail }));
	return { from: word?.from ?? context.pos, options, validFor: /^\w*$/ };
}

function inString(context: CompletionContext, catalogue: Catalogue, known: Knowledge["samples"]): CompletionResult | null {
	const bus = context.matchBefore(/~\w*/);
	if (bus)
		return { from: bus.from, options: ownNames(context.state, "~"), validFor: /^~\w*$/ };
	if (inSound(context))
		return samples(context, known);
	const word = context.matchBefore(/[A-Za-z]\w*/);
	const entry = callBefore(context, catalogue);
	const words = entry?.parameters.flatMap((parameter) => parameter.words ?? []) ?? [];
	if ((!word && !context.explicit) || words.length === 0)
		return null;
	return { from: word?.from ?? context.pos, options: words.map((label) => ({ label, type: "text" })), validFor: /^\w*$/ };
}

function named(context: CompletionContext, catalogue: Catalogue): CompletionResult | null {
	const match = context.matchBefore(/\s:\w*/);
	const parameters = match && callBefore(context, catalogue)?.parameters;
	if (!parameters)
		return null;
	const options = parameters.map((parameter) => ({
		label: `:${parameter.name}`, type: "property", detail: range(parameter), info: parameter.doc,
	}));
	return { from: match.from + 1, options, validFor: /^:\w*$/ };
}

/** Only what can follow # ranks high there, and only what can follow $ there. */
function rank(entry: NodeEntry, sign: string | undefined): number {
	if (sign === "#")
		return entry.kind === "modifier" || entry.parameters[0]?.argument === "input" ? 1 : -50;
	return sign === "$" && entry.kind === "modifier" ? -50 : 0;
}

function functions(context: CompletionContext, entries: readonly NodeEntry[]): CompletionResult | null {
	const word = context.matchBefore(/[A-Za-z_]\w*/);
	if (!word && !context.explicit)
		return null;
	const from = word?.from ?? context.pos;
	const line = context.state.doc.lineAt(from);
	const before = line.text.slice(0, from - line.from).trimEnd();
	const options = entries.map((entry) => ({ ...completionOf(entry), boost: rank(entry, before.at(-1)) }));
	return { from, options: before === "" ? [...STATEMENTS, ...options] : options, validFor: /^\w*$/ };
}

/** Completes what may stand at the cursor. */
export function completionSource(knowledge: () => Knowledge): CompletionSource {
	return (context) => {
		const { catalogue: known, samples: sounds } = knowledge();
		const node = syntaxTree(context.state).resolveInner(context.pos, -1);
		if (!known || /Comment/.test(node.name))
			return null;
		if (node.name === "String" || node.parent?.name === "String")
			return inString(context, known, sounds);
		const own = context.matchBefore(/[~@%]\w*/);
		if (own)
			return { from: own.from, options: ownNames(context.state, own.text[0]!), validFor: /^[~@%]\w*$/ };
		return named(context, known) ?? functions(context, known.entries);
	};
}

/** Shows what a function is when the pointer rests on its name. */
export function functionTooltip(knowledge: () => Knowledge) {
	return hoverTooltip((view, pos) => {
		const node = syntaxTree(view.state).resolveInner(pos, 0);
		const entry = node.name === "Name" ? knowledge().catalogue?.find(view.state.sliceDoc(node.from, node.to)) : undefined;
		return entry ? { pos: node.from, end: node.to, above: true, create: () => ({ dom: describe(entry) }) } : null;
	});
}
