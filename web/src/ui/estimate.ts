import * as api from "../api";
import type { Estimate, RenderOptions } from "../api-types";
import { byId } from "../dom";
import { about, clock, size } from "./format";

/** Estimates are CPU seconds; how many cores the server has free is not known, so one is assumed. */
function describe({ duration_s, bytes, cpu_s, cached }: Estimate): string {
	const sound = `${clock(duration_s)} of sound, ${size(bytes)}`;
	return cached ? `${sound}; rendered before` : `${sound}; rendering takes ${about(cpu_s * 1000)} at most`;
}

let last: AbortController | undefined;

/** Says what a render of the program would take, or which option is wrong; the answer to the latest question counts. */
export async function showEstimate(source: string, options: RenderOptions): Promise<void> {
	last?.abort();
	last = new AbortController();
	const { signal } = last;
	const line = byId("estimate");
	try {
		line.textContent = describe(await api.estimate(source, options, signal));
		line.classList.remove("error");
	} catch (error) {
		if (signal.aborted)
			return;
		line.textContent = error instanceof api.ApiError ? error.message : "";
		line.classList.add("error");
	}
}

/** For a program with errors there is nothing to estimate. */
export function clearEstimate(): void {
	last?.abort();
	byId("estimate").textContent = "";
}
