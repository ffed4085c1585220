import type { RenderOptions } from "./api-types";

/** A word of a POSIX shell. */
export function quote(word: string): string {
	return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replace(/'/g, `'\\''`)}'`;
}

const ENDINGS: Record<string, string> = { flac: "flac", vorbis: "ogg", opus: "opus" };

/** The ending of a file in a format. */
export function endingOf(format: string | undefined): string {
	return ENDINGS[format ?? ""] ?? "wav";
}

const ACCEPTS: Record<string, string> = { flac: "audio/flac", vorbis: "audio/ogg", opus: "audio/opus" };

/** Renders a program in a terminal as the page does here. */
export function renderCommand(origin: string, source: string, options: RenderOptions): string {
	const query = new URLSearchParams(Object.entries(options).map(([name, value]) => [name, String(value)]));
	const ending = endingOf(options.format);
	const accept = ACCEPTS[options.format ?? ""] ?? "audio/wav";
	return [
		`curl --fail-with-body --data-binary ${quote(source)}`,
		`-H ${quote(`Accept: ${accept}`)} -H 'Prefer: wait=60'`,
		`${quote(`${origin}/render?${query.toString()}`)} -o render.${ending}`,
	].join(" \\\n  ");
}

/** Downloads something under a name. */
export function downloadCommand(origin: string, path: string, file: string): string {
	return `curl --fail-with-body ${quote(origin + path)} -o ${quote(file)}`;
}

export function getCommand(origin: string, path: string): string {
	return `curl ${quote(origin + path)}`;
}
