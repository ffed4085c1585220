import * as api from "../api";
import type { InstalledBank, Sample } from "../api-types";
import { downloadCommand } from "../curl";
import { button, byId, el } from "../dom";
import { droppedFiles } from "../dropped";
import { clock, size } from "./format";
import { copy, sayError } from "./status";
import { Uploads } from "./uploads";

export interface SampleHooks {
	/** Renders and plays a program, so many seconds of it. */
	play: (source: string, title: string, seconds: number) => void;
	/** Puts a text where the cursor is in the program. */
	insert: (text: string) => void;
	/** The banks have changed. */
	onBanks: (banks: readonly Bank[]) => void;
}

/** What a program can play by a name. */
export interface Bank {
	name: string;
	variations: number;
	isOwn: boolean;
}

/** Longer than the installed sounds, whose lengths are not known. */
const INSTALLED_S = 2;
/** A cycle that is not shorter than the sound, so that it is heard once. */
const LONGEST_CYCLE_S = 100;

function programFor(pattern: string, seconds: number): string {
	const cycle_s = Math.min(LONGEST_CYCLE_S, Math.max(1, Math.ceil(seconds)));
	return `tempo: ${(1 / cycle_s).toFixed(4)}\nout $ s "${pattern}"\n`;
}

/** The banks of a list, own ones first; they hide installed ones of the same name. */
function banksOf(samples: readonly Sample[], library: readonly InstalledBank[]): Bank[] {
	const own = new Map<string, Bank>();
	for (const { bank } of samples)
		own.set(bank, { name: bank, variations: (own.get(bank)?.variations ?? 0) + 1, isOwn: true });
	const installed = library.filter(({ bank }) => !own.has(bank));
	return [...own.values(), ...installed.map(({ bank, variations }) => ({ name: bank, variations, isOwn: false }))];
}

/** The samples of the key and of the service, and the ways to bring more. */
export class SamplePanel {
	readonly #uploads = new Uploads(() => this.refresh());
	readonly #rows = byId("sample-rows");

	constructor(readonly hooks: SampleHooks) {
		this.#takeChosen(byId("sample-files"));
		this.#takeDrops(byId("drop-hint"));
	}

	refresh(): void {
		api.samples().then(({ samples, library }) => this.#show(samples, library)).catch(sayError);
	}

	#takeChosen(input: HTMLInputElement): void {
		input.addEventListener("change", () => {
			this.#uploads.send([...input.files!].map((file) => ({ file, folder: "" })), this.#bank);
			input.value = "";
		});
	}

	/** Files may be dropped anywhere on the page; text goes to the editor as ever. */
	#takeDrops(hint: HTMLElement): void {
		const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
		const show = (isShown: boolean) => { hint.hidden = !isShown; };
		addEventListener("dragover", (event) => {
			if (!hasFiles(event))
				return;
			event.preventDefault();
			event.dataTransfer!.dropEffect = "copy";
			show(true);
		}, { capture: true });
		addEventListener("dragleave", (event) => show(event.relatedTarget !== null && !hint.hidden));
		addEventListener("drop", (event) => {
			show(false);
			if (!hasFiles(event))
				return;
			event.preventDefault();
			event.stopPropagation();
			byId("tab-samples").click();
			droppedFiles(event.dataTransfer!).then((files) => this.#uploads.send(files, this.#bank)).catch(sayError);
		}, { capture: true });
	}

	get #bank(): string {
		return byId<HTMLInputElement>("sample-bank").value;
	}

	#show(samples: readonly Sample[], library: readonly InstalledBank[]): void {
		this.#rows.replaceChildren(...samples.map((sample) => this.#row(sample)));
		byId("sample-table").hidden = samples.length === 0;
		byId("installed-count").textContent = `${library.length} banks`;
		byId("installed-list").replaceChildren(...library.map((bank) => this.#installed(bank)));
		this.hooks.onBanks(banksOf(samples, library));
	}

	#row(sample: Sample): HTMLElement {
		const { bank, name, pattern, links, duration_s } = sample;
		const act = (label: string, action: () => void, kind = "small") =>
			button(label, action, { class: kind, "aria-label": `${label} ${bank}/${name}` });
		return el("tr", {},
			el("td", {}, el("code", {}, pattern)),
			el("td", {}, `${bank}/${name}`),
			el("td", { class: "number" }, clock(duration_s)),
			el("td", { class: "number" }, size(sample.bytes)),
			el("td", {}, el("div", { class: "actions" },
				act("Play", () => this.hooks.play(programFor(pattern, duration_s), `${bank}/${name}`, duration_s), "small i-play"),
				act("Insert", () => this.hooks.insert(pattern.replace(/:0$/, ""))),
				act("curl", () => void copy(downloadCommand(location.origin, links.self, name), "Command")),
				act("Delete", () => { api.removeSample(links.self).then(() => this.refresh()).catch(sayError); }))));
	}

	#installed({ bank, variations }: InstalledBank): HTMLElement {
		const count = variations > 1 ? `0 to ${variations - 1}` : "";
		return el("li", {},
			button(bank, () => this.hooks.play(programFor(bank, INSTALLED_S), bank, INSTALLED_S),
				{ class: "small", "aria-label": `Play ${bank}`, title: count }));
	}
}
