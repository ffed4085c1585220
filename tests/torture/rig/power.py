"""Power failures, replayed from a trace of preload/disk.c.

What is modelled is what POSIX promises and no more. The bytes of a file are on the disk once it was synced; a name (made, moved,
removed) once its folder was. Of everything later any part may be there, in any order: each unsynced write alone, the last
of them cut at a sector, each unsynced name alone. A move is one step. This is what a disk may do that has a cache, under a
file system without a journal of names; ext4 and XFS do better.

The calls of a process that writes through io_uring do not pass the library, so it is run with --io=pwrite: the order of the steps
(storage/artifact.c) is the same for both."""
import os
import pathlib

SECTOR = 512


class File:
    def __init__(self):
        self.durable = bytearray()
        self.pending = []  # (offset, bytes), or (length, None) for a truncation


def _apply(content, change):
    offset, data = change
    if data is None:
        if len(content) > offset:
            del content[offset:]
        else:
            content.extend(bytes(offset - len(content)))
    else:
        if len(content) < offset:
            content.extend(bytes(offset - len(content)))
        content[offset:offset + len(data)] = data


class Disk:
    """The state of a folder after some of the calls of a trace."""

    def __init__(self, root):
        self.root = root
        self.names, self.folders = {}, {root}  # as the processes see them
        self.durable_names, self.durable_folders = {}, {root}
        self.pending = []  # (folders that it concerns, what, path, file, new path)
        self.fds = {}

    def step(self, call, fd, path, offset, data):
        getattr(self, f"_{call}")(fd, path, offset, data)

    def _open(self, fd, path, flags, _data):
        if flags & os.O_CREAT and path not in self.names and path not in self.folders:
            self.names[path] = File()
            self.pending.append(({os.path.dirname(path)}, "make", path, self.names[path], None))
        elif flags & os.O_TRUNC and path in self.names:
            self.names[path].pending.append((0, None))
        self.fds[fd] = path if path in self.folders else self.names.get(path)

    def _close(self, fd, *_):
        self.fds.pop(fd, None)

    def _mkdir(self, _fd, path, *_):
        self.folders.add(path)
        self.pending.append(({os.path.dirname(path)}, "mkdir", path, None, None))

    def _rename(self, _fd, path, _offset, data):
        new = data.decode()
        self.names[new] = self.names.pop(path)
        folders = {os.path.dirname(path), os.path.dirname(new)}
        self.pending.append((folders, "rename", path, self.names[new], new))

    def _unlink(self, _fd, path, *_):
        self.pending.append(({os.path.dirname(path)}, "unlink", path, self.names.pop(path, None), None))

    def _write(self, fd, _path, offset, data):
        self.fds[fd].pending.append((offset, data))

    def _truncate(self, fd, _path, length, _data):
        self.fds[fd].pending.append((length, None))

    def _allocate(self, *_):
        pass

    def _sync(self, fd, *_):
        what = self.fds.get(fd)
        if isinstance(what, File):
            for change in what.pending:
                _apply(what.durable, change)
            what.pending.clear()
        elif what is not None:
            for change in [c for c in self.pending if what in c[0]]:
                _change_name(self.durable_names, self.durable_folders, change)
            self.pending = [c for c in self.pending if what not in c[0]]

    def write_out(self, target, chance, keep):
        """Makes the folder as it may be found. keep: how likely an unsynced change is there, 0 to 1."""
        names, folders = dict(self.durable_names), set(self.durable_folders)
        for change in self.pending:
            if chance.random() < keep:
                _change_name(names, folders, change)
        for folder in sorted(folders):
            if all(str(parent) in folders for parent in _between(folder, self.root)):
                pathlib.Path(_moved(folder, self.root, target)).mkdir(parents=True, exist_ok=True)
        for path, file in names.items():
            out = pathlib.Path(_moved(path, self.root, target))
            if out.parent.is_dir():
                out.write_bytes(_content_of(file, chance, keep))


def _change_name(names, folders, change):
    _, what, path, file, new = change
    if what == "mkdir":
        folders.add(path)
    elif what == "make":
        names[path] = file
    elif what == "unlink":
        names.pop(path, None)
    else:
        if names.get(path) is file:
            del names[path]
        names[new] = file


def _content_of(file, chance, keep):
    content = bytearray(file.durable)
    for number, (offset, data) in enumerate(file.pending):
        if chance.random() >= keep:
            continue
        if data is not None and number == len(file.pending) - 1 and keep < 1 and len(data) > SECTOR:
            data = data[:chance.randrange(0, len(data), SECTOR)]
        _apply(content, (offset, data))
    return content


def _between(path, root):
    parent = pathlib.Path(path)
    while str(parent) != root:
        parent = parent.parent
        yield parent


def _moved(path, root, target):
    return str(target) + path[len(root):]


def read(trace):
    """The entries of a trace: (end in the file, call, fd, path, offset, data)."""
    with open(trace, "rb") as lines:
        while line := lines.readline():
            call, fd, path, offset, size, result = line.decode().split()
            data = lines.read(int(size))
            yield lines.tell(), call, int(result) if call == "open" else int(fd), path, int(offset), data
