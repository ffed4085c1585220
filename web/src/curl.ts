import type { RenderOptions } from "./api-types";
import { hasKey } from "./key";

/** A word of a POSIX shell. */
export function quote(word: string): string {
	return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replace(/'/g, `'\\''`)}'`;
}

/** The only format that the page can play piece by piece. */
export function isWav({ format = "wav" }: RenderOptions): boolean {
	return format === "wav";
}

const ENDINGS: Record<string, string> = { flac: "flac", vorbis: "ogg", opus: "opus" };

/** The ending of a file in a format. */
export function endingOf(format: string | undefined): string {
	return ENDINGS[format ?? ""] ?? "wav";
}

const ACCEPTS: Record<string, string> = { flac: "audio/flac", vorbis: "audio/ogg", opus: "audio/opus" };

/** Where the service wants a key the command takes it from the environment: it is not to be copied about. */
function curl(...words: string[]): string {
	return ["curl --fail-with-body", ...(hasKey() ? ['-H "Authorization: Bearer $PHONOND_KEY"'] : []), ...words].join(" ");
}

/** Renders a program in a terminal as the page does here. */
export function renderCommand(origin: string, source: string, options: RenderOptions): string {
	const query = new URLSearchParams(Object.entries(options).map(([name, value]) => [name, String(value)]));
	const ending = endingOf(options.format);
	const accept = ACCEPTS[options.format ?? ""] ?? "audio/wav";
	return [
		curl(`--data-binary ${quote(source)}`),
		`-H ${quote(`Accept: ${accept}`)} -H 'Prefer: wait=60'`,
		`${quote(`${origin}/render?${query.toString()}`)} -o render.${ending}`,
	].join(" \\\n  ");
}

/** Downloads something under a name. */
export function downloadCommand(origin: string, path: string, file: string): string {
	return curl(quote(origin + path), `-o ${quote(file)}`);
}

export function getCommand(origin: string, path: string): string {
	return curl(quote(origin + path));
}
