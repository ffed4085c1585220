// Links, commands and tabs.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Page, SINE, until } from "./page.mjs";

const QUOTED = `-- it's "größer" 𝄞 $HOME \`id\`\n${SINE}`;

export const tests = {
	"a link carries the program and its options, and shows them to no server": async ({ open, context, url }) => {
		await context.grantPermissions(["clipboard-read", "clipboard-write"]);
		const page = await open();
		await page.write(QUOTED);
		await page.option("length", 2.5);
		await page.option("format", "flac");
		await page.button("Share").click();
		await page.says(/^Link copied/);
		const link = await page.page.evaluate(() => navigator.clipboard.readText());
		assert.ok(link.startsWith(`${url}/#`), link);

		const other = await context.browser().newContext();
		const tab = await other.newPage();
		const asked = [];
		tab.on("request", (request) => asked.push(request.url() + (request.postData() ?? "")));
		await tab.goto(link);
		const reader = new Page(tab);
		await reader.ready();
		assert.equal(await reader.source(), QUOTED);
		assert.equal(await tab.locator("[name=length]").inputValue(), "2.5");
		assert.equal(await tab.locator("[name=format]").inputValue(), "flac");
		assert.ok(asked.every((request) => !request.includes("#p=")), "the fragment was sent");
		await other.close();
	},

	"a broken link gives the program that was there": async ({ open }) => {
		const page = await open();
		await page.write(SINE);
		await page.page.goto("about:blank");
		const again = await open("/#p=AAAA%ff");
		assert.equal(await again.source(), SINE);
	},

	"the copied command makes the same file": async ({ open, context }) => {
		await context.grantPermissions(["clipboard-read", "clipboard-write"]);
		const page = await open();
		await page.write(QUOTED);
		await page.option("length", 1);
		await page.option("subtype", "pcm_24");
		await page.render();
		await page.button("Copy as curl").first().click();
		await page.says(/^Command copied/);
		const command = await page.page.evaluate(() => navigator.clipboard.readText());
		const folder = mkdtempSync(join(tmpdir(), "phonond-curl-"));
		execFileSync("sh", ["-c", command], { cwd: folder, stdio: "ignore", timeout: 30_000 });
		const digest = createHash("sha256").update(readFileSync(join(folder, "render.wav"))).digest("hex");
		rmSync(folder, { recursive: true });
		assert.equal(digest, (await page.jobs())[0].result.sha256);
	},

	"two tabs keep their own programs, also when they are loaded again": async ({ open }) => {
		const one = await open();
		await one.write("out $ sine 220 # gain 0.5\n");
		const two = await open();
		assert.equal(await two.source(), "out $ sine 220 # gain 0.5\n", "a new tab begins with the last program");
		await two.write("out $ sine 330 # gain 0.5\n");
		await Promise.all([one, two].map((page) => page.render()));
		for (const page of [one, two]) {
			await page.page.reload();
			await page.ready();
		}
		assert.equal(await one.source(), "out $ sine 220 # gain 0.5\n");
		assert.equal(await two.source(), "out $ sine 330 # gain 0.5\n");
		assert.ok(Math.abs((await one.hear()).hz - 220) < 2);
		assert.ok(Math.abs((await two.hear()).hz - 330) < 2);
	},

	"the theme is the system's until the button chooses another, which is kept": async ({ open, picture }) => {
		const page = await open();
		const ground = () => page.page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
		const light = await ground();
		await page.page.emulateMedia({ colorScheme: "dark" });
		const dark = await ground();
		assert.notEqual(dark, light);
		await picture(page, "dark");
		await page.button("Dark").click();
		assert.equal(await ground(), light);
		await page.page.reload();
		await page.ready();
		assert.equal(await ground(), light);
		await until(async () => (await page.button("Dark").getAttribute("aria-pressed")) === "false");
	},
};
