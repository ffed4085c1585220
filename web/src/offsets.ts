import type { Place } from "./api-types";

function utf8Length(codePoint: number): number {
	if (codePoint < 0x80)
		return 1;
	if (codePoint < 0x800)
		return 2;
	return codePoint < 0x10000 ? 3 : 4;
}

/** Turns offsets in bytes of UTF-8, in which the service counts, into indexes of a JavaScript string. */
export function byteIndexer(text: string): (offset: number) => number {
	if (/^[\x00-\x7f]*$/.test(text))
		return (offset) => Math.min(offset, text.length);
	const indexOfByte: number[] = [];
	for (let i = 0; i < text.length; ) {
		const codePoint = text.codePointAt(i)!;
		for (let n = utf8Length(codePoint); n > 0; n--)
			indexOfByte.push(i);
		i += codePoint > 0xffff ? 2 : 1;
	}
	return (offset) => indexOfByte[offset] ?? text.length;
}

/** The indexes that a place covers. */
export function spanOf(place: Place, indexOf: (offset: number) => number): { from: number; to: number } {
	const offset = place.offset ?? 0;
	return { from: indexOf(offset), to: indexOf(offset + (place.length ?? 0)) };
}
