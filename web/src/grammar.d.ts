// What build.mjs makes of src/editor/phonon.grammar.
declare module "*.grammar" {
	import type { LRParser } from "@lezer/lr";
	export const parser: LRParser;
}
declare module "*.grammar.terms" {
	export const HashComment: number;
}
