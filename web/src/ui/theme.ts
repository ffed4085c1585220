import { byId } from "../dom";

const KEY = "phonond.theme";

/** Light or dark as the system says, until the button chooses; the choice is kept. */
export function initTheme(onChange: () => void): void {
	const root = document.documentElement;
	const system = matchMedia("(prefers-color-scheme: dark)");
	const button = byId<HTMLButtonElement>("theme");
	const isDark = () => (root.dataset["theme"] ?? (system.matches ? "dark" : "light")) === "dark";
	const show = () => {
		button.setAttribute("aria-pressed", String(isDark()));
		onChange();
	};
	const kept = localStorage.getItem(KEY);
	if (kept)
		root.dataset["theme"] = kept;
	button.addEventListener("click", () => {
		root.dataset["theme"] = isDark() ? "light" : "dark";
		localStorage.setItem(KEY, root.dataset["theme"]);
		show();
	});
	system.addEventListener("change", show);
	show();
}
