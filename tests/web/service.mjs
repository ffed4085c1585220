// A server for the tests, with a data folder that goes away with it.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** With isKeyed it wants the key that comes along. Options are those of `phonond serve`. */
export async function startService({ isKeyed = false, options = [] } = {}) {
	const phonond = process.env.PHONOND ?? "./phonond";
	const data = mkdtempSync(join(tmpdir(), "phonond-web-"));
	const key = isKeyed ? execFileSync(phonond, ["keys", "create", "--data", data], { stdio: ["ignore", "pipe", "ignore"] }) : "";
	const process_ = spawn(phonond, ["serve", "--listen", "127.0.0.1", "--port", "0", "--data", data, ...options],
		{ stdio: ["ignore", "pipe", "ignore"] });
	const url = await new Promise((resolve, reject) => {
		process_.on("error", reject);
		process_.on("exit", (code) => reject(new Error(`the server ended with ${code}`)));
		createInterface({ input: process_.stdout }).once("line", (line) => resolve(line.split(" ").at(-1)));
	});
	const stop = async () => {
		process_.removeAllListeners("exit");
		const ended = new Promise((resolve) => process_.on("exit", resolve));
		process_.kill("SIGTERM");
		await ended;
		rmSync(data, { recursive: true, force: true });
	};
	return { url, stop, key: key.toString().trim() };
}
