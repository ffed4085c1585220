/**
 * Reads a WAV file as it comes, in pieces of any size: the head first, then whole frames. Knows what the service writes:
 * RIFF and RF64 (EBU Tech 3306), samples of 16 or 24 bits or floats, and a head that tells the true length.
 */

export interface WavFormat {
	sampleRate: number;
	channels: number;
	/** Of the whole file. */
	frames: number;
}

interface Encoding {
	isFloat: boolean;
	bytesPerSample: number;
}

const FORMAT_FLOAT = 3;
const FORMAT_EXTENSIBLE = 0xfffe;
const RIFF_HEAD_BYTES = 12;
const CHUNK_HEAD_BYTES = 8;
/** The heads that the service writes are shorter; a longer one is none. */
const HEAD_MAX_BYTES = 4096;

function nameAt(view: DataView, at: number): string {
	return String.fromCharCode(...Array.from({ length: 4 }, (_, i) => view.getUint8(at + i)));
}

export class WavReader {
	format: WavFormat | undefined;
	#encoding: Encoding = { isFloat: false, bytesPerSample: 2 };
	#pending = new Uint8Array(0);

	/** Takes a piece of the file; gives the frames that are whole with it, by channel. Throws on what is no such file. */
	push(piece: Uint8Array): Float32Array<ArrayBuffer>[] {
		const bytes = new Uint8Array(this.#pending.length + piece.length);
		bytes.set(this.#pending);
		bytes.set(piece, this.#pending.length);
		this.#pending = bytes;
		if (!this.format)
			this.#readHead();
		return this.format ? this.#takeFrames(this.format) : [];
	}

	/** Leaves the head in #pending until all of it is there, up to the first byte of the first frame. */
	#readHead(): void {
		const view = new DataView(this.#pending.buffer);
		const dataAt = this.#dataAt(view);
		if (dataAt === undefined) {
			if (view.byteLength >= HEAD_MAX_BYTES)
				throw new Error("The server sent no WAV file");
			return;
		}
		this.#readChunks(view, dataAt);
		this.#pending = this.#pending.slice(dataAt + CHUNK_HEAD_BYTES);
	}

	/** Where the chunk begins that holds the frames, once its head is there. */
	#dataAt(view: DataView): number | undefined {
		let at = RIFF_HEAD_BYTES;
		while (at + CHUNK_HEAD_BYTES <= Math.min(view.byteLength, HEAD_MAX_BYTES)) {
			if (nameAt(view, at) === "data")
				return at;
			const length = view.getUint32(at + 4, true);
			at += CHUNK_HEAD_BYTES + length + (length & 1);
		}
		return undefined;
	}

	#readChunks(view: DataView, dataAt: number): void {
		let dataBytes = view.getUint32(dataAt + 4, true);
		let sampleRate = 0;
		let channels = 0;
		for (let at = RIFF_HEAD_BYTES; at < dataAt; ) {
			const body = at + CHUNK_HEAD_BYTES;
			if (nameAt(view, at) === "ds64")
				dataBytes = Number(view.getBigUint64(body + 8, true));
			if (nameAt(view, at) === "fmt ") {
				const tag = view.getUint16(body, true);
				channels = view.getUint16(body + 2, true);
				sampleRate = view.getUint32(body + 4, true);
				this.#encoding = {
					isFloat: (tag === FORMAT_EXTENSIBLE ? view.getUint16(body + 24, true) : tag) === FORMAT_FLOAT,
					bytesPerSample: view.getUint16(body + 14, true) / 8,
				};
			}
			const length = view.getUint32(at + 4, true);
			at = body + length + (length & 1);
		}
		if (channels === 0 || sampleRate === 0)
			throw new Error("The server sent no WAV file");
		this.format = { sampleRate, channels, frames: Math.floor(dataBytes / (channels * this.#encoding.bytesPerSample)) };
	}

	#takeFrames({ channels }: WavFormat): Float32Array<ArrayBuffer>[] {
		const { bytesPerSample } = this.#encoding;
		const frames = Math.floor(this.#pending.length / (channels * bytesPerSample));
		const bytes = frames * channels * bytesPerSample;
		const view = new DataView(this.#pending.buffer, this.#pending.byteOffset, bytes);
		const planes = Array.from({ length: channels }, () => new Float32Array(frames));
		planes.forEach((plane, channel) => {
			for (let i = 0; i < frames; i++)
				plane[i] = this.#sampleAt(view, (i * channels + channel) * bytesPerSample);
		});
		this.#pending = this.#pending.slice(bytes);
		return planes;
	}

	#sampleAt(view: DataView, at: number): number {
		if (this.#encoding.isFloat)
			return view.getFloat32(at, true);
		if (this.#encoding.bytesPerSample === 2)
			return view.getInt16(at, true) / 0x8000;
		return ((view.getInt8(at + 2) << 16) | view.getUint16(at, true)) / 0x800000;
	}
}
