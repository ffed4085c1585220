// Rendering and what the player does with the result.
import assert from "node:assert/strict";
import { LONG, SINE, until } from "./page.mjs";

/** Two outputs, of 220 and of 880 Hz. */
const TWO = "o1 $ sine 220 # gain 0.2\no2 $ sine 880 # gain 0.2\n";

async function playSine(page, cycles = 1) {
	await page.write(SINE);
	await page.option("length", cycles);
	await page.render();
}

export const tests = {
	"what is typed is rendered and heard": async ({ open, picture }) => {
		const page = await open();
		await playSine(page);
		await page.waitForPosition((t) => t > 0.2);
		const sound = await page.hear();
		assert.equal(sound.seconds, 2);
		assert.ok(Math.abs(sound.hz - 440) < 2, `${sound.hz} Hz`);
		assert.ok(Math.abs(sound.rms - 0.5 / Math.SQRT2) < 0.01, `RMS ${sound.rms}`);
		await picture(page, "playing");
	},

	"the page says beforehand what a render takes, and which option is wrong": async ({ open }) => {
		const page = await open();
		const estimate = page.page.locator("#estimate");
		await page.write("out $ sine 441 # gain 0.5\n");
		await page.option("length", 2);
		await until(async () => /^0:04\.0 of sound, 689 KiB; rendering takes about 1 s/.test(await estimate.innerText()));
		await page.render();
		await page.option("format", "flac");
		await page.option("format", "");
		await until(async () => /rendered before$/.test(await estimate.innerText()));
		await page.option("limiter", "loud");
		await until(async () => /limiter/.test(await estimate.innerText()));
		page.complaints = page.complaints.filter((complaint) => !complaint.includes("422"));
	},

	"a click on the waveform and the arrow keys seek": async ({ open }) => {
		const page = await open();
		await playSine(page, 5);
		await page.button("Pause").click();
		const { width, height } = await page.waveform.boundingBox();
		await page.waveform.click({ position: { x: width / 2, y: height / 2 } });
		await page.waitForPosition((t) => Math.abs(t - 5) < 0.1);
		for (const [key, at] of [["ArrowRight", 6], ["PageDown", 1], ["End", 10], ["Home", 0]]) {
			await page.waveform.press(key);
			await page.waitForPosition((t) => Math.abs(t - at) < 0.1);
		}
	},

	"the waveform is as high as the sound is loud": async ({ open }) => {
		const page = await open();
		await playSine(page, 5);
		await page.button("Pause").click();
		// Each channel has half of the height, and a sine wave at half of full scale fills half of that.
		await until(async () => Math.abs((await page.paintedShare()) - 0.5) < 0.03);
	},

	"the spectrum of a sine wave is one line at its frequency": async ({ open, picture }) => {
		const page = await open();
		await playSine(page);
		await page.button("Pause").click();
		await page.button("Spectrum").click();
		const y = await until(() => page.waveform.evaluate((canvas) => {
			const { data } = canvas.getContext("2d").getImageData(canvas.width / 2, 0, 1, canvas.height);
			const levels = Array.from({ length: canvas.height }, (_, i) => data[i * 4] + data[i * 4 + 1] + data[i * 4 + 2]);
			const isDrawn = data.every((value, i) => i % 4 !== 3 || value === 255);
			return isDrawn && levels.indexOf(Math.max(...levels)) / canvas.height;
		}));
		const hz = 30 * (22050 / 30) ** (1 - y);
		assert.ok(hz > 400 && hz < 480, `${hz} Hz`);
		await picture(page, "spectrum");
	},

	"what sounds is lit in the program, and follows it when that is edited": async ({ open }) => {
		const page = await open();
		await page.write('out $ s "bd sn" # gain 0.2\n');
		await page.option("length", 8);
		await page.render();
		const lit = page.page.locator(".cm-sounding");
		await until(async () => (await lit.allInnerTexts()).join() === "sn");
		await until(async () => (await lit.allInnerTexts()).join() === "bd");
		await page.editor.press("Control+Home");
		await page.page.keyboard.type("-- a\n");
		await until(async () => (await lit.allInnerTexts()).join() === "sn");
		await page.editor.press("Control+.");
		await until(async () => (await lit.count()) === 0);
		assert.equal(await page.position(), 0);
	},

	"Ctrl-. cancels a render, on the server too": async ({ open, picture }) => {
		const page = await open();
		await page.write(LONG.source);
		await page.option("unit", "duration");
		await page.option("length", LONG.seconds);
		await page.editor.press("Control+Enter");
		await until(() => page.page.locator("#progress-box").isVisible());
		await until(async () => (await page.jobs())[0].state === "running");
		await picture(page, "rendering");
		await page.editor.press("Control+.");
		await page.says(/^Canceled/);
		assert.ok(!(await page.page.locator("#progress-box").isVisible()));
		await until(async () => (await page.jobs())[0].state === "canceled");
	},

	"progress comes as a stream of events, not by asking": async ({ open }) => {
		const page = await open();
		const asked = [];
		page.page.on("request", (request) => asked.push(new URL(request.url()).pathname));
		await page.write(LONG.source);
		await page.option("unit", "duration");
		await page.option("length", LONG.seconds);
		await page.editor.press("Control+Enter");
		await until(async () => /^[1-9]\d* %, about \d+/.test(await page.page.locator("#progress-text").innerText()));
		await page.editor.press("Control+.");
		await page.says(/^Canceled/);
		assert.equal(asked.filter((path) => /^\/jobs\/\w+\/events$/.test(path)).length, 1);
		assert.ok(asked.filter((path) => /^\/jobs\/\w+$/.test(path)).length <= 3, asked.join());
	},

	"a second render takes the place of the first": async ({ open }) => {
		const page = await open();
		await page.write(LONG.source);
		await page.option("unit", "duration");
		await page.option("length", LONG.seconds);
		await page.editor.press("Control+Enter");
		await until(async () => (await page.jobs())[0].state === "running");
		await page.option("length", 1);
		await page.option("unit", "cycles");
		await playSine(page);
		await until(async () => (await page.jobs())[1].state === "canceled");
		assert.equal((await page.hear()).seconds, 2);
	},

	"stems can be muted and played alone": async ({ open, picture }) => {
		const page = await open();
		await page.write(TWO);
		await page.option("stems", true);
		await page.render();
		await page.button("Solo o2").click();
		await until(async () => (await page.loudest()) === 880);
		await page.button("Mute o2").click();
		await until(async () => (await page.loudest()) === 0);
		await page.button("Solo o2").click();
		await until(async () => (await page.loudest()) === 220);
		await picture(page, "stems");
	},

	"after a reload the program, its options and its sound are there": async ({ open }) => {
		const page = await open();
		await playSine(page, 3);
		await page.page.reload();
		await page.ready();
		assert.equal(await page.source(), SINE);
		assert.equal(await page.page.locator("[name=length]").inputValue(), "3");
		await page.button("Play").click();
		await page.waitForPosition((t) => t > 0.1);
		assert.equal((await page.hear()).seconds, 6);
	},
};
