import assert from "node:assert/strict";
import test from "node:test";
import { Outline } from "../src/audio/outline";
import { WavReader } from "../src/audio/wav-reader";
import { bankOf, nameOf, pathOf } from "../src/sample-names";

function chunk(name: string, body: Buffer): Buffer {
	const head = Buffer.alloc(8);
	head.write(name, "latin1");
	head.writeUInt32LE(body.length, 4);
	return Buffer.concat([head, body]);
}

/** A WAV file; tag 1 for integers, 3 for floats, 0xfffe for the extensible form of either. */
function wav(tag: number, bits: number, channels: number, data: Buffer, extra: Buffer[] = []): Buffer {
	const format = Buffer.alloc(tag === 0xfffe ? 40 : 16);
	format.writeUInt16LE(tag, 0);
	format.writeUInt16LE(channels, 2);
	format.writeUInt32LE(44100, 4);
	format.writeUInt16LE((channels * bits) / 8, 12);
	format.writeUInt16LE(bits, 14);
	if (tag === 0xfffe)
		format.writeUInt16LE(bits === 32 ? 3 : 1, 24);
	return Buffer.concat([Buffer.from("RIFF????WAVE"), ...extra, chunk("fmt ", format), chunk("fact", Buffer.alloc(4)), chunk("data", data)]);
}

/** Reads a file in pieces of a size; gives its channels. */
function readIn(size: number, file: Buffer, reader = new WavReader()): number[][] {
	const planes: number[][] = [];
	for (let at = 0; at < file.length; at += size)
		reader.push(file.subarray(at, at + size)).forEach((plane, channel) => (planes[channel] ??= []).push(...plane));
	return planes;
}

test("a WAV file is read in pieces of any size", () => {
	const values = [0, 0.5, -0.5, -1, 0.25, 0.125];
	const sixteen = Buffer.alloc(12);
	const twentyFour = Buffer.alloc(18);
	const floats = Buffer.alloc(24);
	values.forEach((value, i) => {
		sixteen.writeInt16LE(value * 0x8000, i * 2);
		twentyFour.writeIntLE(value * 0x800000, i * 3, 3);
		floats.writeFloatLE(value, i * 4);
	});
	const files = [wav(1, 16, 2, sixteen), wav(1, 24, 2, twentyFour), wav(3, 32, 2, floats), wav(0xfffe, 32, 2, floats), wav(0xfffe, 24, 2, twentyFour)];
	for (const file of files)
		for (const size of [1, 7, 50, 1000]) {
			const reader = new WavReader();
			assert.deepEqual(readIn(size, file, reader), [[0, -0.5, 0.25], [0.5, -1, 0.125]]);
			assert.deepEqual(reader.format, { sampleRate: 44100, channels: 2, frames: 3 });
		}
});

test("the length of a file beyond 4 GiB is in its ds64", () => {
	const sizes = Buffer.alloc(28);
	sizes.writeBigUInt64LE(6_000_000_000n, 8);
	const file = wav(1, 16, 1, Buffer.alloc(4), [chunk("ds64", sizes)]);
	const reader = new WavReader();
	readIn(100, file, reader);
	assert.equal(reader.format!.frames, 3_000_000_000);
});

test("what is no WAV file is not waited for", () => {
	assert.throws(() => readIn(512, Buffer.alloc(10_000, "fLaC")));
});

test("an outline is the same however the frames come", () => {
	const frames = 1003;
	const planes = [0.9, 0.3].map((level, c) => Float32Array.from({ length: frames }, (_, i) => level * Math.sin(i * (c + 1) * 0.1)));
	const whole = new Outline(2, frames, 20);
	whole.add(planes, 0);
	for (const size of [1, 51, 64, 400]) {
		const grown = new Outline(2, frames, 20);
		for (let at = 0; at < frames; at += size) {
			assert.equal(grown.filled, Math.ceil(at / 51));
			grown.add(planes.map((plane) => plane.subarray(at, at + size)), at);
		}
		assert.deepEqual(grown.data, whole.data);
	}
	assert.deepEqual([...whole.data.subarray(0, 4)], [-115, 115, -38, 38]);
});

test("a file's bank and name are such as the service takes", () => {
	assert.equal(bankOf("01 Kick (hard)"), "Kick_hard");
	assert.equal(bankOf("Größe"), "Gro_e");
	assert.equal(bankOf("123"), "");
	assert.equal(nameOf("Snare #2.WAV"), "Snare_2.WAV");
	assert.equal(nameOf("音.wav"), "sample.wav");
	for (const name of ["x".repeat(200), "-a.b-", "a".repeat(80) + ".flac", "..", "ä ö.aiff", "_"]) {
		assert.match(nameOf(name), /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/);
		assert.match(bankOf(name) || "x", /^[A-Za-z][A-Za-z0-9_]{0,62}$/);
	}
	const file = { name: "Kick 1.wav" } as File;
	assert.equal(pathOf({ file, folder: "" }, ""), "/samples/Kick_1/Kick_1.wav");
	assert.equal(pathOf({ file, folder: "My Drums" }, ""), "/samples/My_Drums/Kick_1.wav");
	assert.equal(pathOf({ file, folder: "My Drums" }, "all"), "/samples/all/Kick_1.wav");
});
