#!/usr/bin/env python3
"""Clients submit, read and download all the time. After a warm-up, memory, descriptors, threads and the size of the log of the
database stay flat; the checkers find nothing. Reports of sanitizers and valgrind over the whole suite are `make check-memory` and
`make check-threads`."""
import time

from rig import crowd, experiment, history, oracle, service


def soak(t):
    server = service.Service(t, "--store-max-bytes", str(200 << 20)).start()
    record = history.History(t.work / "history.jsonl")
    seconds = t.seconds(20)
    samples = []
    with crowd.Crowd(server, record, n=3, pause_s=0.1, n_programs=60):
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            time.sleep(0.5)
            wal = server.data / "phonond.db-wal"
            samples.append((server.rss_mib(), server.n_descriptors(), server.n_threads(), wal.stat().st_size >> 20))
    ends = crowd.judge(t, server, record, oracle.Oracle(t))
    half = len(samples) // 2
    first, last = [[max(column) for column in zip(*part)] for part in (samples[:half], samples[half:])]
    t.figure(f"{seconds:.0f} s, {len(ends)} jobs, {record.n} calls")
    for name, before, after, slack in zip(("MiB", "descriptors", "threads", "MiB of log"), first, last, (24, 12, 4, 8)):
        t.figure(f"{after:.0f} {name}")
        t.require(after <= before + slack, f"{name} grew from {before:.0f} to {after:.0f}")


experiment.run(soak, 200)
