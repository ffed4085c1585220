// Writing programs.
import assert from "node:assert/strict";
import { until } from "./page.mjs";

export const tests = {
	"an error is marked on its characters, whatever stands before it": async ({ open, picture }) => {
		const page = await open();
		await page.write('-- größer 𝄞\nout $ sinne 440\n');
		await until(async () => (await page.page.locator(".cm-lintRange-error").allInnerTexts()).join() === "sinne");
		assert.match(await page.page.locator("#problem-list").innerText(), /2:7[^]*error there is no function 'sinne'|2:7[^]*unknown function 'sinne'/);
		await picture(page, "problem");
	},

	"a click follows the suggestion": async ({ open }) => {
		const page = await open();
		await page.write("-- 𝄞\nout $ sinne 440\n");
		await page.button("Replace by “sine”").click();
		await until(async () => (await page.page.locator("#problem-count").innerText()) === "No problems");
		assert.equal(await page.source(), "-- 𝄞\nout $ sine 440\n");
	},

	"the keyboard goes to a problem and follows the suggestion": async ({ open }) => {
		const page = await open();
		await page.write("-- a comment\n\nout $ sinne 440\n");
		await page.page.locator(".cm-lintRange-error").waitFor();
		await page.editor.press("Control+Home");
		await page.editor.press("F8");
		await page.page.getByRole("button", { name: "Line 3, column 7: go there" }).focus();
		await page.page.keyboard.press("Tab");
		await page.page.keyboard.press("Enter");
		await until(async () => (await page.source()) === "-- a comment\n\nout $ sine 440\n");
	},

	"a program with errors is not played, and the status says why": async ({ open }) => {
		const page = await open();
		await page.write("out $ sinne 440\n");
		await page.editor.press("Control+Enter");
		await page.says(/1 error in the program/);
		// The browser itself notes in the console that the answer was 422.
		page.complaints = page.complaints.filter((complaint) => !complaint.includes("422"));
	},

	"completion knows the functions, and what can follow #": async ({ open, picture }) => {
		const page = await open();
		await page.write("out $ saw 55 # lp");
		await page.editor.press("Control+Space");
		const list = page.page.locator(".cm-tooltip-autocomplete");
		await list.getByText("lpf", { exact: true }).waitFor();
		await page.page.locator(".cm-completionInfo").getByText("low-pass").first().waitFor();
		await picture(page, "completion");
		await page.page.waitForTimeout(100); // The list takes no key in the first 75 ms, lest it take one that was meant for the text.
		await page.page.keyboard.press("Enter");
		await until(async () => /# lp\w+$/.test(await page.source()) && !(await list.isVisible()));
	},

	"completion knows the program's own buses": async ({ open }) => {
		const page = await open();
		await page.write("~bassline $ saw 55\nout $ ~ba");
		await page.page.keyboard.type("s");
		await page.page.locator(".cm-tooltip-autocomplete").getByText("~bassline").waitFor();
	},

	"the pointer on a function shows what it is": async ({ open }) => {
		const page = await open();
		await page.write("out $ saw 55 # lpf 800\n");
		await page.editor.getByText("lpf").hover();
		await page.page.locator(".cm-tooltip-hover").getByText("cutoff frequency").waitFor();
	},

	"Format lays the program out, and can be undone": async ({ open }) => {
		const page = await open();
		await page.write("out   $   sine   440\n");
		await page.button("Format").click();
		await until(async () => (await page.source()) === "out $ sine 440\n");
		await page.editor.press("Control+z");
		assert.equal(await page.source(), "out   $   sine   440\n");
	},

	"mini-notation is coloured within strings, and # below an empty line is a comment": async ({ open }) => {
		const page = await open();
		await page.write('# a comment\nout $ s "bd*2 ~" # gain 0.5\n');
		const classOf = (text) => page.editor.getByText(text, { exact: true }).first().getAttribute("class");
		const [comment, step, number, name] =
			await Promise.all(["# a comment", "bd", "2", "gain"].map((text) => classOf(text)));
		assert.equal(new Set([comment, step, number, name]).size, 4);
		assert.ok(comment && step && number && name);
	},
};
