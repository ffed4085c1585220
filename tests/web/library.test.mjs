// Examples, reference and jobs.
import assert from "node:assert/strict";
import { LONG, SINE, until } from "./page.mjs";

async function tab(page, name) {
	await page.page.getByRole("tab", { name }).click();
}

export const tests = {
	"an example is opened and played": async ({ open, picture }) => {
		const page = await open();
		await page.option("length", 1);
		await picture(page, "examples");
		await page.button("Play acid").click();
		await page.says(/^Playing acid/);
		await page.button("Open acid in the editor").click();
		assert.match(await page.source(), /^-- A bass line through a ladder filter/);
	},

	"every function can be found, read and heard": async ({ open, picture }) => {
		const page = await open();
		await tab(page, "Reference");
		await page.page.getByLabel("Search").fill("low-pass 12 dB");
		await page.page.locator("#reference-list summary", { hasText: "lpf" }).first().click();
		await page.page.getByText("cutoff frequency").first().waitFor();
		await picture(page, "reference");
		await page.button("Play lpf").click();
		await page.says(/^Playing lpf/);
		await page.page.getByLabel("Kind").selectOption("transform");
		assert.match(await page.page.locator("#reference-count").innerText(), /^0 of \d+/);
	},

	"the job list follows a job and opens, cancels and deletes": async ({ open, picture }) => {
		const page = await open();
		await page.write(SINE);
		await page.render();
		await page.write(LONG.source);
		await page.option("unit", "duration");
		await page.option("length", LONG.seconds);
		await page.editor.press("Control+Enter");
		await tab(page, "Jobs");
		const rows = page.page.locator("#job-rows tr");
		await rows.first().getByText(/^running/).waitFor();
		await rows.first().getByRole("button", { name: /^Cancel/ }).click();
		await rows.first().getByText("canceled").waitFor();
		await page.says(/canceled/);
		await picture(page, "jobs");
		await rows.nth(1).getByRole("button", { name: /^Open/ }).click();
		await until(async () => (await page.source()) === SINE);
		assert.equal(await page.page.locator("[name=unit]").inputValue(), "cycles");
		const before = (await page.jobs()).length;
		await rows.first().getByRole("button", { name: /^Delete/ }).click();
		await until(async () => (await page.jobs()).length === before - 1);
		page.forgetCut();
	},

	"a job is rendered again from the list": async ({ open }) => {
		const page = await open();
		await page.write("out $ sine 523 # gain 0.5\n");
		await page.render();
		await page.write(SINE);
		await tab(page, "Jobs");
		await page.page.locator("#job-rows tr").first().getByRole("button", { name: /^Again/ }).click();
		await page.says(/^Playing the job's program/);
		assert.ok(Math.abs((await page.hear()).hz - 523) < 2);
		assert.equal(await page.source(), SINE);
	},
};
