import { PEAK_FULL_SCALE, type Peaks } from "./peaks";

const LOW = -PEAK_FULL_SCALE;
const HIGH = PEAK_FULL_SCALE - 1;

/** The outline of a sound that is not whole yet: it grows with the frames that come. */
export class Outline implements Peaks {
	readonly columns: number;
	readonly data: Int8Array;
	/** Columns that the frames so far reach into. */
	filled = 0;
	readonly #framesPerColumn: number;

	constructor(readonly channels: number, frames: number, columns: number) {
		this.#framesPerColumn = Math.max(1, Math.ceil(frames / columns));
		this.columns = Math.ceil(frames / this.#framesPerColumn);
		this.data = new Int8Array(this.columns * channels * 2);
	}

	/** Takes frames by channel; first is the number of the first one in the whole sound. */
	add(planes: readonly Float32Array[], first: number): void {
		planes.forEach((plane, channel) => this.#addPlane(plane, channel, first));
		const end = first + (planes[0]?.length ?? 0);
		this.filled = Math.min(this.columns, Math.ceil(end / this.#framesPerColumn));
	}

	#addPlane(plane: Float32Array, channel: number, first: number): void {
		for (let i = 0; i < plane.length; ) {
			const column = Math.floor((first + i) / this.#framesPerColumn);
			const end = Math.min(plane.length, (column + 1) * this.#framesPerColumn - first);
			let low = HIGH;
			let high = LOW;
			for (; i < end; i++) {
				const sample = plane[i]! * PEAK_FULL_SCALE;
				low = Math.min(low, sample);
				high = Math.max(high, sample);
			}
			const isNew = column >= this.filled;
			this.#merge((column * this.channels + channel) * 2, low, high, isNew);
		}
	}

	#merge(at: number, low: number, high: number, isNew: boolean): void {
		this.data[at] = Math.max(LOW, Math.round(isNew ? low : Math.min(low, this.data[at]!)));
		this.data[at + 1] = Math.min(HIGH, Math.round(isNew ? high : Math.max(high, this.data[at + 1]!)));
	}
}
