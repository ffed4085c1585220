import type { RenderOptions } from "../api-types";
import { byId } from "../dom";

const NUMBERS = ["sample_rate", "channels", "quality", "bitrate", "gain", "fade_in", "fade_out", "normalize_to", "seed"] as const;
const WORDS = ["format", "subtype", "normalize"] as const;

type Field = HTMLInputElement | HTMLSelectElement;

function field(name: string): Field {
	return byId<HTMLFormElement>("options").elements.namedItem(name) as Field;
}

/** A number, a word, or undefined for an empty field, which has the service's default. */
function valueOf(name: string): number | string | undefined {
	const text = field(name).value.trim();
	if (text === "")
		return undefined;
	return Number.isFinite(Number(text)) ? Number(text) : text;
}

/** What the form says; what is left empty is left out. */
export function readOptions(): RenderOptions {
	const options: Record<string, unknown> = { [field("unit").value]: Number(field("length").value) };
	for (const name of [...NUMBERS, ...WORDS, "tail", "limiter"]) {
		const value = valueOf(name);
		if (value !== undefined)
			options[name] = value;
	}
	if ((field("stems") as HTMLInputElement).checked)
		options["stems"] = true;
	return options as RenderOptions;
}

/** Fills the form in; what options lacks becomes empty. */
export function writeOptions(options: RenderOptions): void {
	field("unit").value = options.duration === undefined ? "cycles" : "duration";
	field("length").value = String(options.duration ?? options.cycles ?? 4);
	for (const name of [...NUMBERS, ...WORDS, "tail", "limiter"] as const)
		field(name).value = options[name] === undefined ? "" : String(options[name]);
	(field("stems") as HTMLInputElement).checked = options.stems === true;
	showFormatFields();
}

/** Hides what the chosen format has no use for. */
function showFormatFields(): void {
	const format = field("format").value || "wav";
	for (const element of document.querySelectorAll<HTMLElement>("[data-formats]")) {
		const isFor = element.dataset["formats"]!.split(" ").includes(format);
		element.hidden = !isFor;
		if (!isFor)
			for (const input of element.querySelectorAll<Field>("input, select"))
				input.value = "";
	}
}

export function initOptions(onChange: () => void): void {
	const form = byId<HTMLFormElement>("options");
	form.addEventListener("change", () => {
		showFormatFields();
		onChange();
	});
	form.addEventListener("submit", (event) => event.preventDefault());
}
