// Runs the tests one after the other, each in a browser context of its own, and counts.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { Page } from "./page.mjs";
import { startService } from "./service.mjs";

const TEST_MS = 60_000;
const FILES = ["assets", "editor", "playing", "live", "samples", "sharing", "library", "keys", "access"].map((name) => `./${name}.test.mjs`);
const wanted = process.argv[2] ?? "";
const artifacts = process.env.PHONOND_ARTIFACTS;

function withTimeout(promise, ms) {
	let timer;
	const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error(`not done after ${ms} ms`)), ms); });
	return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** What a test gets: its context, the service's address, pages and pictures. */
function toolsFor(context, url) {
	const pages = [];
	return {
		context, url, pages,
		open: async (path = "/") => {
			const page = await Page.open(context, new URL(path, url).href);
			pages.push(page);
			return page;
		},
		picture: async (page, name) => {
			if (!artifacts)
				return;
			// The header stands at the top of the window, wherever that is.
			await page.page.evaluate(() => scrollTo(0, 0));
			// Hiding the caret would take an inline style, which the page's policy forbids.
			await page.page.screenshot({ path: join(artifacts, `${name}.png`), fullPage: true, caret: "initial" });
		},
	};
}

async function runTest(browser, url, name, test) {
	const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...test.context });
	const tools = toolsFor(context, url);
	const began = Date.now();
	try {
		await withTimeout(test.run(tools), TEST_MS);
		for (const page of tools.pages)
			page.quiet();
		console.log(`ok   ${name} (${Date.now() - began} ms)`);
		return true;
	} catch (error) {
		console.log(`FAIL ${name}: ${error.stack}`);
		for (const [i, page] of tools.pages.entries())
			await tools.picture(page, `failed-${name.replaceAll(/\W+/g, "-")}-${i}`).catch(() => {});
		return false;
	} finally {
		await context.close();
	}
}

if (artifacts)
	mkdirSync(artifacts, { recursive: true });
let passed = 0;
let failed = 0;
const service = await startService();
const browser = await chromium.launch({
	executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
	// The sandbox wants a user other than root and, in containers, more rights than tests should have.
	args: ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"],
});
try {
	for (const file of FILES)
		for (const [name, test] of Object.entries((await import(file)).tests)) {
			if (!name.includes(wanted))
				continue;
			if (await runTest(browser, service.url, name, typeof test === "function" ? { run: test } : test))
				passed++;
			else
				failed++;
		}
} finally {
	await browser.close();
	await service.stop();
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
