/** The API key, where the service wants one. It stays in this tab and goes with requests to this server only. */
import { byId } from "./dom";

const KEY = "phonond.key";

export function authorization(): Record<string, string> {
	const key = sessionStorage.getItem(KEY);
	return key ? { Authorization: `Bearer ${key}` } : {};
}

export function hasKey(): boolean {
	return sessionStorage.getItem(KEY) !== null;
}

let asking: Promise<boolean> | undefined;
let isRefused = false;

/** After this a key may be asked for again although none was given before. */
export function mayAskAgain(): void {
	isRefused = false;
}

/**
 * Asks for a key; false when none was given, and from then on until mayAskAgain(). However many requests want one, it is
 * asked for once.
 */
export async function askForKey(): Promise<boolean> {
	if (isRefused)
		return false;
	asking ??= new Promise<boolean>((resolve) => {
		const dialog = byId<HTMLDialogElement>("key-dialog");
		const input = byId<HTMLInputElement>("key");
		dialog.addEventListener("close", () => {
			const isGiven = dialog.returnValue === "use" && input.value.trim() !== "";
			if (isGiven)
				sessionStorage.setItem(KEY, input.value.trim());
			input.value = "";
			asking = undefined;
			isRefused = !isGiven;
			resolve(isGiven);
		}, { once: true });
		dialog.returnValue = "";
		dialog.showModal();
	});
	return asking;
}
