import type { NodeEntry, NodeParameter } from "./api-types";

/** The functions of the language by their names and aliases. */
export class Catalogue {
	readonly #byName = new Map<string, NodeEntry>();

	constructor(readonly entries: readonly NodeEntry[]) {
		for (const entry of entries)
			for (const name of [entry.name, ...entry.aliases])
				this.#byName.set(name, entry);
	}

	find(name: string): NodeEntry | undefined {
		return this.#byName.get(name);
	}
}

/** "lpf input cutoff [q]", with brackets around what may be left out. */
export function signature(entry: NodeEntry): string {
	const words = entry.parameters
		.filter((parameter) => parameter.argument !== "input")
		.map(({ name, optional }) => (optional ? `[${name}]` : name));
	return [entry.name, ...words].join(" ");
}

/** What the catalogue says of a number that may be anything. */
const NO_LIMIT = 1e9;

/** "Hz, 20 to 20000, else 1000", as far as the catalogue tells. */
export function range({ unit, minimum, maximum, default: value, words }: NodeParameter): string {
	const parts = [];
	if (unit)
		parts.push(unit);
	if (minimum !== undefined && maximum !== undefined && maximum < NO_LIMIT)
		parts.push(`${minimum} to ${maximum}`);
	if (value !== undefined)
		parts.push(`else ${value}`);
	if (words?.length)
		parts.push(words.join(", "));
	return parts.join(", ");
}
