import type { Job } from "../api-types";
import { endingOf } from "../curl";
import { byId, el } from "../dom";
import { remainingMs } from "../follow";
import { downloadLink } from "../media";
import { about, level, size } from "./format";
import { sayError } from "./status";

/** Where a job stands: the bar, and the words beside it. Undefined hides both. */
export function showProgress(job: Job | undefined): void {
	const bar = byId<HTMLProgressElement>("progress");
	byId("progress-box").hidden = job === undefined;
	if (!job)
		return;
	const left = remainingMs(job);
	if (job.state === "queued")
		bar.removeAttribute("value");
	else
		bar.value = job.progress.percent;
	byId("progress-text").textContent = job.state === "queued"
		? `waiting, number ${job.queue_position ?? 1} in the queue`
		: `${job.progress.percent.toFixed(0)} %${left === undefined ? "" : `, ${about(left)} left`}`;
}

/** What became of a job that has succeeded. */
export function showResult(job: Job): void {
	const { result, metrics } = job;
	if (!result)
		return;
	const facts = [
		["Level", level(result.loudness_lufs, "LUFS")],
		["True peak", level(result.true_peak_db, "dBTP")],
		["Size", size(result.bytes)],
		["Speed", job.cached ? "from the cache" : `${(metrics.realtime_factor ?? 0).toFixed(0)} × real time`],
	];
	if (result.clipped_frames > 0)
		facts.push(["Clipped", `${result.clipped_frames} frames`]);
	byId("facts").replaceChildren(...facts.map(([term, fact]) => el("div", {}, el("dt", {}, term!), el("dd", {}, fact!))));
	const file = `${job.id}.${endingOf(job.options.format)}`;
	byId("download").replaceChildren(downloadLink(job.links.audio!, file, "Download", sayError));
}
