import * as api from "../api";

let shared: AudioContext | undefined;

/** The page's one audio context; made when it is first needed, as browsers want a gesture before it may sound. */
export function audioContext(): AudioContext {
	shared ??= new AudioContext();
	return shared;
}

/** Fetches an audio file and decodes all of it. */
export async function decode(url: string, signal?: AbortSignal): Promise<AudioBuffer> {
	return audioContext().decodeAudioData(await api.bytes(url, signal));
}
