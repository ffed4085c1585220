import { type Shared, decodeFragment } from "./share";

const KEY = "phonond.draft";
const JOB_KEY = "phonond.job";

const FIRST: Shared = {
	source: `-- Ctrl-Enter renders and plays, Ctrl-. stops.
tempo: 0.5
~kick $ s "bd*4" # gain 0.7
~hats $ s "hh*8?" # gain 0.4 # pan "-0.3 0.3"
~bass $ saw "<55 55 65.4 49>" # lpf "<400 900>" # gain 0.25
o1 $ ~kick + ~hats
o2 $ ~bass
o3 $ s "~ cp" # gain 0.5
`,
	options: { cycles: 4 },
};

function parse(text: string | null): Shared | undefined {
	try {
		const value = JSON.parse(text ?? "null") as Shared | null;
		return typeof value?.source === "string" && typeof value.options === "object" ? value : undefined;
	} catch {
		return undefined;
	}
}

/** What to begin with: the program of the link, else this tab's, else the one that was last worked on, else a first one. */
export async function loadDraft(): Promise<Shared> {
	const shared = await decodeFragment(location.hash);
	return shared ?? parse(sessionStorage.getItem(KEY)) ?? parse(localStorage.getItem(KEY)) ?? FIRST;
}

/** Keeps it for this tab, which may be loaded again, and for tabs to come. */
export function saveDraft(draft: Shared): void {
	const text = JSON.stringify(draft);
	sessionStorage.setItem(KEY, text);
	localStorage.setItem(KEY, text);
}

/** The job that this tab rendered last. */
export function lastJob(): string | null {
	return sessionStorage.getItem(JOB_KEY);
}

export function saveLastJob(id: string): void {
	sessionStorage.setItem(JOB_KEY, id);
}
