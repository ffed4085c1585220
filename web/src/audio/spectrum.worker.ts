/**
 * A spectrogram in a thread of its own: Hann windows of FFT_SIZE frames, one per column, log frequency from LOWEST_HZ to
 * half the sample rate upwards, 80 dB of level as shades of one hue.
 */
import { powerSpectrum } from "./fft";

export interface SpectrumRequest {
	samples: Float32Array<ArrayBuffer>;
	sampleRate: number;
	width: number;
	height: number;
}

const FFT_SIZE = 2048;
const LOWEST_HZ = 30;
const RANGE_DB = 80;

const window = Float32Array.from({ length: FFT_SIZE }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / FFT_SIZE));

/** The windowed frames around a centre; silence stands before the begin and behind the end. */
function frameAt(samples: Float32Array, centre: number): Float32Array {
	const start = Math.round(centre) - FFT_SIZE / 2;
	return window.map((factor, i) => factor * (samples[start + i] ?? 0));
}

/** For each row, from the top, the first bin and the bin after its last. */
function binsOfRows(height: number, sampleRate: number): [number, number][] {
	const top = sampleRate / 2;
	const binAt = (row: number) => (LOWEST_HZ * (top / LOWEST_HZ) ** (1 - row / height) * FFT_SIZE) / sampleRate;
	return Array.from({ length: height }, (_, row) => {
		const first = Math.floor(binAt(row + 1));
		return [first, Math.max(first + 1, Math.floor(binAt(row)))];
	});
}

/** 0 for RANGE_DB below a full-scale sine, 1 for that sine. */
function shade(power: number): number {
	const db = 10 * Math.log10(power / (FFT_SIZE / 4) ** 2 + 1e-12);
	return Math.max(0, Math.min(1, 1 + db / RANGE_DB));
}

/** Black over violet and orange to a light yellow, each channel a ramp of its own. */
function paint(pixels: Uint8ClampedArray, at: number, level: number): void {
	pixels[at] = 255 * Math.min(1, level * 1.6);
	pixels[at + 1] = 255 * Math.max(0, level * 1.7 - 0.7);
	pixels[at + 2] = 255 * Math.max(0, Math.sin(level * Math.PI) * 0.6 + Math.max(0, level * 4 - 3.3));
	pixels[at + 3] = 255;
}

function spectrogram({ samples, sampleRate, width, height }: SpectrumRequest): ImageData {
	const image = new ImageData(width, height);
	const rows = binsOfRows(height, sampleRate);
	for (let x = 0; x < width; x++) {
		const power = powerSpectrum(frameAt(samples, ((x + 0.5) * samples.length) / width));
		rows.forEach(([first, end], y) => {
			paint(image.data, (y * width + x) * 4, shade(Math.max(...power.subarray(first, end))));
		});
	}
	return image;
}

self.addEventListener("message", (event: MessageEvent<SpectrumRequest>) => {
	const image = spectrogram(event.data);
	self.postMessage(image, { transfer: [image.data.buffer] });
});
