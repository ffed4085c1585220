import { byId } from "../dom";

/** Says something in the status line, which screen readers read out. */
export function say(text: string, kind: "info" | "error" = "info"): void {
	const line = byId("status");
	line.textContent = text;
	line.classList.toggle("error", kind === "error");
}

export function sayError(error: unknown): void {
	if (error instanceof DOMException && error.name === "AbortError")
		return;
	say(error instanceof Error ? error.message : String(error), "error");
}

export async function copy(text: string, what: string): Promise<void> {
	try {
		await navigator.clipboard.writeText(text);
		say(`${what} copied`);
	} catch {
		// The clipboard is the browser's to give, and on plain HTTP beyond this machine there is none.
		prompt(`Copy ${what.toLowerCase()}:`, text);
	}
}
