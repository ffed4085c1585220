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

/** Asks for a key; false when none was given. However many requests want it, it is asked for once. */
export function askForKey(): Promise<boolean> {
	asking ??= new Promise<boolean>((resolve) => {
		const dialog = byId<HTMLDialogElement>("key-dialog");
		const input = byId<HTMLInputElement>("key");
		dialog.addEventListener("close", () => {
			const isGiven = dialog.returnValue === "use" && input.value.trim() !== "";
			if (isGiven)
				sessionStorage.setItem(KEY, input.value.trim());
			input.value = "";
			asking = undefined;
			resolve(isGiven);
		}, { once: true });
		dialog.returnValue = "";
		dialog.showModal();
	});
	return asking;
}
