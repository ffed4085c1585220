#!/usr/bin/env python3
"""Every call that changes the data folder is recorded while clients submit, upload and delete; then the folder is made as a
power failure may leave it, after calls all over the trace, with none, some and all of what was not synced. A server that
starts on it has every job that was accepted before, with its end where a client had seen one, and every file whole."""
import random
import shutil

from rig import crowd, experiment, folder, history, oracle, power, service, work


def record_trace(t):
    """The trace, and what clients were told: [(size of the trace then, job id, state, SHA-256)]."""
    root = t.work / "disk"
    root.mkdir()
    trace = t.work / "trace"
    server = service.Service(
        t, "--io", "pwrite", *work.CHECKPOINTS, data=root / "data",
        env={"LD_PRELOAD": str(t.build / "tests/torture/preload/disk.so"), "TORTURE_DISK_ROOT": str(root),
             "TORTURE_DISK_TRACE": str(trace)})
    told = []

    class Told(history.History):
        """The size of the trace is read after the answer came: what the answer promises is in that much of it."""

        def record(self, method, path, body, headers, answer, began):
            job = answer.json() if answer.status // 100 == 2 else None
            if isinstance(job, dict) and str(job.get("id", "")).startswith("job_"):
                told.append((trace.stat().st_size, job["id"], job["state"], (job.get("result") or {}).get("sha256")))
            super().record(method, path, body, headers, answer, began)

    record = Told(t.work / "history.jsonl")
    for _ in range(2):
        server.start()
        with crowd.Crowd(server, record, n=2, pause_s=0.1):
            work.do(t, service.Client(server, record))
        server.stop()
    return root, trace, record, told


def check_cut(t, data, record, told, size):
    """Starts a server on what the power failure left."""
    lines = record.read()
    gone = history.deleted(lines)
    known = {job_id for at, job_id, *_ in told if at <= size} - gone
    ended = {job_id: (state, sha256) for at, job_id, state, sha256 in told
             if at <= size and state in service.ENDED and job_id not in gone}
    server = service.Service(t, data=data)
    server.start()
    client = service.Client(server)
    client.wait_all()
    for job_id in sorted(known):
        job = client.job(job_id)
        t.require(job and job.get("state") in service.ENDED, f"{job_id} was accepted and is {job}")
        found = (job["state"], (job.get("result") or {}).get("sha256"))
        t.require(ended.get(job_id, found) == found, f"{job_id} was {ended.get(job_id)} and is {found}")
        if found[0] == "succeeded":
            t.require(client.get(f"/jobs/{job_id}/audio").status == 200, f"{job_id} has no file")
    t.require(server.stop() == 0, "the server did not end with status 0")
    problems = folder.check(data, known)
    t.require(not problems, lambda: "; ".join(problems[:3]))
    return len(known)


def power_loss(t):
    root, trace, record, told = record_trace(t)
    entries = list(power.read(trace))
    chance = random.Random(2)
    # Each cut takes about a third of a second.
    n_cuts = min(len(entries), max(20, int(t.seconds(15) * 3)))
    cuts = set(chance.sample(range(len(entries)), n_cuts)) | {len(entries) - 1}
    disk = power.Disk(str(root))
    n_states, n_most = 0, 0
    for number, (size, call, fd, path, offset, data) in enumerate(entries):
        disk.step(call, fd, path, offset, data)
        if number not in cuts:
            continue
        keep = (0, 0.5, 0.9, 1)[n_states % 4]
        target = t.work / "after"
        disk.write_out(target, chance, keep)
        t.figures[:] = [f"after call {number} ({call} {path[len(str(root)):]}), keeping {keep} of what was not synced"]
        n_most = max(n_most, check_cut(t, target / "data", record, told, size))
        shutil.rmtree(target)
        n_states += 1
    t.figures[:] = [f"{n_states} power failures in {len(entries)} calls", f"up to {n_most} jobs accepted before, 0 lost"]


experiment.run(power_loss, 200)
