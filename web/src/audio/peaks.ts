import { decode } from "./context";

/** The lowest and highest sample of each column, per channel; -1 to 1. */
export interface Peaks {
	channels: { low: Float32Array; high: Float32Array }[];
	columns: number;
}

function peaksOf(samples: Float32Array, columns: number): { low: Float32Array; high: Float32Array } {
	const low = new Float32Array(columns);
	const high = new Float32Array(columns);
	for (let i = 0; i < samples.length; i++) {
		const column = Math.floor((i * columns) / samples.length);
		low[column] = Math.min(low[column]!, samples[i]!);
		high[column] = Math.max(high[column]!, samples[i]!);
	}
	return { low, high };
}

export async function loadPeaks(url: string, columns: number, signal: AbortSignal): Promise<Peaks> {
	const buffer = await decode(url, signal);
	const channels = Array.from({ length: buffer.numberOfChannels }, (_, i) => peaksOf(buffer.getChannelData(i), columns));
	return { channels, columns };
}
