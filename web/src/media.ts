/**
 * Addresses of audio for <audio> and <a>. These cannot send a key; where there is one, the file is fetched and given an
 * address within the page. Otherwise the browser plays and saves it from the server, in ranges as it likes.
 */
import * as api from "./api";
import { el } from "./dom";
import { hasKey } from "./key";

export interface Media {
	url: string;
	/** Lets go of the file. */
	close(): void;
}

export async function openMedia(path: string, signal?: AbortSignal): Promise<Media> {
	if (!hasKey())
		return { url: path, close: () => {} };
	const url = URL.createObjectURL(new Blob([await api.bytes(path, signal)]));
	return { url, close: () => URL.revokeObjectURL(url) };
}

/** Saves a file of the server under a name. */
export async function save(path: string, name: string): Promise<void> {
	const media = await openMedia(path);
	el("a", { href: media.url, download: name }).click();
	setTimeout(media.close, 60_000);
}

/** A link that saves a file; also without a key a true link, to be copied or opened. */
export function downloadLink(path: string, name: string, label: string, onError: (error: unknown) => void): HTMLAnchorElement {
	const link = el("a", { href: path, download: name, "aria-label": label }, "Download");
	link.addEventListener("click", (event) => {
		if (!hasKey())
			return;
		event.preventDefault();
		save(path, name).catch(onError);
	});
	return link;
}
