import { button, byId, el } from "../dom";
import { type Dropped, isAudio, pathOf } from "../sample-names";
import { upload } from "../upload";
import { size } from "./format";
import { say } from "./status";

/** Files that are sent at a time; the others wait. */
const LANES = 3;

/** The files that are on their way to the service, or were refused. */
export class Uploads {
	readonly #list = byId("upload-list");
	readonly #waiting: (() => Promise<void>)[] = [];
	#running = 0;
	#sent = 0;

	/** onSent is called whenever a file has arrived. */
	constructor(readonly onSent: () => void) {}

	/** Sends files to a bank, or each to one of its name when bank is "". */
	send(files: readonly Dropped[], bank: string): void {
		const audio = files.filter(({ file }) => isAudio(file));
		if (audio.length < files.length)
			say(`Samples are WAV, AIFF or FLAC files; ${files.length - audio.length} of ${files.length} are none`, "error");
		for (const dropped of audio)
			this.#add(dropped.file, pathOf(dropped, bank));
	}

	#add(file: File, path: string): void {
		const stop = new AbortController();
		const bar = el("progress", { max: "1", value: "0", "aria-label": `Uploading ${file.name}` });
		const note = el("span", { class: "muted" }, size(file.size));
		const row = el("li", {}, el("code", {}, path.replace("/samples/", "")), bar, note,
			button("Cancel", () => { stop.abort(new DOMException("canceled", "AbortError")); row.remove(); },
				{ class: "small", "aria-label": `Cancel ${file.name}` }));
		this.#list.append(row);
		this.#waiting.push(() => this.#send(file, path, stop.signal, row, (share) => {
			bar.value = share;
			if (share === 1)
				note.textContent = "being decoded";
		}));
		this.#next();
	}

	#next(): void {
		if (this.#running >= LANES)
			return;
		const task = this.#waiting.shift();
		if (!task)
			return this.#report();
		this.#running++;
		void task().finally(() => {
			this.#running--;
			this.#next();
		});
	}

	#report(): void {
		if (this.#running > 0 || this.#sent === 0)
			return;
		say(`${this.#sent} sample${this.#sent === 1 ? "" : "s"} uploaded`);
		this.#sent = 0;
	}

	async #send(
		file: File, path: string, signal: AbortSignal, row: HTMLElement, onProgress: (share: number) => void,
	): Promise<void> {
		if (signal.aborted)
			return;
		try {
			await upload(path, file, onProgress, signal);
			this.#sent++;
			row.remove();
			this.onSent();
		} catch (error) {
			if (!signal.aborted)
				this.#refuse(file, path, row, error);
		}
	}

	#refuse(file: File, path: string, row: HTMLElement, error: unknown): void {
		const why = error instanceof Error ? error.message : String(error);
		row.replaceChildren(
			el("code", {}, path.replace("/samples/", "")),
			el("span", { class: "error", role: "alert" }, why),
			button("Retry", () => { row.remove(); this.#add(file, path); }, { class: "small", "aria-label": `Retry ${file.name}` }),
			button("Dismiss", () => row.remove(), { class: "small", "aria-label": `Dismiss ${file.name}` }));
	}
}
