type Attributes = Record<string, string | boolean | ((event: Event) => void)>;

/**
 * An element with attributes and children. An attribute that is a function listens to the event of its name without "on";
 * true sets an attribute without value, false leaves it out.
 */
export function el<K extends keyof HTMLElementTagNameMap>(
	tag: K, attributes: Attributes = {}, ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
	const element = document.createElement(tag);
	for (const [name, value] of Object.entries(attributes)) {
		if (typeof value === "function")
			element.addEventListener(name.replace(/^on/, ""), value);
		else if (value !== false)
			element.setAttribute(name, value === true ? "" : value);
	}
	element.append(...children);
	return element;
}

export function button(label: string, onclick: () => void, attributes: Attributes = {}): HTMLButtonElement {
	return el("button", { type: "button", onclick, ...attributes }, label);
}

/** The element of the page with that id; index.html has it. */
export function byId<T extends HTMLElement>(id: string): T {
	const element = document.getElementById(id);
	if (!element)
		throw new Error(`index.html lacks #${id}`);
	return element as T;
}
