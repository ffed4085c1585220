#!/usr/bin/env python3
"""Every write of the server and of SQLite takes half of what it is given. Files are whole and have the same bytes."""
from rig import crowd, experiment, history, oracle, service, work


def short_writes(t):
    root = t.work / "disk"
    root.mkdir()
    server = service.Service(
        t, "--io", "pwrite", *work.CHECKPOINTS, data=root / "data",
        env={"LD_PRELOAD": str(t.build / "tests/torture/preload/disk.so"), "TORTURE_DISK_ROOT": str(root),
             "TORTURE_DISK_SHORT": "1", "TORTURE_DISK_COUNT": str(root / "count")}).start()
    record = history.History(t.work / "history.jsonl")
    client = service.Client(server, record)
    work.do(t, client)
    for i in range(20, 30):
        client.submit(oracle.program(i), "cycles=4")
    ends = crowd.judge(t, server, record, oracle.Oracle(t), n_least=10)
    t.require(all(end[0] == "succeeded" for end in ends.values()), f"jobs ended as {ends}")
    n_calls = int.from_bytes((root / "count").read_bytes(), "little")
    t.figure(f"{n_calls} file calls, {len(ends)} jobs, all bytes right (pwrite; tests/unit/test_artifact has io_uring)")


experiment.run(short_writes, 60)
