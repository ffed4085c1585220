/** The parts of openapi.yaml that the page reads, under the same names. */

/** Lines and columns count from 1, offsets and lengths in bytes of UTF-8. */
export interface Place {
	line: number;
	column: number;
	offset?: number;
	length?: number;
}

export interface Fix {
	offset: number;
	length: number;
	text: string;
}

export interface Diagnostic {
	code: string;
	severity: "error" | "warning";
	message: string;
	suggestion?: string;
	fix?: Fix;
	source: Place;
}

export interface CheckResult {
	ok: boolean;
	errors: Diagnostic[];
	warnings: Diagnostic[];
}

/** One line of POST /events. */
export interface PlayedEvent {
	time_s: number;
	duration_s: number;
	source?: Place;
	hap: { whole: [string, string] | null };
}

export interface Estimate {
	duration_s: number;
	bytes: number;
	/** Of all cores together. */
	cpu_s: number;
	cached: boolean;
}

export type JobState =
	| "scheduled" | "queued" | "running" | "finalizing"
	| "succeeded" | "failed" | "canceled" | "expired";

export interface Stem {
	name: string;
	peak_db: number | null;
	audio: string;
}

export interface Result {
	frames: number;
	bytes: number;
	duration_s: number;
	true_peak_db: number | null;
	loudness_lufs: number | null;
	clipped_frames: number;
	stems: Stem[];
}

export interface Job {
	id: string;
	state: JobState;
	cached: boolean;
	created_at: string;
	started_at: string | null;
	completed_at: string | null;
	options: RenderOptions;
	progress: { percent: number; phase: string; eta_ms?: number | null };
	queue_position: number | null;
	result: Result | null;
	metrics: { render_ms?: number; realtime_factor?: number };
	error: { code: string; message: string } | null;
	links: { self: string; audio?: string; live?: string; stems?: string; cancel?: string; retry?: string };
	source?: string;
}

export interface JobList {
	jobs: Job[];
	has_more: boolean;
	next: string | null;
}

/** What may be left out has the service's default. */
export interface RenderOptions {
	cycles?: number;
	duration?: number;
	sample_rate?: number;
	channels?: number;
	format?: string;
	subtype?: string;
	quality?: number;
	bitrate?: number;
	gain?: number;
	tail?: number | "auto";
	fade_in?: number;
	fade_out?: number;
	normalize?: string;
	normalize_to?: number;
	limiter?: number | "off";
	stems?: boolean;
	seed?: number;
}

export interface NodeParameter {
	name: string;
	argument: string;
	unit: string;
	optional: boolean;
	default?: number;
	minimum?: number;
	maximum?: number;
	words?: string[];
	doc: string;
}

export interface NodeEntry {
	name: string;
	kind: "source" | "function" | "modifier" | "transform";
	aliases: string[];
	doc: string;
	reference?: string;
	example: string;
	parameters: NodeParameter[];
}

/** An uploaded sample. */
export interface Sample {
	bank: string;
	name: string;
	/** As a program writes it. */
	pattern: string;
	bytes: number;
	duration_s: number;
	channels: number;
	sample_rate: number;
	links: { self: string };
}

export interface InstalledBank {
	bank: string;
	variations: number;
}

export interface SampleList {
	samples: Sample[];
	next: string | null;
	library: InstalledBank[];
}

export interface Example {
	name: string;
	title: string;
	source: string;
}

/** RFC 9457. */
export interface Problem {
	title: string;
	status: number;
	detail: string;
	code: string;
	errors?: Partial<Diagnostic>[];
}
