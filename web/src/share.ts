import type { RenderOptions } from "./api-types";

/** What a link carries in its fragment, which browsers do not send to any server. */
export interface Shared {
	source: string;
	options: RenderOptions;
}

async function throughStream(data: Uint8Array<ArrayBuffer>, transform: GenericTransformStream): Promise<Uint8Array> {
	const stream = new Blob([data]).stream().pipeThrough(transform as ReadableWritablePair<Uint8Array, Uint8Array<ArrayBuffer>>);
	return new Uint8Array(await new Response(stream).arrayBuffer());
}

function toBase64Url(data: Uint8Array): string {
	let text = "";
	for (const byte of data)
		text += String.fromCharCode(byte);
	return btoa(text).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
	return Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
}

/** The fragment: `p=` and the program, deflated, in base64url; then the options in readable form. */
export async function encodeFragment({ source, options }: Shared): Promise<string> {
	const packed = await throughStream(new TextEncoder().encode(source), new CompressionStream("deflate-raw"));
	const fields = new URLSearchParams({ p: toBase64Url(packed) });
	for (const [name, value] of Object.entries(options))
		fields.set(name, String(value));
	return fields.toString();
}

function parseValue(text: string): number | string | boolean {
	if (text === "true" || text === "false")
		return text === "true";
	return text !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
}

/** Undefined for a fragment that carries no program, or a broken one. */
export async function decodeFragment(fragment: string): Promise<Shared | undefined> {
	const fields = new URLSearchParams(fragment.replace(/^#/, ""));
	const packed = fields.get("p");
	if (!packed)
		return undefined;
	fields.delete("p");
	try {
		const source = await throughStream(fromBase64Url(packed), new DecompressionStream("deflate-raw"));
		const options = Object.fromEntries([...fields].map(([name, text]) => [name, parseValue(text)]));
		return { source: new TextDecoder("utf-8", { fatal: true }).decode(source), options };
	} catch {
		return undefined;
	}
}
