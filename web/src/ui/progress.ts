import type { Job } from "../api-types";
import { downloadCommand, endingOf } from "../curl";
import { button, byId, el } from "../dom";
import { remainingMs } from "../follow";
import { downloadLink } from "../media";
import { about, level, size } from "./format";
import { copy, sayError } from "./status";

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

/** What became of a job that has succeeded; undefined: nothing yet. */
export function showResult(job: Job | undefined): void {
	byId("facts").replaceChildren();
	byId("download").replaceChildren();
	if (!job?.result)
		return;
	const { result, metrics } = job;
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
	const audio = job.links.audio!;
	byId("download").replaceChildren(
		downloadLink(audio, file, "Download", sayError),
		button("Copy as curl", () => void copy(downloadCommand(location.origin, audio, file), "Command"),
			{ class: "small", "aria-label": "Copy the download as curl" }));
}
