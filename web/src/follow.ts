import * as api from "./api";
import type { Job } from "./api-types";

const POLL_FIRST_MS = 120;
const POLL_LAST_MS = 1000;

function pause(ms: number, signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		const timer = setTimeout(resolve, ms);
		signal.addEventListener("abort", () => { clearTimeout(timer); resolve(); }, { once: true });
	});
}

/** Reads the job again and again, less often the longer it takes. */
async function poll(id: string, onChange: (job: Job) => void, signal: AbortSignal): Promise<void> {
	for (let wait = POLL_FIRST_MS; !signal.aborted; wait = Math.min(wait * 1.3, POLL_LAST_MS)) {
		const job = await api.job(id);
		if (signal.aborted)
			return;
		onChange(job);
		if (api.isEnded(job))
			return;
		await pause(wait, signal);
	}
}

/** Calls onChange with the job, as it is now and whenever it has changed, until it has ended or signal says stop. */
export async function followJob(id: string, onChange: (job: Job) => void, signal: AbortSignal): Promise<void> {
	await poll(id, onChange, signal);
}

/** How much longer a running job takes, in ms; undefined while that cannot be told. */
export function remainingMs(job: Job, now = Date.now()): number | undefined {
	if (typeof job.progress.eta_ms === "number")
		return job.progress.eta_ms;
	const { percent } = job.progress;
	if (!job.started_at || percent < 1)
		return undefined;
	return (now - Date.parse(job.started_at)) * (100 / percent - 1);
}
