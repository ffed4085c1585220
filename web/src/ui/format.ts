/** 75.3 s as "1:15.3". */
export function clock(seconds: number): string {
	const tenths = Math.max(0, Math.round(seconds * 10));
	return `${Math.floor(tenths / 600)}:${String(Math.floor(tenths / 10) % 60).padStart(2, "0")}.${tenths % 10}`;
}

/** A time to wait, in words: "about 5 s". */
export function about(ms: number): string {
	const seconds = Math.ceil(ms / 1000);
	return seconds < 90 ? `about ${seconds} s` : `about ${Math.round(seconds / 60)} min`;
}

export function size(bytes: number): string {
	if (bytes < 1024)
		return `${bytes} B`;
	return bytes < 1024 * 1024 ? `${(bytes / 1024).toFixed(0)} KiB` : `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}

/** A level in decibels; null is silence. */
export function level(db: number | null, unit: string): string {
	return db === null ? "silence" : `${db.toFixed(1)} ${unit}`;
}
