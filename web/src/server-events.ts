/** Server-Sent Events over fetch(), which other than EventSource can send a key and tells a 404. */

export interface ServerEvent {
	type: string;
	data: string;
}

function parse(block: string): ServerEvent | undefined {
	const fields = block.split("\n").map((line) => /^(\w+): ?(.*)$/.exec(line));
	const data = fields.filter((field) => field?.[1] === "data").map((field) => field![2]);
	const type = fields.find((field) => field?.[1] === "event")?.[2] ?? "message";
	return data.length > 0 ? { type, data: data.join("\n") } : undefined;
}

/** The events of a response as they come; ends with it. */
export async function* serverEvents(response: Response): AsyncGenerator<ServerEvent> {
	const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
	let text = "";
	for (;;) {
		const { value, done } = await reader.read();
		if (done)
			return;
		const blocks = (text + value).replaceAll("\r\n", "\n").split("\n\n");
		text = blocks.pop()!;
		for (const event of blocks.map(parse))
			if (event)
				yield event;
	}
}
