#!/usr/bin/env python3
"""Each call in turn that SQLite or the server makes to write, sync, cut, rename, remove or make a file fails with EIO, and so do all
that follow it with ENOSPC. The server does not crash; jobs fail or are rendered again, none succeeds without its whole file; a
start without faults finds everything that was accepted."""
import signal
import time

from rig import crowd, experiment, history, oracle, service, work


def run_with(t, name, fault, oracle_of):
    """One life with the fault and one without; how many calls were made in the first."""
    root = t.work / name
    root.mkdir()
    record = history.History(t.work / f"{name}.jsonl")
    server = service.Service(
        t, "--io", "pwrite", *work.CHECKPOINTS, data=root / "data",
        env={"LD_PRELOAD": str(t.build / "tests/torture/preload/disk.so"), "TORTURE_DISK_ROOT": str(root),
             "TORTURE_DISK_COUNT": str(root / "count"), **fault})
    client = service.Client(server, record, timeout_s=10)
    record.note("a fault")
    try:
        server.start()
        for i in range(2):
            job = client.post("/render?cycles=1", oracle.program(i)).json() or {}
            work.wait(client, job.get("id"), 4)
        client.call("PUT", "/samples/drums/one", work.sample(t))
        server.signal(signal.SIGTERM)
        end = time.monotonic() + 3
        while server.is_running() and time.monotonic() < end:
            time.sleep(0.01)
        t.require(server.process.poll() in (None, 0), f"the server ended with {server.process.poll()}")
    except service.NotStarted as problem:
        t.require(problem.status > 0, f"the start ended by signal {-problem.status}")
    server.kill()
    n_calls = int.from_bytes((root / "count").read_bytes(), "little")
    record.note("no fault")
    server.env = {}
    server.start()
    client.submit(oracle.program(7), "cycles=1")
    ends = crowd.judge(t, server, record, oracle_of)
    t.require(all(end[0] == "succeeded" or end[1] in ("io_error", "no_space", "insufficient_storage", "io") for end in ends.values()),
              f"jobs ended as {ends}")
    return n_calls


def file_errors(t):
    oracle_of = oracle.Oracle(t)
    n_calls = run_with(t, "none", {}, oracle_of)
    end = time.monotonic() + t.seconds(25)
    n_runs, tried, step = 0, 0, 0.618034
    kinds = (("TORTURE_DISK_FAIL", "5"), ("TORTURE_DISK_FROM", "28"))
    # All of them when there is time; spread over the run when there is not.
    order = range(1, n_calls + 1) if t.seconds(25) > 2 * n_calls else None
    while time.monotonic() < end and tried < 2 * n_calls:
        n = order[tried // 2] if order else 1 + int((tried // 2 + 1) * step * n_calls) % n_calls
        kind, errnum = kinds[tried % 2]
        t.figures[:] = [f"{kind}={n}:{errnum}"]
        run_with(t, f"{kind[-4:]}{n}-{tried}", {kind: f"{n}:{errnum}"}, oracle_of)
        tried += 1
        n_runs += 1
    t.figures[:] = [f"{n_runs} faults at calls among {n_calls}, nothing lost, no crash"]


experiment.run(file_errors, 240)
