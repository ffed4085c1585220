// Sounds of one's own.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Page, until } from "./page.mjs";
import { startService } from "./service.mjs";

const RATE = 44100;

/** A WAV file of a sine wave at half of full scale. */
function wav(hz, seconds) {
	const frames = Math.round(RATE * seconds);
	const file = Buffer.alloc(44 + frames * 2);
	file.write("RIFF", 0);
	file.writeUInt32LE(36 + frames * 2, 4);
	file.write("WAVEfmt ", 8);
	file.writeUInt32LE(16, 16);
	file.writeUInt16LE(1, 20);
	file.writeUInt16LE(1, 22);
	file.writeUInt32LE(RATE, 24);
	file.writeUInt32LE(RATE * 2, 28);
	file.writeUInt16LE(2, 32);
	file.writeUInt16LE(16, 34);
	file.write("data", 36);
	file.writeUInt32LE(frames * 2, 40);
	for (let i = 0; i < frames; i++)
		file.writeInt16LE(Math.round(16384 * Math.sin((2 * Math.PI * hz * i) / RATE)), 44 + i * 2);
	return file;
}

/** Calls test with a folder that has a beep, a folder of drums, and what is no sample. */
async function withFiles(test) {
	const folder = mkdtempSync(join(tmpdir(), "phonond-drop-"));
	mkdirSync(join(folder, "my drums"));
	writeFileSync(join(folder, "Béep 1.wav"), wav(1000, 2));
	writeFileSync(join(folder, "my drums", "a.wav"), wav(300, 0.1));
	writeFileSync(join(folder, "my drums", "b.wav"), wav(400, 0.1));
	writeFileSync(join(folder, "broken.wav"), "RIFF and no more");
	writeFileSync(join(folder, "notes.txt"), "no sound");
	try {
		await test((name) => join(folder, name));
	} finally {
		rmSync(folder, { recursive: true });
	}
}

/** Drags files over the editor and lets go, as the window system does it. */
async function drop(page, files) {
	const session = await page.page.context().newCDPSession(page.page);
	const data = { items: [], files, dragOperationsMask: 1 };
	const { x, y, width, height } = await page.page.locator("#editor").boundingBox();
	for (const type of ["dragEnter", "dragOver", "drop"]) {
		await session.send("Input.dispatchDragEvent", { type, x: x + width / 2, y: y + height / 2, data });
		if (type === "dragOver")
			await page.page.locator("#drop-hint").waitFor();
	}
	await session.detach();
}

const row = (page, name) => page.page.locator("#sample-rows tr", { hasText: name });

export const tests = {
	"a dropped file becomes a sample that is known to the editor, heard, and deleted": async ({ open, picture }) =>
		withFiles(async (path) => {
			const page = await open();
			await page.write('out $ s "Beep_1"\n');
			await page.page.locator(".cm-lintRange-error, .cm-lintRange-warning").first().waitFor();
			await drop(page, [path("Béep 1.wav")]);
			await page.says(/^1 sample uploaded/);
			await until(async () => (await page.page.locator("#problem-count").innerText()) === "No problems");
			assert.match(await row(page, "Beep_1").innerText(), /Beep_1:0\s+Beep_1\/Beep_1\.wav\s+0:02\.0\s+172 KiB/);
			await page.render();
			assert.ok(Math.abs((await page.hear()).hz - 1000) < 5);
			await page.write('out $ s "Bee');
			await page.editor.press("Control+Space");
			await page.page.locator(".cm-tooltip-autocomplete").getByText("Beep_1").waitFor();
			await page.editor.press("Escape");
			await page.button("Play Beep_1/Beep_1.wav").click();
			await page.says(/^Playing Beep_1/);
			await picture(page, "samples");
			await page.button("Delete Beep_1/Beep_1.wav").click();
			await until(async () => (await row(page, "Beep_1").count()) === 0);
		}),

	"a folder becomes a bank, which is put into the program": async ({ open }) =>
		withFiles(async (path) => {
			const page = await open();
			await drop(page, [path("my drums")]);
			await page.says(/^2 samples uploaded/);
			await row(page, "my_drums/b.wav").waitFor();
			await page.write('out $ s ""');
			await page.editor.press("ArrowLeft");
			await page.button("Insert my_drums/b.wav").click();
			await until(async () => (await page.source()) === 'out $ s "my_drums:1"');
			for (const name of ["a.wav", "b.wav"])
				await page.button(`Delete my_drums/${name}`).click();
			await until(async () => (await row(page, "my_drums").count()) === 0);
		}),

	"the keyboard chooses a file, and the bank that it goes to": async ({ open }) =>
		withFiles(async (path) => {
			const page = await open();
			// Early: the browser takes a moment until it hands choosers over.
			const chooser = page.page.waitForEvent("filechooser");
			await page.page.getByRole("tab", { name: "Samples" }).press("Enter");
			await page.page.locator("#sample-bank").fill("mine");
			await page.page.locator("#sample-files").focus();
			await page.page.keyboard.press("Enter");
			await (await chooser).setFiles([path("Béep 1.wav")]);
			await row(page, "mine/Beep_1.wav").waitFor();
			await page.button("Delete mine/Beep_1.wav").press("Enter");
			await until(async () => (await row(page, "mine").count()) === 0);
		}),

	"what is no sample is refused, with the reason": async ({ open, picture }) =>
		withFiles(async (path) => {
			const page = await open();
			await drop(page, [path("notes.txt"), path("broken.wav")]);
			await page.says(/1 of 2 are none/);
			const refused = page.page.locator("#upload-list .error");
			await refused.waitFor();
			assert.match(await refused.innerText(), /\w{4}/);
			await picture(page, "refused");
			await page.button("Retry broken.wav").click();
			await refused.waitFor();
			await page.button("Dismiss broken.wav").click();
			assert.equal(await page.page.locator("#upload-list li").count(), 0);
			page.complaints = page.complaints.filter((complaint) => !complaint.includes("422"));
		}),

	"a full store says that it is full": async ({ context, pages }) =>
		withFiles(async (path) => {
			const service = await startService({ options: ["--max-samples", "20000"] });
			try {
				const page = new Page(await context.newPage());
				pages.push(page);
				await page.page.goto(service.url);
				await page.ready();
				await drop(page, [path("Béep 1.wav")]);
				await page.page.locator("#upload-list .error").waitFor();
				assert.match(await page.page.locator("#upload-list .error").innerText(), /bytes|room|full/);
				page.complaints = page.complaints.filter((complaint) => !/ (413|422|429|507) /.test(complaint));
			} finally {
				await service.stop();
			}
		}),
};
