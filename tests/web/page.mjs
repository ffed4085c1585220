// The page as a person uses it: what is typed, pressed and seen.
import assert from "node:assert/strict";

/** A sine wave of 440 Hz at half of full scale, in the middle. */
export const SINE = 'out $ sine 440 # gain 0.5\n';
/** Minutes of work for the server. */
export const LONG = { source: 'for i in 1..40:\n  ~x[i] $ saw (50 * i) # lpf 900 # reverb 0.5 0.5 0.3\nout $ sum(~x[1..40]) # gain 0.01\n', seconds: 3000 };

const TIMEOUT_MS = 20_000;

/** Waits until probe() gives something true, and returns that. */
export async function until(probe, ms = TIMEOUT_MS) {
	for (const end = Date.now() + ms; ; ) {
		const found = await probe();
		if (found)
			return found;
		assert.ok(Date.now() < end, `in ${ms} ms this did not come true: ${probe}`);
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
}

/** In the page: listens in on what goes to the loudspeaker, as globalThis.tap. */
function tapAudio() {
	const { connect } = AudioNode.prototype;
	AudioNode.prototype.connect = function (to, ...rest) {
		if (to instanceof AudioDestinationNode) {
			globalThis.tap = new AnalyserNode(this.context, { fftSize: 16384, smoothingTimeConstant: 0 });
			connect.call(this, globalThis.tap);
		}
		return connect.call(this, to, ...rest);
	};
}

export class Page {
	/** What the browser complained about: exceptions, console errors, violations of the content security policy. */
	complaints = [];

	constructor(page) {
		this.page = page;
		page.setDefaultTimeout(TIMEOUT_MS);
		page.on("pageerror", (error) => this.complaints.push(String(error)));
		page.on("console", (message) => {
			// A service without event streams is asked again and again instead; the browser notes the 404.
			const isProbe = message.location().url.endsWith("/events");
			if (message.type() === "error" && !isProbe)
				this.complaints.push(message.text());
		});
	}

	static async open(context, url) {
		const self = new Page(await context.newPage());
		await self.page.addInitScript(tapAudio);
		await self.page.goto(url);
		await self.ready();
		return self;
	}

	/** The editor has been checked once and the catalogues are there. */
	async ready() {
		await this.page.waitForFunction(() => document.querySelector("#problem-count")?.textContent !== "not checked" &&
			document.querySelector("#reference-list")?.childElementCount > 0 &&
			document.querySelector("#example-list")?.childElementCount > 0);
	}

	get editor() {
		return this.page.locator(".cm-content");
	}

	get waveform() {
		return this.page.locator("#waveform");
	}

	/** The service's jobs, newest first. */
	async jobs() {
		return this.page.evaluate(async () => (await (await fetch("/jobs")).json()).jobs);
	}

	button(name) {
		return this.page.getByRole("button", { name, exact: true });
	}

	/** The program in the editor. */
	async source() {
		const lines = await this.page.locator(".cm-line").evaluateAll((all) => all.map((line) => line.textContent));
		return lines.join("\n");
	}

	/**
	 * Replaces the program. Text that takes the place of coloured text would be given its style attributes by Chromium, which
	 * the policy forbids and the console then says; so the old one is deleted first.
	 */
	async write(source) {
		await this.editor.click();
		await this.page.keyboard.press("Control+a");
		await this.page.keyboard.press("Delete");
		await this.page.keyboard.insertText(source);
	}

	async option(name, value) {
		const field = this.page.locator(`#options [name=${name}]`);
		if (!(await field.isVisible()))
			await this.page.locator("details.options > summary").click();
		const tag = await field.evaluate((element) => (element.type === "checkbox" ? "checkbox" : element.tagName));
		if (tag === "checkbox")
			await field.setChecked(value);
		else if (tag === "SELECT")
			await field.selectOption(value);
		else {
			await field.fill(String(value));
			await field.blur();
		}
	}

	/** Waits for a text in the status line. */
	async says(pattern) {
		await this.page.waitForFunction(
			({ source, flags }) => new RegExp(source, flags).test(document.querySelector("#status").textContent),
			{ source: pattern.source, flags: pattern.flags });
	}

	/** Renders what is in the editor, to the end. */
	async render() {
		await this.editor.press("Control+Enter");
		await this.says(/^Playing/);
		await this.page.locator("#download a").waitFor();
	}

	/** The browser notes when the stream of a job ends before its time, as it does when the job is canceled. */
	forgetCut() {
		this.complaints = this.complaints.filter((complaint) => !complaint.includes("ERR_INCOMPLETE_CHUNKED_ENCODING"));
	}

	/** Seconds that have been played. */
	async position() {
		return Number(await this.page.locator("#waveform").getAttribute("aria-valuenow"));
	}

	waitForPosition(test) {
		return until(async () => test(await this.position()));
	}

	/** Decodes what is loaded, in the browser: seconds, RMS and the frequency of its zero crossings, of the first channel. */
	async hear() {
		return this.page.evaluate(async () => {
			const context = new OfflineAudioContext(1, 1, 44100);
			const file = await (await fetch(document.querySelector("#download a").href)).arrayBuffer();
			const buffer = await context.decodeAudioData(file);
			const samples = buffer.getChannelData(0);
			let sum = 0;
			let crossings = 0;
			for (let i = 1; i < samples.length; i++) {
				sum += samples[i] ** 2;
				crossings += samples[i - 1] < 0 && samples[i] >= 0 ? 1 : 0;
			}
			return { seconds: buffer.duration, rms: Math.sqrt(sum / samples.length), hz: crossings / buffer.duration };
		});
	}

	/** What comes out of the page's audio graph just now: the loudest frequency, to 10 Hz; 0 for silence, undefined without one. */
	async loudest() {
		return this.page.evaluate(() => {
			const { tap } = globalThis;
			if (!tap)
				return undefined;
			const levels = new Float32Array(tap.frequencyBinCount);
			tap.getFloatFrequencyData(levels);
			const bin = levels.indexOf(Math.max(...levels));
			return levels[bin] < -70 ? 0 : Math.round((bin * tap.context.sampleRate) / tap.fftSize / 10) * 10;
		});
	}

	/** How much of the waveform's canvas is painted, from 0 to 1. */
	async paintedShare() {
		return this.page.locator("#waveform").evaluate((canvas) => {
			const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
			let painted = 0;
			for (let i = 3; i < data.length; i += 4)
				painted += data[i] > 0 ? 1 : 0;
			return painted / (data.length / 4);
		});
	}

	/**
	 * How far what comes out of the audio graph is from a sine wave of a frequency: the largest difference between a sample and
	 * what the two before foretell, over the last third of a second. A click of any kind is far above the steps of 16 bits.
	 */
	async roughness(hz) {
		return this.page.evaluate((wanted) => {
			const { tap } = globalThis;
			const samples = new Float32Array(tap.fftSize);
			tap.getFloatTimeDomainData(samples);
			const factor = 2 * Math.cos((2 * Math.PI * wanted) / tap.context.sampleRate);
			let worst = 0;
			for (let i = 2; i < samples.length; i++)
				worst = Math.max(worst, Math.abs(samples[i] - factor * samples[i - 1] + samples[i - 2]));
			return worst;
		}, hz);
	}

	quiet() {
		assert.deepEqual(this.complaints, []);
	}
}
