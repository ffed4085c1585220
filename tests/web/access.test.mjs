// For everybody: small screens, no pointer, assistive technology.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { SINE, until } from "./page.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe-core finds, of any weight, by the rules of WCAG 2.2 A and AA and its own best practices. */
async function violations(page) {
	await page.page.evaluate(axe);
	const { violations: found } = await page.page.evaluate(() => globalThis.axe.run());
	return found.map(({ id, impact, nodes }) => `${id} (${impact}): ${nodes.map(({ target }) => target).join("; ")}`);
}

async function showEverything(page) {
	await page.write("out $ sinne 440\n");
	await page.page.locator(".cm-lintRange-error").waitFor();
	await page.option("length", 1);
}

async function checkTabs(page) {
	for (const name of ["Examples", "Samples", "Reference", "Jobs"]) {
		await page.page.getByRole("tab", { name }).click();
		if (name === "Reference") {
			await page.page.getByLabel("Search").fill("lpf");
			await page.page.locator("#reference-list summary:visible").first().click();
		}
		assert.deepEqual(await violations(page), [], name);
	}
}

export const tests = {
	"axe finds nothing in the light page": async ({ open }) => {
		const page = await open();
		await page.write("o1 $ sine 440 # gain 0.2\n");
		await page.option("stems", true);
		await page.render();
		await showEverything(page);
		await checkTabs(page);
	},

	"axe finds nothing in the dark page": {
		context: { colorScheme: "dark" },
		run: async ({ open, picture }) => {
			const page = await open();
			await page.button("Open dub in the editor").click();
			await page.option("stems", true);
			await page.option("length", 2);
			await page.render();
			await page.page.getByRole("tab", { name: "Samples" }).click();
			await picture(page, "dark-stems");
			await showEverything(page);
			await checkTabs(page);
		},
	},

	"a phone's width of 400 pixels shows all of it without scrolling sideways": {
		context: { viewport: { width: 400, height: 800 }, hasTouch: true, isMobile: true },
		run: async ({ open, picture }) => {
			const page = await open();
			await page.write(`${SINE}-- ${"a long line ".repeat(20)}\n`);
			await page.option("length", 1);
			await page.button("Render").tap();
			await page.says(/^Playing/);
			for (const name of ["Jobs", "Reference", "Examples", "Samples"]) {
				await page.page.getByRole("tab", { name }).tap();
				const { scrollWidth, clientWidth } = await page.page.evaluate(() => document.documentElement);
				assert.ok((await page.page.evaluate(() => document.documentElement.scrollWidth)) <= 400, `${name}: ${scrollWidth} > ${clientWidth}`);
			}
			await picture(page, "phone");
			assert.deepEqual(await violations(page), []);
		},
	},

	"axe finds nothing in the dark page on a phone": {
		context: { viewport: { width: 400, height: 800 }, hasTouch: true, isMobile: true, colorScheme: "dark" },
		run: async ({ open, picture }) => {
			const page = await open();
			await page.button("Play acid").tap();
			await page.says(/^Playing/);
			await page.page.locator("#download a").waitFor();
			await page.page.getByRole("tab", { name: "Jobs" }).tap();
			await picture(page, "dark-phone");
			assert.deepEqual(await violations(page), []);
		},
	},

	"the keyboard alone writes, renders, pauses, seeks and changes the tab": async ({ open }) => {
		const page = await open();
		const { keyboard } = page.page;
		const tabTo = async (name) => {
			for (let i = 0; i < 60; i++) {
				if (await page.page.evaluate((wanted) => document.activeElement?.id === wanted, name))
					return;
				await keyboard.press("Tab");
			}
			assert.fail(`60 times Tab did not lead to ${name}`);
		};
		// The editor has the focus when the page is there, and Tab leaves it.
		await keyboard.press("Control+a");
		await keyboard.press("Delete");
		await keyboard.type("out $ sine 440 # gain 0.1", { delay: 1 });
		await keyboard.press("Escape");
		await keyboard.press("Control+Enter");
		await page.says(/^Playing/);
		await tabTo("waveform");
		await keyboard.press("Home");
		await tabTo("play");
		await keyboard.press("Space");
		await until(async () => (await page.page.locator("#play").innerText()) === "Play");
		await page.page.locator("#waveform").focus();
		await keyboard.press("End");
		await page.waitForPosition((t) => t === 8);
		await tabTo("tab-examples");
		await keyboard.press("ArrowRight");
		assert.ok(await page.page.locator("#panel-reference").isVisible());
		await keyboard.press("Tab");
		assert.ok(await page.page.evaluate(() => document.activeElement.id === "reference-search"));
	},
};
