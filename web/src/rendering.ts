import * as api from "./api";
import type { Job } from "./api-types";
import { followJob } from "./follow";
import { showProgress } from "./ui/progress";

/** One job at a time, from the program to its end; a new one cancels the one before. */
export class Rendering {
	#job: Job | undefined;
	#stop: AbortController | undefined;

	get isRunning(): boolean {
		return this.#stop !== undefined;
	}

	/**
	 * Submits and follows a job. Gives it when it has ended, however it did; undefined when another one took its place, or
	 * cancel() ended it. onBegin gets it when it is submitted and has not ended.
	 */
	async run(
		submit: (signal: AbortSignal) => Promise<Job>, onBegin: (job: Job) => void,
	): Promise<Job | undefined> {
		await this.cancel();
		const stop = new AbortController();
		this.#stop = stop;
		try {
			this.#see(await submit(stop.signal));
			if (!api.isEnded(this.#job!)) {
				onBegin(this.#job!);
				await followJob(this.#job!.id, (job) => this.#see(job), stop.signal);
			}
			return stop.signal.aborted ? undefined : this.#job;
		} finally {
			if (this.#stop === stop)
				this.#end();
		}
	}

	/** Ends the job that runs, if one does, here and on the server. */
	async cancel(): Promise<void> {
		const job = this.#job;
		this.#stop?.abort(new DOMException("canceled", "AbortError"));
		this.#end();
		if (job && !api.isEnded(job))
			await api.cancel(job.id);
	}

	#see(job: Job): void {
		this.#job = job;
		showProgress(job);
	}

	#end(): void {
		this.#stop = undefined;
		this.#job = undefined;
		showProgress(undefined);
	}
}
