/** The files of a drop, those in folders too. */
import type { Dropped } from "./sample-names";

/** A folder gives its entries in portions; an empty one is the last. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
	const reader = folder.createReader();
	const all: FileSystemEntry[] = [];
	for (;;) {
		const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
		if (some.length === 0)
			return all.sort((a, b) => a.name.localeCompare(b.name));
		all.push(...some);
	}
}

async function filesOf(entry: FileSystemEntry, folder: string): Promise<Dropped[]> {
	if (entry.isFile) {
		const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
		return [{ file, folder }];
	}
	const entries = await entriesOf(entry as FileSystemDirectoryEntry);
	return (await Promise.all(entries.map((inner) => filesOf(inner, entry.name)))).flat();
}

/** Must be called within the drop event; later there is nothing in it any more. */
export function droppedFiles(transfer: DataTransfer): Promise<Dropped[]> {
	const found = [...transfer.items].filter(({ kind }) => kind === "file").map((item) => {
		const entry = item.webkitGetAsEntry();
		const file = item.getAsFile();
		return entry?.isDirectory ? filesOf(entry, "") : Promise.resolve(file ? [{ file, folder: "" }] : []);
	});
	return Promise.all(found).then((lists) => lists.flat());
}
