/** Where a file goes: /samples/{bank}/{name}. The service takes letters, digits and '_' for a bank, '-' and '.' too for a name. */

const LENGTH_MAX = 63;

/** A file with the folder that it was dropped with, or "". */
export interface Dropped {
	file: File;
	folder: string;
}

/** The nearest bank to a text: "01 Kick (hard)" becomes "Kick_hard"; "" when there is no letter in it. */
export function bankOf(text: string): string {
	return text.normalize("NFKD").replace(/\p{M}/gu, "").replace(/[^A-Za-z0-9]+/g, "_").replace(/^[^A-Za-z]+|_+$/g, "").slice(0, LENGTH_MAX);
}

/** The nearest name to a file's, with its ending. */
export function nameOf(text: string): string {
	const [, stem, ending] = /^(.*?)(\.\w+)?$/s.exec(text.normalize("NFKD").replace(/\p{M}/gu, ""))!;
	const clean = stem!.replace(/[^A-Za-z0-9_.-]+/g, "_").replace(/^[^A-Za-z0-9]+|_+$/g, "");
	return (clean || "sample").slice(0, LENGTH_MAX - (ending ?? "").length) + (ending ?? "");
}

/** Its path: the bank that was asked for, else its folder's, else one of its own. */
export function pathOf({ file, folder }: Dropped, wanted: string): string {
	const stem = file.name.replace(/\.\w+$/, "");
	const bank = bankOf(wanted) || bankOf(folder) || bankOf(stem) || "sample";
	return `/samples/${bank}/${nameOf(file.name)}`;
}

export function isAudio({ name }: { name: string }): boolean {
	return /\.(wav|wave|aif|aiff|aifc|flac)$/i.test(name);
}
