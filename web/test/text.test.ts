import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import test from "node:test";
import { quote } from "../src/curl";
import { byteIndexer, spanOf } from "../src/offsets";
import { serverEvents } from "../src/server-events";
import { decodeFragment, encodeFragment } from "../src/share";
import { about, clock } from "../src/ui/format";

test("byte offsets become indexes, also behind characters of two, three and four bytes", () => {
	const text = "aö€𝄞b";
	const indexOf = byteIndexer(text);
	for (let i = 0; i < text.length; i += text.codePointAt(i)! > 0xffff ? 2 : 1)
		assert.equal(indexOf(new TextEncoder().encode(text.slice(0, i)).length), i);
	assert.equal(indexOf(999), text.length);
	assert.deepEqual(spanOf({ line: 1, column: 5, offset: 10, length: 1 }, indexOf), { from: 5, to: 6 });
});

test("a fragment gives back the program and the options", async () => {
	const shared = { source: 'out $ s "bd*4" -- größer 𝄞 & # % +\n'.repeat(50), options: { cycles: 2.5, format: "flac", stems: true } };
	const fragment = await encodeFragment(shared);
	assert.deepEqual(await decodeFragment(`#${fragment}`), shared);
	assert.ok(fragment.length < 250, `${fragment.length} characters`);
});

test("a fragment that is none of ours is nothing", async () => {
	for (const fragment of ["", "#", "#a", "#p=", "#p=!!", "#p=AAAA", "#q=1"])
		assert.equal(await decodeFragment(fragment), undefined, fragment);
});

test("a quoted word is the same word to a shell", () => {
	for (const word of ["", "a", "a b", "it's", "$HOME `id` \\n \"x\"", "-n", "größer\n𝄞"])
		assert.equal(execFileSync("sh", ["-c", `printf %s ${quote(word)}`]).toString(), word);
});

test("server-sent events are read across pieces, whatever the ends of lines", async () => {
	const text = ": hello\n\nid: 1\nevent: state\ndata: {\"a\":\ndata: 1}\n\nevent: progress\r\ndata: x\r\n\r\ndata: y\n\n";
	const bytes = new TextEncoder().encode(text);
	for (const size of [1, 7, 1000]) {
		const stream = new ReadableStream({
			start(controller) {
				for (let i = 0; i < bytes.length; i += size)
					controller.enqueue(bytes.slice(i, i + size));
				controller.close();
			},
		});
		const events = [];
		for await (const event of serverEvents(new Response(stream)))
			events.push(event);
		assert.deepEqual(events, [
			{ type: "state", data: '{"a":\n1}' }, { type: "progress", data: "x" }, { type: "message", data: "y" },
		]);
	}
});

test("times are told as people tell them", () => {
	assert.equal(clock(75.34), "1:15.3");
	assert.equal(clock(59.96), "1:00.0");
	assert.equal(about(1200), "about 2 s");
	assert.equal(about(600_000), "about 10 min");
});
