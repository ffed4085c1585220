import * as api from "../api";

/** The outline of a sound: for each column the lowest and highest sample of each channel, as whole numbers to 127. */
export interface Peaks {
	channels: number;
	columns: number;
	/** [columns][channels][low, high] */
	data: Int8Array;
	/** So many columns are known, from the first on; left out: all. */
	filled?: number;
}

export const PEAK_FULL_SCALE = 128;

/** The server's limits for samples_per_pixel. */
const FRAMES_MIN = 16;
const FRAMES_MAX = 1 << 20;
const HEADER_BYTES = 24;

/** Fetches a job's outline in about that many columns. audiowaveform's binary format, version 2, in 8 bits. */
export async function loadPeaks(jobUrl: string, frames: number, columns: number, signal: AbortSignal): Promise<Peaks> {
	const perColumn = Math.min(FRAMES_MAX, Math.max(FRAMES_MIN, Math.ceil(frames / columns)));
	const file = await api.bytes(`${jobUrl}/peaks?format=dat&samples_per_pixel=${perColumn}`, signal);
	const header = new DataView(file, 0, HEADER_BYTES);
	return {
		columns: header.getUint32(16, true),
		channels: header.getInt32(20, true),
		data: new Int8Array(file, HEADER_BYTES),
	};
}
