import { ExternalTokenizer, type InputStream } from "@lezer/lr";
import { HashComment } from "./phonon.grammar.terms";

const HASH = "#".charCodeAt(0);
const NEWLINE = "\n".charCodeAt(0);
const END = -1;
/** How far back a setting's line is looked at; settings are short. */
const LOOK_BACK = 200;
const SETTING = /^\s*(tempo|cps|bpm|outmix)\s*:/;

/** What stands before offset on its line, and the offset of the line's begin; both relative to the input's position. */
function lineBefore(input: InputStream, offset: number): { text: string; start: number } {
	let text = "";
	let at = offset - 1;
	for (let c = input.peek(at); c !== END && c !== NEWLINE && offset - at < LOOK_BACK; c = input.peek(--at))
		text = String.fromCharCode(c) + text;
	return { text, start: at + 1 };
}

/**
 * A '#' begins a comment at the beginning of a line where no chain can go on: at the beginning of the program, below an
 * empty line, a setting or another such comment. Elsewhere it joins an effect to what stands before it.
 */
export const hashComment = new ExternalTokenizer((input) => {
	if (input.next !== HASH)
		return;
	const here = lineBefore(input, 0);
	if (here.text.trim() !== "")
		return;
	const isFirst = input.peek(here.start - 1) === END;
	const above = isFirst ? "" : lineBefore(input, here.start - 1).text;
	if (above.trim() !== "" && !SETTING.test(above))
		return;
	while ((input.next as number) !== END && (input.next as number) !== NEWLINE)
		input.advance();
	input.acceptToken(HashComment);
});
