// For esbuild: lets modules import a grammar as its parser, and `NAME.grammar.terms` as the numbers of its node types.
import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { buildParserFile } from "@lezer/generator";

export const lezer = {
	name: "lezer",
	setup(build) {
		build.onResolve({ filter: /\.grammar(\.terms)?$/ }, ({ path, resolveDir }) => ({ path: join(resolveDir, path) }));
		build.onLoad({ filter: /\.grammar(\.terms)?$/ }, ({ path }) => {
			const file = path.replace(/\.terms$/, "");
			const { parser, terms } = buildParserFile(readFileSync(file, "utf8"), { fileName: basename(file) });
			return { contents: path === file ? parser : terms, loader: "js", resolveDir: dirname(file) };
		});
	},
};
