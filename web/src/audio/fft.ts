/**
 * Squared magnitudes of the bins 0 to n/2-1 of a real signal; n is a power of two. Radix-2 decimation in time (Cooley and
 * Tukey, "An algorithm for the machine calculation of complex Fourier series", 1965).
 */
export function powerSpectrum(signal: Float32Array): Float32Array {
	const n = signal.length;
	const re = reversed(signal);
	const im = new Float32Array(n);
	for (let half = 1; half < n; half *= 2)
		for (let k = 0; k < half; k++) {
			const c = Math.cos((Math.PI * k) / half);
			const s = -Math.sin((Math.PI * k) / half);
			for (let i = k; i < n; i += 2 * half)
				butterfly(re, im, i, i + half, c, s);
		}
	return re.subarray(0, n / 2).map((x, i) => x * x + im[i]! * im[i]!);
}

function butterfly(re: Float32Array, im: Float32Array, a: number, b: number, c: number, s: number): void {
	const x = re[b]! * c - im[b]! * s;
	const y = re[b]! * s + im[b]! * c;
	re[b] = re[a]! - x;
	im[b] = im[a]! - y;
	re[a] = re[a]! + x;
	im[a] = im[a]! + y;
}

/** The signal with the bits of its indexes in reverse. */
function reversed(signal: Float32Array): Float32Array {
	const out = new Float32Array(signal.length);
	for (let i = 0, j = 0; i < signal.length; i++) {
		out[j] = signal[i]!;
		let bit = signal.length >> 1;
		for (; j & bit; bit >>= 1)
			j ^= bit;
		j |= bit;
	}
	return out;
}
