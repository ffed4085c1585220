import type { Job } from "../api-types";
import { LiveTransport } from "../audio/live-transport";
import { loadPeaks } from "../audio/peaks";
import { spectrogram } from "../audio/spectrogram";
import { StemMixer } from "../audio/stem-mixer";
import { FileTransport, type Transport } from "../audio/transport";
import { byId } from "../dom";
import { mediaUrl } from "../media";
import { clock } from "./format";
import { sayError } from "./status";
import { StemList } from "./stems";
import { Waveform } from "./waveform";

const COLUMNS = 2000;
const SPECTRUM_ROWS = 256;

/** What is loaded to be played: the buttons, the picture, the stems. */
export class Player {
	readonly #waveform: Waveform;
	readonly #play = byId<HTMLButtonElement>("play");
	readonly #loop = byId<HTMLButtonElement>("loop");
	readonly #spectrumButton = byId<HTMLButtonElement>("spectrum");
	readonly #volume = byId<HTMLInputElement>("volume");
	readonly #stems: StemList;
	#transport: Transport | undefined;
	#job: Job | undefined;
	/** Ends the loading of what belongs to the job before. */
	#loading = new AbortController();

	/** onTime is called at every frame that is drawn while it plays, and with undefined when it stops. */
	constructor(readonly onTime: (time: number | undefined) => void) {
		this.#waveform = new Waveform(byId("waveform"), {
			position: () => this.#transport?.position ?? 0,
			duration: () => this.#transport?.duration ?? 0,
			seek: (time) => this.seek(time),
		});
		this.#stems = new StemList(byId("stems"), (heard) => void this.#hear(heard).catch(sayError));
		this.#play.addEventListener("click", () => this.toggle());
		this.#loop.addEventListener("click", () => this.#toggleLoop());
		this.#spectrumButton.addEventListener("click", () => void this.#toggleSpectrum().catch(sayError));
		this.#volume.addEventListener("input", () => this.#adjust());
		this.#showState();
	}

	get isPlaying(): boolean {
		return this.#transport?.isPlaying ?? false;
	}

	/** Takes a job that has succeeded in place of the one before. */
	async load(job: Job): Promise<void> {
		const signal = this.#begin(job);
		await this.#useFile(0, signal);
		this.#showResult(job);
	}

	/** Plays a job while it is rendered, in place of the one before; there when it begins to, or never will. */
	async listen(job: Job): Promise<void> {
		const signal = this.#begin(job);
		const live = await LiveTransport.open(job.links.live!, COLUMNS, signal);
		if (signal.aborted)
			return live.close();
		this.#use(live);
		this.#waveform.setPeaks(live.sound.outline);
		live.onframes = () => this.#waveform.grow();
		await live.play();
	}

	/**
	 * Takes the job now that it has succeeded. When it is listened to, that goes on: it is the same sound, and the file takes over at
	 * the next break, without a gap. True then; false when nothing of it was heard yet.
	 */
	async finish(job: Job): Promise<boolean> {
		if (this.#job?.id !== job.id || !(this.#transport instanceof LiveTransport)) {
			await this.load(job);
			return false;
		}
		this.#job = job;
		this.#showResult(job);
		this.#showState();
		return true;
	}

	/** Lets go of a job that is listened to and will not become whole; what is whole plays on. */
	leave(): void {
		if (!this.#job || this.#job.links.audio)
			return;
		this.#begin(undefined);
		this.#showState();
	}

	async play(): Promise<void> {
		await this.#transport?.play();
	}

	toggle(): void {
		if (this.isPlaying)
			this.#transport?.pause();
		else
			this.play().catch(sayError);
	}

	/** Pauses, at the beginning. */
	stop(): void {
		this.#transport?.pause();
		this.seek(0);
	}

	seek(time: number): void {
		if (this.#isLiveOver)
			void this.#useFile(time, this.#loading.signal).catch(sayError);
		else
			this.#transport?.seek(Math.min(time, this.#transport.reach));
		this.#showTime();
	}

	redraw(): void {
		this.#waveform.draw();
	}

	/** Ends what belongs to the job before; the signal ends what will belong to this one. */
	#begin(job: Job | undefined): AbortSignal {
		this.#loading.abort(new DOMException("another job", "AbortError"));
		this.#loading = new AbortController();
		this.#job = job;
		this.#transport?.close();
		this.#transport = undefined;
		this.#stems.show([]);
		this.#waveform.setSpectrum(undefined);
		this.#waveform.setPeaks(undefined);
		return this.#loading.signal;
	}

	/** What plays is the stream of a job that has meanwhile succeeded. */
	get #isLiveOver(): boolean {
		return this.#transport instanceof LiveTransport && this.#job?.links.audio !== undefined;
	}

	/** Plays the job's file from a time on, if something plays now. */
	async #useFile(time: number, signal: AbortSignal): Promise<void> {
		const url = await mediaUrl(this.#job!.links.audio!);
		if (signal.aborted)
			return;
		const wasPlaying = this.isPlaying;
		const file = new FileTransport(url, this.#job!.result!.duration_s);
		file.seek(time);
		this.#use(file);
		if (wasPlaying)
			await file.play();
	}

	#showResult(job: Job): void {
		this.#stems.show(job.result!.stems, job.options.format);
		this.#loadPicture().catch(sayError);
	}

	#use(transport: Transport): void {
		this.#transport?.close();
		this.#transport = transport;
		transport.onchange = () => this.#take(transport);
		this.#adjust();
		this.#showState();
	}

	/** It began, or it rests; then the file may take over from the stream. */
	#take(transport: Transport): void {
		const { isPlaying, position, duration } = transport;
		this.#showState();
		if (isPlaying || !this.#isLiveOver)
			return;
		const isAgain = transport.isLooping && position >= duration;
		this.#useFile(isAgain ? 0 : position, this.#loading.signal)
			.then(() => (isAgain ? this.play() : undefined)).catch(sayError);
	}

	#adjust(): void {
		if (!this.#transport)
			return;
		this.#transport.volume = Number(this.#volume.value) / 100;
		this.#transport.isLooping = this.#loop.getAttribute("aria-pressed") === "true";
	}

	#toggleLoop(): void {
		this.#loop.setAttribute("aria-pressed", String(this.#loop.getAttribute("aria-pressed") !== "true"));
		this.#adjust();
	}

	async #toggleSpectrum(): Promise<void> {
		this.#spectrumButton.setAttribute("aria-pressed", String(!this.#isSpectrum));
		await this.#loadPicture();
	}

	get #isSpectrum(): boolean {
		return this.#spectrumButton.getAttribute("aria-pressed") === "true";
	}

	async #loadPicture(): Promise<void> {
		if (!this.#job?.result)
			return;
		const { signal } = this.#loading;
		const { links, result } = this.#job;
		this.#waveform.setPeaks(await loadPeaks(links.self, result.frames, COLUMNS, signal));
		this.#waveform.setSpectrum(
			this.#isSpectrum ? await spectrogram(links.audio!, COLUMNS, SPECTRUM_ROWS, signal) : undefined);
	}

	/** Plays the stems from here on, those that are heard; the mix itself stays with jobs without a choice of stems. */
	async #hear(heard: ReadonlySet<string>): Promise<void> {
		const { signal } = this.#loading;
		if (!(this.#transport instanceof StemMixer)) {
			const mixer = await StemMixer.load(this.#job!.result!.stems, this.#job!.result!.duration_s);
			if (signal.aborted)
				return mixer.close();
			const { position = 0, isPlaying = false } = this.#transport ?? {};
			this.#use(mixer);
			mixer.seek(position);
			if (isPlaying)
				await mixer.play();
		}
		(this.#transport as StemMixer).hear(heard);
	}

	#showState(): void {
		const isLoaded = this.#transport !== undefined;
		this.#play.disabled = this.#loop.disabled = !isLoaded;
		this.#spectrumButton.disabled = !this.#job?.links.audio;
		this.#play.textContent = this.isPlaying ? "Pause" : "Play";
		this.#play.classList.toggle("i-pause", this.isPlaying);
		this.#play.classList.toggle("i-play", !this.isPlaying);
		this.#waveform.canvas.setAttribute("aria-disabled", String(!isLoaded));
		this.#showTime();
		if (this.isPlaying)
			requestAnimationFrame(() => this.#tick());
		else
			this.onTime(undefined);
	}

	#tick(): void {
		if (!this.isPlaying)
			return;
		this.onTime(this.#transport!.position);
		this.#showTime();
		requestAnimationFrame(() => this.#tick());
	}

	#showTime(): void {
		const { position = 0, duration = 0 } = this.#transport ?? {};
		byId("time").textContent = `${clock(position)} / ${clock(duration)}`;
		this.#waveform.draw();
	}
}
