/** Puts the page together: the editor, the rendering, the player and the panels below them. */
import * as api from "./api";
import type { Job, RenderOptions } from "./api-types";
import { Score } from "./audio/score";
import { Catalogue } from "./catalogue";
import { getCommand, isWav, renderCommand } from "./curl";
import { byId } from "./dom";
import { lastJob, loadDraft, saveDraft, saveLastJob } from "./draft";
import type { PlacedDiagnostic } from "./editor/diagnostics";
import type { Knowledge } from "./editor/completion";
import { createEditor, insertText, recheck, replaceSource } from "./editor/editor";
import { addSpans, beginSpans, lightSpans } from "./editor/sounding";
import { mayAskAgain } from "./key";
import { Rendering } from "./rendering";
import { encodeFragment } from "./share";
import { clearEstimate, showEstimate } from "./ui/estimate";
import { JobTable } from "./ui/jobs";
import { type LibraryHooks, showExamples, showReference } from "./ui/library";
import { initOptions, readOptions, writeOptions } from "./ui/options";
import { Player } from "./ui/player";
import { showProblems } from "./ui/problems";
import { showResult } from "./ui/progress";
import { type Bank, SamplePanel } from "./ui/samples";
import { copy, say, sayError } from "./ui/status";
import { initTabs } from "./ui/tabs";
import { initTheme } from "./ui/theme";

/** A function's example is short, and loops well. */
const EXAMPLE_CYCLES = 2;
const NONE: ReadonlySet<number> = new Set();

const knowledge: Knowledge = { samples: [] };
let score: Score | undefined;
let hasErrors = false;

const draft = await loadDraft();
const editor = createEditor(byId("editor"), draft.source, {
	knowledge: () => knowledge,
	onChange: () => keepDraft(),
	onDiagnostics: takeDiagnostics,
	onRender: () => renderEditor(),
	onStop: () => stop(),
	onFormat: () => void formatEditor().catch(sayError),
});
const rendering = new Rendering();
const player = new Player((time) => lightSpans(editor, (time !== undefined && score?.soundingAt(time)) || NONE));

function source(): string {
	return editor.state.doc.toString();
}

function takeDiagnostics(list: PlacedDiagnostic[]): void {
	showProblems(editor, list);
	hasErrors = list.some(({ severity }) => severity === "error");
	estimate();
}

function estimate(): void {
	if (hasErrors)
		clearEstimate();
	else
		void showEstimate(source(), readOptions());
}

function keepDraft(): void {
	saveDraft({ source: source(), options: readOptions() });
	// A link's program stays in the address only as long as it is what the editor shows.
	if (location.hash !== "")
		history.replaceState(null, "", location.pathname);
}

/** Follows the sounding program in the editor when that is what it shows. */
function beginScore(program: string): void {
	score = undefined;
	beginSpans(editor);
	if (program === source())
		score = new Score(program, (spans) => addSpans(editor, spans));
}

async function load(job: Job, program: string): Promise<void> {
	await player.load(job);
	beginScore(program);
	showResult(job);
}

/** Plays a job from its first block on, if it comes before the end. */
async function listen(job: Job, program: string, title: string): Promise<void> {
	if (!job.links.live || !isWav(job.options))
		return;
	await player.listen(job);
	beginScore(program);
	say(`Playing ${title}`);
}

async function playJob(submit: (signal: AbortSignal) => Promise<Job>, program: string, title: string): Promise<void> {
	mayAskAgain();
	say(`Rendering ${title}`);
	showResult(undefined);
	player.leave();
	const job = await rendering.run(submit, (begun) => void listen(begun, program, title).catch(sayError));
	if (!job)
		return;
	if (job.state !== "succeeded") {
		player.leave();
		say(job.error?.message ?? `The job was ${job.state}`, job.state === "canceled" ? "info" : "error");
		return;
	}
	saveLastJob(job.id);
	await playResult(job, program, title);
}

/** Shows a job that has succeeded, and plays it unless it was begun with before. */
async function playResult(job: Job, program: string, title: string): Promise<void> {
	const isHeard = await player.finish(job);
	showResult(job);
	if (isHeard)
		return;
	beginScore(program);
	await player.play();
	say(`Playing ${title}`);
}

function renderAndPlay(program: string, options: RenderOptions, title: string): Promise<void> {
	return playJob((signal) => api.render(program, options, signal), program, title);
}

