// A service that wants a key.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Page, SINE, until } from "./page.mjs";
import { startService } from "./service.mjs";

async function withKeyedService(test) {
	const service = await startService({ isKeyed: true });
	try {
		await test(service);
	} finally {
		await service.stop();
	}
}

/** The browser notes each answer of 401 in the console; they are meant here. */
function forgetRefusals(page) {
	page.complaints = page.complaints.filter((complaint) => !/ 40[13] /.test(complaint));
}

async function giveKey(page, key) {
	await page.page.getByLabel("Key", { exact: true }).fill(key);
	await page.page.keyboard.press("Enter");
}

export const tests = {
	"a key is asked for once, and then renders, plays, draws and lists": async ({ context, pages }) =>
		withKeyedService(async ({ url, key }) => {
			const page = new Page(await context.newPage());
			pages.push(page);
			await page.page.goto(url);
			await giveKey(page, key);
			await page.ready();
			await page.write(SINE);
			await page.option("stems", true);
			await page.render();
			await page.waitForPosition((t) => t > 0.1);
			await until(async () => (await page.paintedShare()) > 0.3);
			const [download] = await Promise.all([
				page.page.waitForEvent("download"), page.page.locator("#download a").click(),
			]);
			assert.match(download.suggestedFilename(), /^job_\w+\.wav$/);
			await page.page.getByRole("tab", { name: "Jobs" }).click();
			await page.page.locator("#job-rows").getByText("succeeded").waitFor();
			await page.page.reload();
			await page.ready();
			assert.ok(!(await page.page.locator("#key-dialog").isVisible()), "the tab keeps the key");
			assert.ok(!(await page.page.content()).includes(key));
			forgetRefusals(page);
		}),

	"the copied command takes the key from the environment": async ({ context, pages }) =>
		withKeyedService(async ({ url, key }) => {
			await context.grantPermissions(["clipboard-read", "clipboard-write"]);
			const page = new Page(await context.newPage());
			pages.push(page);
			await page.page.goto(url);
			await giveKey(page, key);
			await page.ready();
			await page.write(SINE);
			await page.option("length", 1);
			await page.button("Copy as curl").first().click();
			await page.says(/^Command copied/);
			const command = await page.page.evaluate(() => navigator.clipboard.readText());
			assert.ok(!command.includes(key), "the key was copied");
			const folder = mkdtempSync(join(tmpdir(), "phonond-curl-"));
			execFileSync("sh", ["-c", command], { cwd: folder, stdio: "ignore", timeout: 30_000, env: { ...process.env, PHONOND_KEY: key } });
			assert.equal(readFileSync(join(folder, "render.wav")).length, 44 + 2 * 44100 * 4);
			rmSync(folder, { recursive: true });
			forgetRefusals(page);
		}),

	"a wrong key is asked for again, and without one the page still opens": async ({ context, pages, picture }) =>
		withKeyedService(async ({ url, key }) => {
			const page = new Page(await context.newPage());
			pages.push(page);
			await page.page.goto(url);
			await giveKey(page, `${key.slice(0, -1)}!`);
			await until(() => page.page.locator("#key-dialog").isVisible());
			await picture(page, "key");
			await page.button("Go on without").click();
			await page.editor.waitFor();
			forgetRefusals(page);
		}),
};
