import { decode } from "./context";
import type { SpectrumRequest } from "./spectrum.worker";

/** Replaced by the worker's own name when the page is built. */
const WORKER_URL = "/assets/spectrum.js";

function mono(buffer: AudioBuffer): Float32Array<ArrayBuffer> {
	const out = new Float32Array(buffer.length);
	for (let channel = 0; channel < buffer.numberOfChannels; channel++)
		buffer.getChannelData(channel).forEach((sample, i) => { out[i]! += sample / buffer.numberOfChannels; });
	return out;
}

/** The spectrogram of an audio file as a picture. */
export async function spectrogram(url: string, width: number, height: number, signal: AbortSignal): Promise<ImageBitmap> {
	const buffer = await decode(url, signal);
	const samples = mono(buffer);
	const worker = new Worker(WORKER_URL, { type: "module" });
	try {
		return await new Promise((resolve, reject) => {
			signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
			worker.onmessage = ({ data }: MessageEvent<ImageData>) => resolve(createImageBitmap(data));
			worker.onerror = () => reject(new Error("The spectrogram could not be computed"));
			const request: SpectrumRequest = { samples, sampleRate: buffer.sampleRate, width, height };
			worker.postMessage(request, [samples.buffer]);
		});
	} finally {
		worker.terminate();
	}
}
