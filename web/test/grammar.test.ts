import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import test from "node:test";
import { parser } from "../src/editor/phonon.grammar";

/** The names of the nodes that cover each piece of a program: "Output Dollar Name…". */
function nodes(source: string): string[] {
	const names: string[] = [];
	parser.parse(source).iterate({ enter: ({ name, node }) => { if (!node.firstChild) names.push(name); } });
	return names;
}

function errors(source: string): string[] {
	const found: string[] = [];
	parser.parse(source).iterate({
		enter: ({ type, from, to }) => { if (type.isError) found.push(source.slice(Math.max(0, from - 20), to + 20)); },
	});
	return found;
}

test("every example is understood", () => {
	for (const name of readdirSync("../examples").filter((file) => file.endsWith(".ph")))
		assert.deepEqual(errors(readFileSync(`../examples/${name}`, "utf8")), [], name);
});

test("every program of the language's document is understood", () => {
	const text = readFileSync("../docs/LANGUAGE.md", "utf8");
	const programs = [...text.matchAll(/^```(\w*)\n([^]*?)^```$/gm)].filter(([, kind]) => kind === "");
	assert.ok(programs.length > 20);
	for (const [, , program] of programs)
		assert.deepEqual(errors(program!), []);
});

test("a program that is being typed has what is there", () => {
	assert.ok(nodes('out $ s "bd*').includes("Step"));
	assert.ok(nodes("out $ saw (55 # lp").includes("Name"));
});

test("-- and // and /* */ are comments, -1 is a number and not a comment", () => {
	assert.deepEqual(nodes("-- a"), ["LineComment"]);
	assert.deepEqual(nodes("/* a * b **/ 1"), ["BlockComment", "Number"]);
	assert.deepEqual(nodes("saw -1"), ["Name", "Number"]);
});

test("# is a comment at the beginning, below an empty line and below a setting, else it joins", () => {
	assert.deepEqual(nodes("# a b"), ["HashComment"]);
	assert.deepEqual(nodes("x\n\n# a"), ["Name", "HashComment"]);
	assert.deepEqual(nodes("tempo: 1\n# a"), ["Setting", "Number", "HashComment"]);
	assert.deepEqual(nodes("x\n  # a"), ["Name", "Hash", "Name"]);
	assert.deepEqual(nodes("x # a"), ["Name", "Hash", "Name"]);
});

test("a string holds mini-notation and no comments", () => {
	const inside = nodes('"bd*2 ~ [sn:3 -0.5]!2 ~x <c4\'min7 f#5> -- ?"').filter((name) => name !== "MiniSpace");
	assert.ok(!inside.includes("LineComment"));
	for (const name of ["Step", "MiniNumber", "MiniOperator", "Rest", "MiniBracket", "MiniBus"])
		assert.ok(inside.includes(name), name);
});
