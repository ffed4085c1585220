import { PEAK_FULL_SCALE, type Peaks } from "../audio/peaks";
import { clock } from "./format";

const STEP_S = 1;
const PAGE_S = 5;

export interface WaveformHooks {
	position: () => number;
	duration: () => number;
	seek: (time: number) => void;
}

/** A lane per channel, a bar per pixel from the lowest to the highest sample, at least a pixel high. */
function outlineOf({ channels, columns, data, filled = columns }: Peaks, width: number, height: number): Path2D {
	const end = Math.floor((width * filled) / columns);
	const lane = height / channels;
	const outline = new Path2D();
	for (let channel = 0; channel < channels; channel++) {
		const middle = lane * (channel + 0.5);
		const scale = lane / 2 / PEAK_FULL_SCALE;
		for (let x = 0; x < end; x++) {
			const at = (Math.floor((x * columns) / width) * channels + channel) * 2;
			const top = middle - data[at + 1]! * scale;
			outline.rect(x, top, 1, Math.max(1, middle - data[at]! * scale - top));
		}
	}
	return outline;
}

/** The picture of the sound with the place that plays; a slider to pointers, keys and screen readers. */
export class Waveform {
	readonly #context: CanvasRenderingContext2D;
	#peaks: Peaks | undefined;
	/** Of #peaks at the size of the canvas. */
	#outline: Path2D | undefined;
	#isStale = false;
	#spectrum: ImageBitmap | undefined;

	constructor(readonly canvas: HTMLCanvasElement, readonly hooks: WaveformHooks) {
		this.#context = canvas.getContext("2d")!;
		canvas.addEventListener("pointerdown", (event) => {
			canvas.setPointerCapture(event.pointerId);
			this.#point(event);
		});
		canvas.addEventListener("pointermove", (event) => {
			if (event.buttons & 1)
				this.#point(event);
		});
		canvas.addEventListener("keydown", (event) => this.#key(event));
		new ResizeObserver(() => this.#fit()).observe(canvas);
		matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
	}

	/** Shows the outline; undefined: nothing yet. */
	setPeaks(peaks: Peaks | undefined): void {
		this.#peaks = peaks;
		this.#trace();
	}

	/** The outline that is shown has grown. */
	grow(): void {
		this.#isStale = true;
		requestAnimationFrame(() => {
			if (this.#isStale)
				this.#trace();
		});
	}

	/** Shows a spectrogram in place of the outline; undefined: the outline again. */
	setSpectrum(picture: ImageBitmap | undefined): void {
		this.#spectrum = picture;
		this.draw();
	}

	draw(): void {
		const { width, height } = this.canvas;
		const duration = this.hooks.duration();
		const x = duration > 0 ? (this.hooks.position() / duration) * width : 0;
		this.#context.clearRect(0, 0, width, height);
		if (this.#spectrum)
			this.#context.drawImage(this.#spectrum, 0, 0, width, height);
		else if (this.#outline)
			this.#drawOutline(this.#outline, x);
		if (duration > 0)
			this.#drawCursor(x);
		this.#describe(duration);
	}

	#colour(name: string): string {
		return getComputedStyle(this.canvas).getPropertyValue(name).trim();
	}

	#trace(): void {
		this.#isStale = false;
		this.#outline = this.#peaks && outlineOf(this.#peaks, this.canvas.width, this.canvas.height);
		this.draw();
	}

	#drawOutline(outline: Path2D, played: number): void {
		this.#fill(outline, "--wave", played, this.canvas.width);
		this.#fill(outline, "--wave-played", 0, played);
	}

	#fill(outline: Path2D, colour: string, from: number, to: number): void {
		const context = this.#context;
		context.save();
		context.beginPath();
		context.rect(from, 0, to - from, this.canvas.height);
		context.clip();
		context.fillStyle = this.#colour(colour);
		context.fill(outline);
		context.restore();
	}

	#drawCursor(x: number): void {
		const thick = Math.max(1, Math.round(devicePixelRatio * 2));
		this.#context.fillStyle = this.#colour("--cursor");
		this.#context.fillRect(Math.min(x, this.canvas.width - thick), 0, thick, this.canvas.height);
	}

	#describe(duration: number): void {
		const position = this.hooks.position();
		this.canvas.setAttribute("aria-valuemax", duration.toFixed(2));
		this.canvas.setAttribute("aria-valuenow", position.toFixed(2));
		this.canvas.setAttribute("aria-valuetext", `${clock(position)} of ${clock(duration)}`);
	}

	#fit(): void {
		this.canvas.width = Math.round(this.canvas.clientWidth * devicePixelRatio);
		this.canvas.height = Math.round(this.canvas.clientHeight * devicePixelRatio);
		this.#trace();
	}

	#point(event: PointerEvent): void {
		const { left, width } = this.canvas.getBoundingClientRect();
		this.#seek(((event.clientX - left) / width) * this.hooks.duration());
	}

	#key(event: KeyboardEvent): void {
		const { position, duration } = this.hooks;
		const targets: Record<string, number> = {
			ArrowRight: position() + STEP_S, ArrowUp: position() + STEP_S,
			ArrowLeft: position() - STEP_S, ArrowDown: position() - STEP_S,
			PageUp: position() + PAGE_S, PageDown: position() - PAGE_S,
			Home: 0, End: duration(),
		};
		const target = targets[event.key];
		if (target === undefined || event.ctrlKey || event.metaKey || event.altKey)
			return;
		event.preventDefault();
		this.#seek(target);
	}

	#seek(time: number): void {
		const duration = this.hooks.duration();
		if (duration <= 0)
			return;
		this.hooks.seek(Math.max(0, Math.min(time, duration)));
		this.draw();
	}
}
