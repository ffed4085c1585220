/**
 * Addresses of audio for <audio> and <a>, which cannot send a key: where there is one, a signed link stands in. So the browser
 * plays and saves files from the server in ranges, as it likes.
 */
import * as api from "./api";
import { el } from "./dom";
import { hasKey } from "./key";

/** The address for a path of audio as jobs have it: /jobs/{id}/audio or /jobs/{id}/stems/{name}. */
export async function mediaUrl(path: string): Promise<string> {
	const [, id, stem] = /^\/jobs\/(\w+)\/(?:audio|stems\/(\w+))$/.exec(path) ?? [];
	return hasKey() && id ? api.link(id, stem) : path;
}

/** Saves a file of the server under a name. */
async function save(path: string, name: string): Promise<void> {
	el("a", { href: await mediaUrl(path), download: name }).click();
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
