/**
 * Plays a sound while it is rendered. Pieces of it are put after each other on the clock of an audio context that runs at the
 * sound's own rate, so that no piece is resampled and none ends between two frames. What is scheduled reaches AHEAD_S
 * into the future: timers of tabs in the background come once a second. When rendering is slower than playing it waits, and
 * goes on when REFILL_S are there.
 */
import { LiveSound } from "./live-sound";
import type { Transport } from "./transport";

const AHEAD_S = 3;
const TICK_MS = 250;
const LEAD_S = 0.03;
const BEGIN_S = 0.1;
const REFILL_S = 2;

/** "waiting" is playing too, for whoever pressed the button. */
type State = "standing" | "waiting" | "playing";

export class LiveTransport implements Transport {
	onchange = () => {};
	isLooping = false;
	#state: State = "standing";
	/** The frame where it stands or waits. */
	#standing = 0;
	/** While it plays: the context's frame at which frame 0 would have been, and the first frame not scheduled yet. */
	#origin = 0;
	#next = 0;
	#needed_s = BEGIN_S;
	#sources: AudioBufferSourceNode[] = [];
	#timer: number | undefined;

	private constructor(readonly sound: LiveSound, readonly context: AudioContext, readonly output: GainNode) {
		output.connect(context.destination);
		sound.onframes = () => this.#hasMore();
	}

	/** Opens a job's live file; there when the first frames may be played. */
	static async open(path: string, columns: number, signal: AbortSignal): Promise<LiveTransport> {
		const sound = await LiveSound.open(path, columns, signal);
		const context = new AudioContext({ sampleRate: sound.format.sampleRate });
		return new LiveTransport(sound, context, context.createGain());
	}

	/** Frames came; for who draws them. */
	onframes = () => {};

	get duration(): number {
		return this.sound.format.frames / this.#rate;
	}

	get reach(): number {
		return this.sound.end / this.#rate;
	}

	get isPlaying(): boolean {
		return this.#state !== "standing";
	}

	get position(): number {
		return this.#frame / this.#rate;
	}

	get volume(): number {
		return this.output.gain.value;
	}

	set volume(value: number) {
		this.output.gain.value = value;
	}

	async play(): Promise<void> {
		if (this.isPlaying)
			return;
		if (this.#standing >= this.sound.format.frames)
			this.#standing = this.sound.begin;
		this.#state = "waiting";
		await this.context.resume();
		if (this.#state === "waiting")
			this.#tryStart();
		this.onchange();
	}

	pause(): void {
		if (!this.isPlaying)
			return;
		this.#standing = this.#frame;
		this.#silence();
		this.#state = "standing";
		this.onchange();
	}

	seek(time: number): void {
		const wasPlaying = this.isPlaying;
		this.#silence();
		this.#standing = Math.max(this.sound.begin, Math.min(Math.round(time * this.#rate), this.sound.end));
		this.sound.playsAt(this.#standing);
		this.#state = wasPlaying ? "waiting" : "standing";
		if (wasPlaying)
			this.#tryStart();
	}

	close(): void {
		this.onchange = this.onframes = () => {};
		this.#silence();
		this.sound.close();
		void this.context.close();
	}

	get #rate(): number {
		return this.sound.format.sampleRate;
	}

	/** The context's clock in frames; it stands at a whole one. */
	get #now(): number {
		return Math.round(this.context.currentTime * this.#rate);
	}

	get #frame(): number {
		return this.#state === "playing" ? Math.max(this.#standing, Math.min(this.#now - this.#origin, this.#next)) : this.#standing;
	}

	#hasMore(): void {
		if (this.#state === "waiting")
			this.#tryStart();
		else if (this.#state === "playing")
			this.#schedule();
		this.onframes();
	}

	/** Begins to play at #standing, when enough is there. */
	#tryStart(): void {
		const ahead = this.sound.end - this.#standing;
		if (!this.sound.isWhole && ahead < this.#needed_s * this.#rate)
			return;
		this.#needed_s = REFILL_S;
		this.#state = "playing";
		this.#next = this.#standing;
		this.#origin = this.#now + Math.ceil(LEAD_S * this.#rate) - this.#standing;
		this.#schedule();
		this.#timer = setInterval(() => this.#tick(), TICK_MS);
	}

	/** Puts what is there on the clock, as far as AHEAD_S. */
	#schedule(): void {
		const until = this.#now - this.#origin + AHEAD_S * this.#rate;
		while (this.#next < until) {
			const piece = this.sound.pieceAt(this.#next);
			if (!piece)
				return;
			this.#scheduleRest(piece.planes.map((plane) => plane.subarray(this.#next - piece.first)));
		}
	}

	#scheduleRest(planes: Float32Array<ArrayBuffer>[]): void {
		const length = planes[0]!.length;
		const buffer = this.context.createBuffer(planes.length, length, this.#rate);
		planes.forEach((plane, channel) => buffer.copyToChannel(plane, channel));
		const source = new AudioBufferSourceNode(this.context, { buffer });
		source.connect(this.output);
		source.onended = () => { this.#sources = this.#sources.filter((other) => other !== source); };
		source.start((this.#origin + this.#next) / this.#rate);
		this.#sources.push(source);
		this.#next += length;
	}

	#tick(): void {
		this.sound.playsAt(this.#frame);
		this.#schedule();
		if (this.#now - this.#origin < this.#next)
			return;
		if (this.#next >= this.sound.format.frames)
			this.pause();
		else
			this.#wait();
	}

	/** All that is there has been played. */
	#wait(): void {
		this.#standing = this.#next;
		this.#silence();
		this.#state = "waiting";
		this.#tryStart();
	}

	#silence(): void {
		clearInterval(this.#timer);
		for (const source of this.#sources)
			source.stop();
		this.#sources = [];
	}
}
