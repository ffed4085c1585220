// Hearing a job while it is rendered.
import assert from "node:assert/strict";
import { LONG, until } from "./page.mjs";

/** A sine wave of 440 Hz, with work for a while that is not heard. */
const SLOW_SINE = `${LONG.source.split("\n").slice(0, 2).join("\n")}\nout $ sine 440 * 0.5 + sum(~x[1..40]) * 0\n`;

async function begin(page, source, seconds, options = {}) {
	await page.write(source);
	await page.option("unit", "duration");
	await page.option("length", seconds);
	for (const [name, value] of Object.entries(options))
		await page.option(name, value);
	await page.editor.press("Control+Enter");
	await page.says(/^Playing/);
}

const stateOf = async (page) => (await page.jobs())[0].state;

export const tests = {
	"a job sounds and is drawn from its first blocks on": async ({ open, picture }) => {
		const page = await open();
		await begin(page, LONG.source, LONG.seconds);
		assert.equal(await stateOf(page), "running");
		await page.waitForPosition((t) => t > 0.3);
		assert.ok((await page.loudest()) > 0);
		const share = await page.paintedShare();
		await until(async () => (await page.paintedShare()) > share);
		assert.ok((await page.paintedShare()) < 0.5, "the end is drawn before it is there");
		await picture(page, "live");
		await page.editor.press("Control+.");
		await page.says(/^Canceled/);
		await until(async () => (await page.loudest()) === 0 || (await page.page.locator("#play").isDisabled()));
	},

	"what is there can be sought, and no more": async ({ open }) => {
		const page = await open();
		await begin(page, LONG.source, LONG.seconds);
		await page.waitForPosition((t) => t > 1);
		await page.waveform.press("Home");
		await page.waitForPosition((t) => t < 0.9);
		await page.waveform.press("End");
		await page.waitForPosition((t) => t > 1);
		assert.ok((await page.position()) < LONG.seconds / 2);
		assert.equal(await stateOf(page), "running");
		await page.editor.press("Control+.");
		await page.says(/^Canceled/);
	},

	"the finished file takes over without a gap": async ({ open }) => {
		const page = await open();
		await begin(page, SLOW_SINE, 60);
		await page.waitForPosition((t) => t > 0.8);
		let last = await page.position();
		const check = async () => {
			assert.ok((await page.roughness(440)) < 0.002, `${await page.roughness(440)} at ${last} s`);
			const now = await page.position();
			assert.ok(now >= last, `${now} s after ${last} s`);
			last = now;
		};
		await until(async () => { await check(); return (await stateOf(page)) === "succeeded"; }, 40_000);
		await page.page.locator("#download a").waitFor();
		for (let i = 0; i < 10; i++)
			await check();
		assert.equal(await page.button("Pause").count(), 1);
		await page.button("Pause").click();
		const at = await page.position();
		await page.button("Play").click();
		await page.waitForPosition((t) => t > at);
		await page.waveform.press("End");
		await page.waitForPosition((t) => t === 60);
		const sound = await page.hear();
		assert.ok(Math.abs(sound.hz - 440) < 1 && sound.seconds === 60);
	},

	"other samples and rates are played as well": async ({ open }) => {
		for (const options of [{ subtype: "float_32", sample_rate: "48000" }, { subtype: "pcm_24", channels: "1" }]) {
			const page = await open();
			await begin(page, SLOW_SINE, 600, options);
			await page.waitForPosition((t) => t > 0.8);
			assert.ok((await page.roughness(440)) < 0.002, JSON.stringify(options));
			assert.ok(Math.abs((await page.loudest()) - 440) <= 10);
			await page.editor.press("Control+.");
			await page.says(/^Canceled/);
		}
	},
};
