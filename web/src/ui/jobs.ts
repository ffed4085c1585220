import * as api from "../api";
import type { Job } from "../api-types";
import { downloadCommand, endingOf } from "../curl";
import { button, byId, el } from "../dom";
import { downloadLink } from "../media";
import { size } from "./format";
import { copy, sayError } from "./status";

const REFRESH_MS = 2000;

export interface JobHooks {
	/** Puts the job's program and options into the editor, and its sound into the player if it has one. */
	open: (job: Job) => Promise<void>;
	/** Renders the job's program again. */
	retry: (job: Job) => Promise<void>;
}

function describe(job: Job): string {
	const length = job.options.cycles === undefined ? `${job.options.duration ?? 10} s` : `${job.options.cycles} cycles`;
	const bytes = job.result ? `, ${size(job.result.bytes)}` : "";
	return `${length}, ${job.options.format ?? "wav"}${bytes}`;
}

function stateOf(job: Job): string {
	if (job.state === "running")
		return `running, ${job.progress.percent.toFixed(0)} %`;
	return job.state === "queued" && job.queue_position ? `queued, number ${job.queue_position}` : job.state;
}

/** The newest jobs of the service, kept up to date while they are shown. */
export class JobTable {
	readonly #body = byId("job-rows");
	#timer: number | undefined;

	constructor(readonly hooks: JobHooks) {
		byId("jobs-refresh").addEventListener("click", () => this.#refresh());
	}

	show(isShown: boolean): void {
		clearInterval(this.#timer);
		this.#timer = undefined;
		if (!isShown)
			return;
		this.#refresh();
		this.#timer = setInterval(() => {
			if (!document.hidden)
				this.#refresh();
		}, REFRESH_MS);
	}

	#refresh(): void {
		api.jobs().then(({ jobs }) => this.#fill(jobs)).catch(sayError);
	}

	/** Leaves rows alone that are as they were: a button must not vanish under the finger, nor lose the focus. */
	#fill(jobs: readonly Job[]): void {
		const old = new Map([...this.#body.children].map((row) => [(row as HTMLElement).dataset["key"], row]));
		const rows = jobs.map((job) => {
			const key = `${job.id} ${stateOf(job)}`;
			return old.get(key) ?? this.#row(job, key);
		});
		const isSame = rows.length === old.size && rows.every((row, i) => row === this.#body.children[i]);
		if (!isSame)
			this.#body.replaceChildren(...rows);
		byId("no-jobs").hidden = jobs.length > 0;
	}

	#row(job: Job, key: string): HTMLElement {
		const time = new Date(job.created_at);
		return el("tr", { "data-key": key },
			el("td", {}, el("code", {}, job.id.slice(-6)), el("time", { datetime: job.created_at }, time.toLocaleTimeString())),
			el("td", {}, el("span", { class: `state ${job.state}` }, stateOf(job)), job.error && job.state === "failed" ? ` ${job.error.message}` : ""),
			el("td", {}, describe(job)),
			el("td", {}, el("div", { class: "actions" }, ...this.#actions(job))));
	}

	#actions(job: Job): HTMLElement[] {
		const short = job.id.slice(-6);
		const act = (label: string, action: () => Promise<unknown>) =>
			button(label, () => action().then(() => this.#refresh()).catch(sayError),
				{ class: "small", "aria-label": `${label} job ${short}` });
		const actions: HTMLElement[] = [act("Open", () => this.hooks.open(job))];
		if (!api.isEnded(job))
			actions.push(act("Cancel", () => api.cancel(job.id)));
		else
			actions.push(act(job.state === "succeeded" ? "Again" : "Retry", () => this.hooks.retry(job)));
		if (job.links.audio) {
			const { audio } = job.links;
			const file = `${job.id}.${endingOf(job.options.format)}`;
			actions.push(downloadLink(audio, file, `Download job ${short}`, sayError));
			actions.push(act("curl", () => copy(downloadCommand(location.origin, audio, file), "Command")));
		}
		if (api.isEnded(job))
			actions.push(act("Delete", () => api.remove(job.id)));
		return actions;
	}
}
