import * as api from "../api";
import type { PlayedEvent } from "../api-types";
import type { Span } from "../editor/sounding";
import { byteIndexer, spanOf } from "../offsets";

/** Cycles that are asked for at once. */
const WINDOW_CYCLES = 16;

interface Note {
	start_s: number;
	end_s: number;
	span: number;
}

function fraction(text: string): number {
	const [numerator, denominator] = text.split("/").map(Number);
	return numerator! / (denominator ?? 1);
}

/** The tempo that the times of some events follow; undefined when all stand at the beginning. */
function cyclesPerSecond(events: readonly PlayedEvent[]): number | undefined {
	const event = events.find(({ time_s, hap }) => time_s > 0 && hap.whole);
	return event && fraction(event.hap.whole![0]) / event.time_s;
}

/** Tells which places of a program sound at a time. It fetches the program's events window by window, ahead of time. */
export class Score {
	/** By number of the window; an empty one is being fetched, or has nothing. */
	readonly #windows = new Map<number, Note[]>();
	readonly #indexes = new Map<string, number>();
	readonly #indexOf: (offset: number) => number;
	#cps: number | undefined;

	/** onSpans gets the places that are new; their numbers go on from those before. */
	constructor(readonly source: string, readonly onSpans: (spans: Span[]) => void) {
		this.#indexOf = byteIndexer(source);
		void this.#fetch(0);
	}

	/** The numbers of the places that sound at a time in seconds. */
	soundingAt(time: number): Set<number> {
		const window = this.#cps === undefined ? 0 : Math.floor((time * this.#cps) / WINDOW_CYCLES);
		if (this.#cps !== undefined)
			for (const next of [window, window + 1])
				if (!this.#windows.has(next))
					void this.#fetch(next);
		const notes = [...(this.#windows.get(window - 1) ?? []), ...(this.#windows.get(window) ?? [])];
		return new Set(notes.filter(({ start_s, end_s }) => start_s <= time && time < end_s).map(({ span }) => span));
	}

	async #fetch(window: number): Promise<void> {
		this.#windows.set(window, []);
		try {
			const events = await api.events(this.source, window * WINDOW_CYCLES, WINDOW_CYCLES);
			this.#cps ??= cyclesPerSecond(events);
			this.#windows.set(window, this.#read(events));
		} catch (error) {
			// The light is decoration: a program with too many events plays without it.
			if (!(error instanceof api.ApiError))
				throw error;
		}
	}

	#read(events: readonly PlayedEvent[]): Note[] {
		const fresh: Span[] = [];
		const notes = events.flatMap(({ time_s, duration_s, source }) => {
			if (source?.offset === undefined)
				return [];
			const key = `${source.offset}+${source.length}`;
			let span = this.#indexes.get(key);
			if (span === undefined) {
				span = this.#indexes.size;
				this.#indexes.set(key, span);
				fresh.push(spanOf(source, this.#indexOf));
			}
			return [{ start_s: time_s, end_s: time_s + duration_s, span }];
		});
		if (fresh.length > 0)
			this.onSpans(fresh);
		return notes;
	}
}