function renderEditor(): void {
	renderAndPlay(source(), readOptions(), "the program").catch(sayError);
}

async function cancel(): Promise<void> {
	player.leave();
	await rendering.cancel();
	say("Canceled");
}

function stop(): void {
	if (rendering.isRunning)
		cancel().catch(sayError);
	else
		player.stop();
}

async function formatEditor(): Promise<void> {
	replaceSource(editor, await api.format(source()));
}

async function share(): Promise<void> {
	const fragment = await encodeFragment({ source: source(), options: readOptions() });
	history.replaceState(null, "", `#${fragment}`);
	await copy(location.href, "Link");
}

function openProgram(program: string, title: string): void {
	replaceSource(editor, program);
	editor.focus();
	say(`${title} is in the editor`);
}

async function openJob(job: Job): Promise<void> {
	const whole = await api.job(job.id, true);
	const program = whole.source ?? "";
	openProgram(program, "The job's program");
	writeOptions(whole.options);
	if (whole.links.audio)
		await load(whole, program);
}

async function retryJob(job: Job): Promise<void> {
	const { source: program = "", options, links } = await api.job(job.id, true);
	const submit = links.retry ? () => api.retry(job.id) : (signal: AbortSignal) => api.render(program, options, signal);
	await playJob(submit, program, "the job's program");
}

/** After the page was loaded again, what it played last is there again, if the server has it still. */
async function restoreJob(): Promise<void> {
	const id = lastJob();
	if (!id)
		return;
	const job = await api.job(id, true);
	if (job.links.audio)
		await load(job, job.source ?? "");
}

function initButtons(): void {
	byId("render").addEventListener("click", renderEditor);
	byId("stop").addEventListener("click", stop);
	byId("format").addEventListener("click", () => void formatEditor().catch(sayError));
	byId("share").addEventListener("click", () => void share().catch(sayError));
	byId("curl").addEventListener("click", () =>
		void copy(renderCommand(location.origin, source(), readOptions()), "Command"));
	for (const element of document.querySelectorAll<HTMLElement>("[data-curl]"))
		element.addEventListener("click", () => void copy(getCommand(location.origin, element.dataset["curl"]!), "Command"));
}

/** The keys of the editor work on the rest of the page too. */
function initKeys(): void {
	document.addEventListener("keydown", (event) => {
		if (event.defaultPrevented || !(event.ctrlKey || event.metaKey))
			return;
		if (event.key === "Enter")
			renderEditor();
		else if (event.key === ".")
			stop();
		else
			return;
		event.preventDefault();
	});
}

/** Programs of the library: played with these options. */
function libraryHooks(options: () => RenderOptions): LibraryHooks {
	return {
		open: openProgram,
		play: (program, title) => { renderAndPlay(program, options(), title).catch(sayError); },
		copy: (program) => void copy(renderCommand(location.origin, program, options()), "Command"),
	};
}

function initLibrary(): void {
	api.nodes().then((entries) => {
		knowledge.catalogue = new Catalogue(entries);
		showReference(entries, libraryHooks(() => ({ cycles: EXAMPLE_CYCLES })));
	}).catch(sayError);
	api.examples().then((examples) => showExamples(examples, libraryHooks(readOptions))).catch(sayError);
}

/** The editor completes them, and what was unknown may be known now. */
function takeBanks(banks: readonly Bank[]): void {
	const describe = ({ isOwn, variations }: Bank) => `${isOwn ? "yours" : "installed"}${variations > 1 ? `, ${variations}` : ""}`;
	knowledge.samples = banks.map((bank) => ({ name: bank.name, detail: describe(bank) }));
	recheck(editor);
}

function initSamples(): void {
	const panel = new SamplePanel({
		play: (program, title, duration) => { renderAndPlay(program, { duration }, title).catch(sayError); },
		insert: (text) => insertText(editor, text),
		onBanks: takeBanks,
	});
	panel.refresh();
}

writeOptions(draft.options);
initOptions(() => {
	keepDraft();
	estimate();
});
initButtons();
initKeys();
initTheme(() => player.redraw());
const jobs = new JobTable({ open: openJob, retry: retryJob });
initTabs(byId("tabs"), (panel) => jobs.show(panel === "panel-jobs"));
initLibrary();
initSamples();
restoreJob().catch(() => undefined);
editor.focus();
