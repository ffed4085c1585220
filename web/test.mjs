// Tests of the modules that need no browser: bundles test/*.test.ts for node and runs them.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import { lezer } from "./lezer-plugin.mjs";

const web = dirname(fileURLToPath(import.meta.url));
const out = mkdtempSync(join(tmpdir(), "phonond-web-test-"));
try {
	await esbuild.build({
		absWorkingDir: web,
		entryPoints: readdirSync(join(web, "test")).map((name) => `test/${name}`),
		outdir: out,
		outExtension: { ".js": ".mjs" },
		bundle: true,
		platform: "node",
		format: "esm",
		plugins: [lezer],
	});
	const files = readdirSync(out).map((name) => join(out, name));
	process.exitCode = spawnSync(process.execPath, ["--test", ...files], { stdio: "inherit", cwd: web }).status ?? 1;
} finally {
	rmSync(out, { recursive: true });
}
