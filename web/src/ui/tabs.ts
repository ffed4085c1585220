/**
 * Tabs by the pattern of the ARIA Authoring Practices: one of the tabs is in the order of Tab, arrow keys move among them.
 * onShow gets the id of the panel that appears.
 */
export function initTabs(list: HTMLElement, onShow: (panel: string) => void): void {
	const tabs = [...list.querySelectorAll<HTMLElement>("[role=tab]")];
	const select = (chosen: HTMLElement) => {
		for (const tab of tabs) {
			const isChosen = tab === chosen;
			tab.setAttribute("aria-selected", String(isChosen));
			tab.tabIndex = isChosen ? 0 : -1;
			document.getElementById(tab.getAttribute("aria-controls")!)!.hidden = !isChosen;
		}
		onShow(chosen.getAttribute("aria-controls")!);
	};
	list.addEventListener("click", (event) => {
		const tab = (event.target as HTMLElement).closest<HTMLElement>("[role=tab]");
		if (tab)
			select(tab);
	});
	list.addEventListener("keydown", (event) => {
		const at = tabs.indexOf(document.activeElement as HTMLElement);
		const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
		if (at < 0 || next === undefined)
			return;
		event.preventDefault();
		const tab = tabs[(next + tabs.length) % tabs.length]!;
		tab.focus();
		select(tab);
	});
	select(tabs[0]!);
}
