#!/usr/bin/env python3
"""Violations are planted in a record of calls and in a data folder that are in order. The checkers find nothing before, and each
of them after."""
import copy
import shutil
import sqlite3

from rig import crowd, experiment, folder, history, oracle, service


def make(t):
    """A good record and folder, and the oracle."""
    server = service.Service(t).start()
    record = history.History(t.work / "history.jsonl")
    client = service.Client(server, record)
    for i in range(6):
        job_id = client.submit(oracle.program(i), "cycles=1")
        client.wait_job(job_id)
    client.call("PUT", "/samples/drums/one", made_sample(t))
    oracle_of = oracle.Oracle(t)
    crowd.judge(t, server, record, oracle_of)
    return record.read(), server.data, oracle_of


def made_sample(t):
    import subprocess  # pylint: disable=import-outside-toplevel
    path = t.work / "sample.wav"
    subprocess.run([t.phonond, "render", "-", str(path), "--duration", "0.2", "--quiet"], input=b'out $ s "bd"', check=True)
    return path.read_bytes()


def last_answer(lines, job_id):
    return [line for line in lines if isinstance(line.get("answer"), dict) and line["answer"].get("id") == job_id][-1]


def lose(lines, job_id):
    line = last_answer(lines, job_id)
    line["status"], line["answer"] = 404, {"title": "there is no such job"}


def end_twice(lines, job_id):
    line = copy.deepcopy(last_answer(lines, job_id))
    line["answer"]["state"], line["answer"]["result"] = "failed", None
    line["began"] = line["ended"] = line["ended"] + 1
    lines.append(line)


def go_back_from_the_end(lines, job_id):
    line = copy.deepcopy(last_answer(lines, job_id))
    line["answer"]["state"] = "running"
    line["began"] = line["ended"] = line["ended"] + 1
    lines.append(line)


def go_back(lines, job_id):
    first = next(line for line in lines if isinstance(line.get("answer"), dict) and line["answer"].get("id") == job_id)
    place = lines.index(first)
    for state, after_s in (("finalizing", 1e-6), ("queued", 2e-6)):
        line = copy.deepcopy(first)
        line["answer"]["state"] = state
        line["began"] = line["ended"] = first["ended"] + after_s
        place += 1
        lines.insert(place, line)


def never_end(lines, job_id):
    for line in lines:
        if isinstance(line.get("answer"), dict) and line["answer"].get("id") == job_id:
            line["answer"]["state"] = "running"


def change_audio(lines, job_id):
    next(line for line in lines if line.get("path") == f"/jobs/{job_id}/audio")["sha256"] = "0" * 64


def change_audio_and_row(lines, job_id):
    for line in lines:
        if line.get("path") == f"/jobs/{job_id}/audio":
            line["sha256"] = "0" * 64
        elif isinstance(line.get("answer"), dict) and line["answer"].get("id") == job_id and line["answer"].get("result"):
            line["answer"]["result"]["sha256"] = "0" * 64


PLANTED_IN_RECORD = [
    (lose, "is missing"), (end_twice, "ended twice"), (go_back_from_the_end, "went back from succeeded"),
    (go_back, "went back from finalizing"), (never_end, "did not end"),
    (change_audio, "not the one that its job describes"), (change_audio_and_row, "has not the bytes")]


def first_file(data, pattern):
    return sorted(data.glob(pattern))[0]


def run_sql(data, sql):
    with sqlite3.connect(data / "phonond.db") as connection:
        connection.execute(sql)
    connection.close()


def damage_database(data):
    path = data / "phonond.db"
    content = bytearray(path.read_bytes())
    content[4096 * 3:4096 * 4] = b"\xff" * 4096
    path.write_bytes(content)


PLANTED_IN_FOLDER = [
    (lambda d: first_file(d, "artifacts/*/*.wav").unlink(), "has no file"),
    (lambda d: first_file(d, "artifacts/*/*.wav").write_bytes(b"RIFF"), "its file is not whole"),
    (lambda d: (d / "artifacts/00" / ("00" * 32 + ".wav")).write_bytes(b""), "has no row"),
    (lambda d: (d / "tmp/17.part").write_bytes(b""), "tmp/17.part is left"),
    (lambda d: (d / "checkpoints" / ("00" * 32 + ".frames")).write_bytes(b""), "is left"),
    (lambda d: (d / "samples" / ("00" * 32 + ".pcm")).write_bytes(b""), "has no row"),
    (lambda d: first_file(d, "samples/*.audio").unlink(), "no file samples/"),
    (lambda d: first_file(d, "samples/*.audio").write_bytes(b"RIFF"), "other bytes than its name"),
    (lambda d: run_sql(d, "DELETE FROM job WHERE id = (SELECT min(id) FROM job)"), "was accepted and has no row"),
    (damage_database, "damaged"),
]


def plant(t):
    lines, data, oracle_of = make(t)
    ids = list(history.accepted(lines))
    for spoil, wanted in PLANTED_IN_RECORD:
        spoiled = copy.deepcopy(lines)
        spoil(spoiled, ids[2])
        problems = history.check(spoiled, oracle_of)
        t.require(any(wanted in p and ids[2] in p for p in problems), f"{spoil.__name__} was not found: {problems}")
    for number, (spoil, wanted) in enumerate(PLANTED_IN_FOLDER):
        copied = t.work / f"spoiled{number}"
        shutil.copytree(data, copied)
        spoil(copied)
        try:
            problems = folder.check(copied, ids)
        except sqlite3.DatabaseError as problem:
            problems = [f"the database is damaged: {problem}"]
        t.require(any(wanted in p for p in problems), f"not found: {wanted}: {problems}")
    t.figures.clear()
    t.figure(f"{len(PLANTED_IN_RECORD)} of {len(PLANTED_IN_RECORD)} violations found in a record")
    t.figure(f"{len(PLANTED_IN_FOLDER)} of {len(PLANTED_IN_FOLDER)} in a folder")


experiment.run(plant, 60)
