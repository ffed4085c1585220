// Makes dist/ from src/: the grammar's tables, one script, one style sheet and the page, each asset named by its content so
// that browsers may keep it for ever, with a gzip form beside it; the licences of what is bundled; and manifest.tsv, which
// ../server reads at build time to embed all of it (see local.mk).
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";
import { lezer } from "./lezer-plugin.mjs";

const web = dirname(fileURLToPath(import.meta.url));
const dist = join(web, "dist");

function hashOf(data) {
	return createHash("sha256").update(data).digest("hex");
}

/** The npm packages whose files went into the bundle, by esbuild's account of it. */
function bundledPackages(metafile) {
	const names = Object.keys(metafile.inputs).map((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]);
	return [...new Set(names.filter(Boolean))].sort();
}

function licenceOf(name) {
	const folder = join(web, "node_modules", name);
	const about = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
	const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
	if (!file)
		throw new Error(`${name} carries no licence text`);
	return `${name} ${about.version} (${about.license})\n\n${readFileSync(join(folder, file), "utf8").trim()}\n`;
}

function licences(metafile) {
	const rule = "\n" + "-".repeat(80) + "\n\n";
	return ["The page contains these packages.\n", ...bundledPackages(metafile).map(licenceOf)].join(rule);
}

async function bundle() {
	const result = await esbuild.build({
		absWorkingDir: web,
		entryPoints: { app: "src/main.ts", style: "src/style.css", spectrum: "src/audio/spectrum.worker.ts" },
		outdir: dist,
		bundle: true,
		minify: true,
		format: "esm",
		target: "es2022",
		legalComments: "none",
		metafile: true,
		write: false,
		plugins: [lezer],
	});
	const files = Object.fromEntries(result.outputFiles.map((file) => [relative(dist, file.path), file.contents]));
	return { files, metafile: result.metafile };
}

const TYPES = {
	js: "text/javascript; charset=utf-8",
	css: "text/css; charset=utf-8",
	html: "text/html; charset=utf-8",
	svg: "image/svg+xml",
	txt: "text/plain; charset=utf-8",
};

const rows = [];
/** Writes a file, its gzip form and its row: path, file, type, whether its bytes never change, and its entity tag. */
function emit(path, name, content, isImmutable) {
	const data = Buffer.from(content);
	writeFileSync(join(dist, name), data);
	writeFileSync(join(dist, `${name}.gz`), gzipSync(data, { level: 9 }));
	rows.push([path, name, TYPES[name.split(".").pop()], isImmutable ? "1" : "0", hashOf(data).slice(0, 32)].join("\t"));
}

/** Emits an asset under a name with its hash and returns its URL. */
function emitAsset(name, content) {
	const [, stem, ending] = /^(.*)\.(\w+)$/.exec(name);
	const hashed = `${stem}-${hashOf(content).slice(0, 12)}.${ending}`;
	emit(`/assets/${hashed}`, hashed, content, true);
	return `/assets/${hashed}`;
}

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });
const { files, metafile } = await bundle();
const spectrum = emitAsset("spectrum.js", files["spectrum.js"]);
const urls = {
	app: emitAsset("app.js", Buffer.from(files["app.js"]).toString().replace("/assets/spectrum.js", spectrum)),
	style: emitAsset("style.css", files["style.css"]),
	icon: emitAsset("icon.svg", readFileSync(join(web, "src/icon.svg"))),
};
const page = readFileSync(join(web, "src/index.html"), "utf8").replace(/\{\{(\w+)\}\}/g, (_, name) => urls[name]);
emit("/", "index.html", page, false);
emit("/licenses", "licenses.txt", licences(metafile), false);
writeFileSync(join(dist, "manifest.tsv"), rows.join("\n") + "\n");
for (const row of rows) {
	const [path, name] = row.split("\t");
	console.log(`${path}  ${readFileSync(join(dist, `${name}.gz`)).length} bytes gzipped`);
}
