import type { Stem } from "../api-types";
import { audioContext, decode } from "./context";
import type { Transport } from "./transport";

interface Track {
	buffer: AudioBuffer;
	gain: GainNode;
	source?: AudioBufferSourceNode;
}

/** How long a change of a gain takes, so that it does not click. */
const FADE_S = 0.01;

/** Plays the stems of a job in step, each at its own gain. They are decoded whole, into memory. */
export class StemMixer implements Transport {
	onchange = () => {};
	#isPlaying = false;
	#isLooping = false;
	/** While it plays: the context's time at which position 0 was, or would have been. */
	#origin = 0;
	/** While it stands. */
	#standing = 0;
	#generation = 0;

	private constructor(
		readonly duration: number, readonly tracks: ReadonlyMap<string, Track>, readonly output: GainNode,
	) {}

	static async load(stems: readonly Stem[], duration: number): Promise<StemMixer> {
		const context = audioContext();
		const output = context.createGain();
		const buffers = await Promise.all(stems.map((stem) => decode(stem.audio)));
		const tracks = new Map(stems.map((stem, i) => {
			const gain = context.createGain();
			gain.connect(output);
			return [stem.name, { buffer: buffers[i]!, gain }] as const;
		}));
		output.connect(context.destination);
		return new StemMixer(duration, tracks, output);
	}

	/** Only these are heard. */
	hear(names: ReadonlySet<string>): void {
		for (const [name, { gain }] of this.tracks)
			gain.gain.setTargetAtTime(names.has(name) ? 1 : 0, audioContext().currentTime, FADE_S);
	}

	get isPlaying(): boolean {
		return this.#isPlaying;
	}

	get reach(): number {
		return this.duration;
	}

	get position(): number {
		if (!this.#isPlaying)
			return this.#standing;
		const time = audioContext().currentTime - this.#origin;
		return this.#isLooping ? time % this.duration : Math.min(time, this.duration);
	}

	get isLooping(): boolean {
		return this.#isLooping;
	}

	set isLooping(value: boolean) {
		this.#standing = this.position;
		this.#isLooping = value;
		if (this.#isPlaying)
			this.#start();
	}

	get volume(): number {
		return this.output.gain.value;
	}

	set volume(value: number) {
		this.output.gain.value = value;
	}

	async play(): Promise<void> {
		if (this.#isPlaying)
			return;
		await audioContext().resume();
		if (this.#standing >= this.duration)
			this.#standing = 0;
		this.#start();
		this.onchange();
	}

	pause(): void {
		if (!this.#isPlaying)
			return;
		this.#standing = this.position;
		this.#silence();
		this.#isPlaying = false;
		this.onchange();
	}

	seek(time: number): void {
		this.#standing = Math.max(0, Math.min(time, this.duration));
		if (this.#isPlaying)
			this.#start();
	}

	close(): void {
		this.onchange = () => {};
		this.#silence();
		this.output.disconnect();
	}

	/** Starts all tracks together at #standing. */
	#start(): void {
		const context = audioContext();
		this.#silence();
		this.#origin = context.currentTime - this.#standing;
		this.#isPlaying = true;
		const generation = this.#generation;
		for (const track of this.tracks.values()) {
			track.source = new AudioBufferSourceNode(context, { buffer: track.buffer, loop: this.#isLooping });
			track.source.connect(track.gain);
			track.source.start(0, Math.min(this.#standing, track.buffer.duration));
			track.source.onended = () => this.#end(generation);
		}
	}

	/** Stops what sounds; its ended events are of an older generation then. */
	#silence(): void {
		this.#generation++;
		for (const { source } of this.tracks.values())
			source?.stop();
	}

	#end(generation: number): void {
		if (generation !== this.#generation || !this.#isPlaying)
			return;
		this.#standing = this.duration;
		this.#silence();
		this.#isPlaying = false;
		this.onchange();
	}
}
