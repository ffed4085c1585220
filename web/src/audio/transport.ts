/** Something that plays, with one position; times in seconds. */
export interface Transport {
	readonly duration: number;
	/** How far it can be played by now, and sought. */
	readonly reach: number;
	readonly position: number;
	readonly isPlaying: boolean;
	isLooping: boolean;
	volume: number;
	play(): Promise<void>;
	pause(): void;
	seek(time: number): void;
	/** Playing began, paused or came to its end. */
	onchange: () => void;
	/** Lets go of the audio; nothing may be called afterwards. */
	close(): void;
}

/** Plays a file over HTTP, in ranges as the browser needs them. */
export class FileTransport implements Transport {
	onchange = () => {};
	readonly #audio = new Audio();

	constructor(url: string, readonly duration: number) {
		this.#audio.preload = "auto";
		this.#audio.src = url;
		for (const type of ["play", "pause", "ended"])
			this.#audio.addEventListener(type, () => this.onchange());
	}

	get reach(): number {
		return this.duration;
	}

	get position(): number {
		return this.#audio.currentTime;
	}

	get isPlaying(): boolean {
		return !this.#audio.paused;
	}

	get isLooping(): boolean {
		return this.#audio.loop;
	}

	set isLooping(value: boolean) {
		this.#audio.loop = value;
	}

	get volume(): number {
		return this.#audio.volume;
	}

	set volume(value: number) {
		this.#audio.volume = value;
	}

	play(): Promise<void> {
		return this.#audio.play();
	}

	pause(): void {
		this.#audio.pause();
	}

	seek(time: number): void {
		this.#audio.currentTime = time;
	}

	close(): void {
		this.onchange = () => {};
		this.#audio.pause();
		this.#audio.removeAttribute("src");
		this.#audio.load();
	}
}
