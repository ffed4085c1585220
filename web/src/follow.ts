import * as api from "./api";
import type { Job } from "./api-types";
import { serverEvents } from "./server-events";

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

/** Reads the job whenever the service says that something has happened to it. False when that ended before the job did. */
async function listen(id: string, onChange: (job: Job) => void, signal: AbortSignal): Promise<boolean> {
	let job = await api.job(id);
	for await (const { type, data } of serverEvents(await api.jobEvents(id, signal))) {
		if (type === "progress")
			job = { ...job, progress: { ...job.progress, ...(JSON.parse(data) as Partial<Job["progress"]>) } };
		else if (type === "state")
			job = await api.job(id);
		onChange(job);
		if (api.isEnded(job))
			return true;
	}
	return false;
}

/** Calls onChange with the job, as it is now and whenever it has changed, until it has ended or signal says stop. */
export async function followJob(id: string, onChange: (job: Job) => void, signal: AbortSignal): Promise<void> {
	try {
		if (await listen(id, onChange, signal))
			return;
	} catch (error) {
		// A proxy may cut streams off, and there may be too many of them; asking again always works.
		if (!(error instanceof api.ApiError || error instanceof TypeError))
			throw error;
	}
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
