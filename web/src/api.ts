import type {
	CheckResult, Estimate, Example, Job, JobList, NodeEntry, PlayedEvent, Problem, RenderOptions, SampleList,
} from "./api-types";
import { askForKey, authorization } from "./key";

/** A request that the service refused, or that did not reach it (`problem` is missing then). */
export class ApiError extends Error {
	constructor(message: string, readonly problem?: Problem) {
		super(message);
		this.name = "ApiError";
	}
}

async function problemOf(response: Response): Promise<ApiError> {
	const type = response.headers.get("Content-Type") ?? "";
	if (!type.includes("json"))
		return new ApiError(`The server answered ${response.status}`);
	const problem = (await response.json()) as Problem;
	return new ApiError(problem.detail || problem.title, problem);
}

async function request(path: string, init: RequestInit): Promise<Response> {
	try {
		return await fetch(path, { ...init, headers: { ...init.headers, ...authorization() } });
	} catch (error) {
		if (error instanceof DOMException && error.name === "AbortError")
			throw error;
		throw new ApiError("The server does not answer");
	}
}

/** Asks for a key when the service wants one, and tries again with it. */
async function send(path: string, init: RequestInit = {}): Promise<Response> {
	let response = await request(path, init);
	while (response.status === 401 && (await askForKey()))
		response = await request(path, init);
	if (!response.ok)
		throw await problemOf(response);
	return response;
}

async function getJson<T>(path: string): Promise<T> {
	return (await send(path)).json() as Promise<T>;
}

function post(path: string, body: unknown, signal?: AbortSignal): Promise<Response> {
	return send(path, {
		method: "POST",
		headers: { "Content-Type": "application/json" },
		body: JSON.stringify(body),
		signal,
	});
}

export async function check(source: string): Promise<CheckResult> {
	return (await post("/check", { source })).json() as Promise<CheckResult>;
}

export async function format(source: string): Promise<string> {
	const { source: formatted } = (await (await post("/format", { source })).json()) as { source: string };
	return formatted;
}

/** What a program plays in `cycles` cycles from `from_cycle` on, in the order of time. */
export async function events(source: string, from_cycle: number, cycles: number): Promise<PlayedEvent[]> {
	const lines = (await (await post("/events", { source, from_cycle, cycles })).text()).split("\n");
	return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as PlayedEvent);
}

export async function render(source: string, options: RenderOptions, signal?: AbortSignal): Promise<Job> {
	return (await post("/render", { source, ...options }, signal)).json() as Promise<Job>;
}

export async function estimate(source: string, options: RenderOptions, signal: AbortSignal): Promise<Estimate> {
	return (await post("/estimate", { source, ...options }, signal)).json() as Promise<Estimate>;
}

export function job(id: string, withSource = false): Promise<Job> {
	return getJson(`/jobs/${id}${withSource ? "?source=1" : ""}`);
}

/** The newest ones. */
export function jobs(): Promise<JobList> {
	return getJson("/jobs?limit=20");
}

export async function cancel(id: string): Promise<Job> {
	return (await send(`/jobs/${id}/cancel`, { method: "POST" })).json() as Promise<Job>;
}

/** How long a link lasts: as long as a page is likely to stay open. */
const LINK_TTL_S = 86_400;

/** The address of a job's audio, or of a stem, that needs no key. */
export async function link(id: string, stem?: string): Promise<string> {
	const { url } = (await (await post(`/jobs/${id}/link`, { ttl: LINK_TTL_S, stem })).json()) as { url: string };
	return url;
}

/** Another job for the same work. */
export async function retry(id: string): Promise<Job> {
	return (await send(`/jobs/${id}/retry`, { method: "POST" })).json() as Promise<Job>;
}

/** What happens to a job, as Server-Sent Events. */
export function jobEvents(id: string, signal: AbortSignal): Promise<Response> {
	return send(`/jobs/${id}/events`, { headers: { Accept: "text/event-stream" }, signal });
}

export async function remove(id: string): Promise<void> {
	await send(`/jobs/${id}`, { method: "DELETE" });
}

export async function nodes(): Promise<NodeEntry[]> {
	return (await getJson<{ nodes: NodeEntry[] }>("/nodes")).nodes;
}

export async function examples(): Promise<Example[]> {
	return (await getJson<{ examples: Example[] }>("/examples")).examples;
}

export async function bytes(path: string, signal?: AbortSignal): Promise<ArrayBuffer> {
	return (await send(path, { signal })).arrayBuffer();
}

/** A file as it comes. */
export async function stream(path: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
	return (await send(path, { signal })).body!;
}

/** All samples of the key, and what is installed. */
export async function samples(): Promise<SampleList> {
	const list = await getJson<SampleList>("/samples?limit=1000");
	for (let { next } = list; next; ) {
		const page = await getJson<SampleList>(next);
		list.samples.push(...page.samples);
		next = page.next;
	}
	return list;
}

export async function removeSample(path: string): Promise<void> {
	await send(path, { method: "DELETE" });
}

export function isEnded(job: Job): boolean {
	return ["succeeded", "failed", "canceled", "expired"].includes(job.state);
}
