"""A data folder, looked at while no server runs: every row has its file, every file its row, nothing half-made is left."""
import hashlib
import pathlib
import re
import sqlite3

ARTIFACT = re.compile(r"([0-9a-f]{64})\.(wav|s\d+)")


def rows(data, sql, *values):
    connection = sqlite3.connect(pathlib.Path(data) / "phonond.db")
    try:
        return connection.execute(sql, values).fetchall()
    finally:
        connection.close()


def _digest(path):
    return hashlib.sha256(path.read_bytes()).digest()


def _check_artifacts(data):
    results = {content.hex(): (job, size, sha256) for job, content, size, sha256 in rows(
        data, "SELECT id, content_hash, bytes, sha256 FROM job WHERE state = 'succeeded' AND is_expired = 0")}
    found = set()
    for path in sorted((data / "artifacts").glob("*/*")):
        name = ARTIFACT.fullmatch(path.name)
        if not name or path.parent.name != path.name[:2]:
            yield f"artifacts/{path.name} is not named like a result"
        elif name.group(1) not in results:
            yield f"artifacts/{path.name} has no row"
        elif name.group(2) == "wav":
            found.add(name.group(1))
            job, size, sha256 = results[name.group(1)]
            if path.stat().st_size != size or _digest(path) != sha256:
                yield f"{job} says that it succeeded, and its file is not whole"
    for content in sorted(set(results) - found):
        yield f"{results[content][0]} says that it succeeded, and has no file"


def _check_samples(data):
    known = {digest.hex() for (digest,) in rows(data, "SELECT digest FROM sample_file")}
    named = {digest.hex() for (digest,) in rows(data, "SELECT digest FROM sample")}
    files = sorted(path.name for path in (data / "samples").iterdir())
    for name in files:
        if name.split(".")[0] not in known:
            yield f"samples/{name} has no row"
    for digest in sorted(named):
        for name in (f"{digest}.audio", f"{digest}.pcm"):
            if name not in files:
                yield f"a sample has a name and no file samples/{name}"
        if f"{digest}.audio" in files and _digest(data / "samples" / f"{digest}.audio").hex() != digest:
            yield f"samples/{digest}.audio has other bytes than its name says"


def check(data, ids=()):
    """A list of what is wrong; ids: jobs that must be there."""
    data = pathlib.Path(data)
    problems = []
    if rows(data, "PRAGMA integrity_check") != [("ok",)]:
        problems.append("the database is damaged")
    problems.extend(f"tmp/{path.name} is left" for path in sorted((data / "tmp").iterdir()))
    problems.extend(_check_artifacts(data))
    problems.extend(_check_samples(data))
    live = {content.hex() for (content,) in rows(
        data, "SELECT content_hash FROM job WHERE state IN ('scheduled','queued','running','finalizing')")}
    problems.extend(f"checkpoints/{path.name} is left" for path in sorted((data / "checkpoints").iterdir())
                    if path.name[:64] not in live)
    there = {job for (job,) in rows(data, "SELECT id FROM job")}
    problems.extend(f"{job} was accepted and has no row" for job in ids if job not in there)
    return problems
