import { EditorView } from "@codemirror/view";

/** The editor stands in a shadow tree, which the page's style sheet does not reach; only its custom properties do. */
export const theme = EditorView.theme({
	"&": { height: "100%", fontSize: "0.9375rem", color: "var(--text)", backgroundColor: "var(--surface)" },
	"&.cm-focused": { outline: "none" },
	".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.6" },
	".cm-content": { caretColor: "var(--text)", padding: "0.75rem 0" },
	".cm-cursor": { borderLeftColor: "var(--text)" },
	".cm-gutters": { backgroundColor: "var(--surface)", color: "var(--muted)", border: "none" },
	".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--line)" },
	"&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
		backgroundColor: "var(--selection)",
	},
	".cm-matchingBracket, &.cm-focused .cm-matchingBracket": { backgroundColor: "var(--selection)" },
	".cm-sounding": { backgroundColor: "var(--sounding)", borderRadius: "3px", boxShadow: "0 0 0 1px var(--sounding-edge)" },
	".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--error) 1.5px" },
	".cm-lintRange-warning": { backgroundImage: "none", textDecoration: "underline wavy var(--warning) 1.5px" },
	".cm-tooltip": {
		backgroundColor: "var(--raised)", color: "var(--text)", border: "1px solid var(--border)", borderRadius: "6px",
		fontFamily: "var(--sans)", maxWidth: "min(36rem, 90vw)",
	},
	".cm-tooltip .function": { padding: "0.5rem 0.75rem" },
	".cm-tooltip .function code": { fontFamily: "var(--mono)", fontWeight: "600" },
	".cm-tooltip .function p": { margin: "0.25rem 0" },
	".cm-tooltip .function ul": { margin: "0", paddingLeft: "1.1rem" },
	".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--accent)", color: "var(--on-accent)" },
	".cm-completionDetail": { fontStyle: "normal", opacity: "0.75" },
	".cm-diagnosticAction": {
		backgroundColor: "var(--accent)", color: "var(--on-accent)", borderRadius: "4px", padding: "0.2rem 0.5rem",
	},
	".cm-panels": { backgroundColor: "var(--raised)", color: "var(--text)" },
	".cm-button, .cm-textfield": {
		backgroundImage: "none", backgroundColor: "var(--surface)", color: "var(--text)", border: "1px solid var(--border)",
	},
});
