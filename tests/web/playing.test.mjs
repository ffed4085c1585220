import assert from "node:assert/strict";
import { SINE } from "./page.mjs";

export const tests = {
	"what is typed is rendered and heard": async ({ open, picture }) => {
		const page = await open();
		await page.write(SINE);
		await page.option("length", 1);
		await page.render();
		await page.waitForPosition((t) => t > 0.2);
		const sound = await page.hear();
		assert.equal(sound.seconds, 2);
		assert.ok(Math.abs(sound.hz - 440) < 2, `${sound.hz} Hz`);
		assert.ok(Math.abs(sound.rms - 0.5 / Math.SQRT2) < 0.01, `RMS ${sound.rms}`);
		await picture(page, "playing");
	},
};
