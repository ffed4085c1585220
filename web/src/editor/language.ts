import { HighlightStyle, LRLanguage, LanguageSupport, foldInside, foldNodeProp, syntaxHighlighting } from "@codemirror/language";
import { styleTags, tags } from "@lezer/highlight";
import { parser } from "./phonon.grammar";

const highlighting = styleTags({
	"LineComment BlockComment HashComment": tags.comment,
	Output: tags.definitionKeyword,
	Setting: tags.heading,
	Keyword: tags.keyword,
	"Bus MiniBus": tags.variableName,
	"Template Variable": tags.macroName,
	NamedArgument: tags.attributeName,
	"Effect/Name": tags.propertyName,
	Name: tags.function(tags.variableName),
	Number: tags.number,
	"Hash Dollar": tags.controlOperator,
	"Operator Punctuation": tags.operator,
	"( )": tags.paren,
	"[ ]": tags.squareBracket,
	Quote: tags.quote,
	Step: tags.string,
	MiniNumber: tags.special(tags.number),
	Rest: tags.null,
	MiniOperator: tags.special(tags.operator),
	MiniBracket: tags.special(tags.bracket),
});

export const phononLanguage = LRLanguage.define({
	name: "phonon",
	parser: parser.configure({
		props: [highlighting, foldNodeProp.add({ "Paren List": foldInside, BlockComment: foldInside })],
	}),
	languageData: {
		commentTokens: { line: "--", block: { open: "/*", close: "*/" } },
		closeBrackets: { brackets: ["(", "[", '"', "{", "<"] },
		wordChars: "_",
	},
});

/** Colours come from the page, which has a light and a dark set. */
const colours = HighlightStyle.define([
	{ tag: tags.comment, color: "var(--code-comment)", fontStyle: "italic" },
	{ tag: tags.definitionKeyword, color: "var(--code-output)", fontWeight: "600" },
	{ tag: tags.heading, color: "var(--code-setting)" },
	{ tag: tags.keyword, color: "var(--code-keyword)" },
	{ tag: tags.variableName, color: "var(--code-bus)" },
	{ tag: tags.macroName, color: "var(--code-macro)" },
	{ tag: tags.attributeName, color: "var(--code-macro)" },
	{ tag: tags.function(tags.variableName), color: "var(--code-function)" },
	{ tag: tags.propertyName, color: "var(--code-effect)" },
	{ tag: tags.number, color: "var(--code-number)" },
	{ tag: tags.controlOperator, color: "var(--code-operator)", fontWeight: "600" },
	{ tag: tags.operator, color: "var(--code-operator)" },
	{ tag: [tags.string, tags.quote], color: "var(--code-string)" },
	{ tag: tags.special(tags.number), color: "var(--code-number)" },
	{ tag: tags.null, color: "var(--code-comment)" },
	{ tag: [tags.special(tags.operator), tags.special(tags.bracket)], color: "var(--code-mini)" },
]);

export function phonon(): LanguageSupport {
	return new LanguageSupport(phononLanguage, syntaxHighlighting(colours));
}
