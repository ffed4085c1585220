/**
 * A file as it is rendered: reads it from the server, draws its outline, and keeps what is near the place that plays.
 *
 * The server waits for a reader, so this reads at its own pace: no further than AHEAD_S beyond the place that plays, and
 * of what was played it keeps BEHIND_S. Sounds of usual length are kept whole; memory does not grow with the length of others.
 */
import * as api from "../api";
import { Outline } from "./outline";
import { type WavFormat, WavReader } from "./wav-reader";

const AHEAD_S = 300;
const BEHIND_S = 300;
/** Frames that are kept as one piece, so that there are few; the first ones come sooner. */
const PIECE_FRAMES = 16_384;

/** Frames by channel, and the number of the first. */
export interface Piece {
	first: number;
	planes: Float32Array<ArrayBuffer>[];
}

function framesOf({ planes }: Piece): number {
	return planes[0]!.length;
}

function join(a: Piece, b: Piece): Piece {
	const planes = a.planes.map((plane, channel) => {
		const both = new Float32Array(plane.length + b.planes[channel]!.length);
		both.set(plane);
		both.set(b.planes[channel]!, plane.length);
		return both;
	});
	return { first: a.first, planes };
}

export class LiveSound {
	/** Frames came, or the last one has come. */
	onframes = () => {};
	readonly #pieces: Piece[] = [];
	#end = 0;
	#playing = 0;
	#goOn = () => {};

	private constructor(
		readonly format: WavFormat, readonly outline: Outline,
		readonly reader: ReadableStreamDefaultReader<Uint8Array>, readonly wav: WavReader, readonly signal: AbortSignal,
	) {}

	/** Opens the file at a path; there once its head is. Columns are those of the outline. */
	static async open(path: string, columns: number, signal: AbortSignal): Promise<LiveSound> {
		const reader = (await api.stream(path, signal)).getReader();
		const wav = new WavReader();
		for (;;) {
			const { value, done } = await reader.read();
			if (done)
				throw new Error("The sound ended before it began");
			const planes = wav.push(value);
			if (!wav.format)
				continue;
			const outline = new Outline(wav.format.channels, wav.format.frames, columns);
			const self = new LiveSound(wav.format, outline, reader, wav, signal);
			self.#take(planes);
			void self.#read();
			return self;
		}
	}

	/** Frames that have come, from the first on. */
	get end(): number {
		return this.#end;
	}

	/** The first frame that is still kept. */
	get begin(): number {
		return this.#pieces[0]?.first ?? 0;
	}

	get isWhole(): boolean {
		return this.#end >= this.format.frames;
	}

	/** The piece with a frame, if that is here. */
	pieceAt(frame: number): Piece | undefined {
		return this.#pieces.find((piece) => piece.first <= frame && frame < piece.first + framesOf(piece));
	}

	/** Says which frame plays, so that what is far behind it may go and what is ahead may come. */
	playsAt(frame: number): void {
		this.#playing = frame;
		const far = frame - BEHIND_S * this.format.sampleRate;
		while (this.#pieces.length > 1 && this.#pieces[1]!.first <= far)
			this.#pieces.shift();
		this.#goOn();
	}

	/** Nothing more is read. */
	close(): void {
		this.onframes = () => {};
		this.reader.cancel().catch(() => undefined);
		this.#goOn();
	}

	async #read(): Promise<void> {
		try {
			while (!this.signal.aborted) {
				await this.#room();
				const { value, done } = await this.reader.read();
				if (done)
					return;
				this.#take(this.wav.push(value));
			}
		} catch {
			// A render that fails or is canceled cuts the connection; who follows the job says so.
		}
	}

	async #room(): Promise<void> {
		while (this.#end - this.#playing > AHEAD_S * this.format.sampleRate && !this.signal.aborted)
			await new Promise<void>((resolve) => { this.#goOn = resolve; });
	}

	#take(planes: Float32Array<ArrayBuffer>[]): void {
		const piece = { first: this.#end, planes };
		if (framesOf(piece) === 0)
			return;
		this.outline.add(planes, piece.first);
		this.#end += framesOf(piece);
		this.#keep(piece);
		this.onframes();
	}

	#keep(piece: Piece): void {
		const last = this.#pieces.at(-1);
		if (last && framesOf(last) + framesOf(piece) <= PIECE_FRAMES)
			this.#pieces[this.#pieces.length - 1] = join(last, piece);
		else
			this.#pieces.push(piece);
	}
}
