/** Sends files with their progress, which fetch() does not tell. */
import { ApiError } from "./api";
import type { Problem } from "./api-types";
import { askForKey, authorization } from "./key";

interface Answer {
	status: number;
	text: string;
	type: string;
}

function put(path: string, file: Blob, onProgress: (share: number) => void, signal: AbortSignal): Promise<Answer> {
	return new Promise((resolve, reject) => {
		const request = new XMLHttpRequest();
		request.open("PUT", path);
		request.setRequestHeader("Content-Type", "application/octet-stream");
		for (const [name, value] of Object.entries(authorization()))
			request.setRequestHeader(name, value);
		request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0);
		request.onload = () => resolve({
			status: request.status, text: request.responseText, type: request.getResponseHeader("Content-Type") ?? "",
		});
		request.onerror = () => reject(new ApiError("The server does not answer, or refused the file before all of it was sent"));
		request.onabort = () => reject(signal.reason as Error);
		signal.addEventListener("abort", () => request.abort(), { once: true });
		request.send(file);
	});
}

/** Puts a file at a path of the service; onProgress gets the share that is sent, from 0 to 1. */
export async function upload(path: string, file: Blob, onProgress: (share: number) => void, signal: AbortSignal): Promise<void> {
	let answer = await put(path, file, onProgress, signal);
	while (answer.status === 401 && (await askForKey()))
		answer = await put(path, file, onProgress, signal);
	if (answer.status < 300)
		return;
	if (!answer.type.includes("json"))
		throw new ApiError(`The server answered ${answer.status}`);
	const problem = JSON.parse(answer.text) as Problem;
	throw new ApiError(problem.detail || problem.title, problem);
}
