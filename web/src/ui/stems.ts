import type { Stem } from "../api-types";
import { downloadCommand, endingOf } from "../curl";
import { button, el } from "../dom";
import { downloadLink } from "../media";
import { level } from "./format";
import { copy, sayError } from "./status";

/** The stems of what plays, each with a mute and a solo button. */
export class StemList {
	readonly #muted = new Set<string>();
	readonly #solo = new Set<string>();
	#names: string[] = [];
	#format: string | undefined;

	/** onChange gets the names that are heard now. */
	constructor(readonly host: HTMLElement, readonly onChange: (heard: ReadonlySet<string>) => void) {}

	/** Their files have the job's format. */
	show(stems: readonly Stem[], format?: string): void {
		this.#format = format;
		this.#names = stems.map(({ name }) => name);
		this.#muted.clear();
		this.#solo.clear();
		this.host.hidden = stems.length === 0;
		this.host.replaceChildren(el("h2", {}, "Stems"), el("ul", {}, ...stems.map((stem) => this.#row(stem))));
	}

	#row(stem: Stem): HTMLElement {
		const ending = endingOf(this.#format);
		const file = `${stem.name}.${ending}`;
		return el("li", {},
			el("code", {}, stem.name),
			el("span", { class: "muted" }, level(stem.peak_db, "dB")),
			el("div", { class: "actions" },
				this.#toggle("Mute", stem.name, this.#muted),
				this.#toggle("Solo", stem.name, this.#solo),
				button("curl", () => void copy(downloadCommand(location.origin, stem.audio, file), "Command"),
					{ class: "small", "aria-label": `Copy the download of ${stem.name} as curl` }),
				downloadLink(stem.audio, file, `Download ${stem.name}`, sayError)));
	}

	#toggle(label: string, name: string, set: Set<string>): HTMLButtonElement {
		const toggle = button(label, () => {
			if (!set.delete(name))
				set.add(name);
			toggle.setAttribute("aria-pressed", String(set.has(name)));
			this.onChange(this.#heard());
		}, { class: "small", "aria-pressed": "false", "aria-label": `${label} ${name}` });
		return toggle;
	}

	/** Of the solo ones, or of all when none is, those that are not muted. */
	#heard(): Set<string> {
		const chosen = this.#solo.size > 0 ? this.#names.filter((name) => this.#solo.has(name)) : this.#names;
		return new Set(chosen.filter((name) => !this.#muted.has(name)));
	}
}
