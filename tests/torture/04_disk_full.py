#!/usr/bin/env python3
"""The data folder is a file system of 32 MiB, and clients render until it is full. Submissions get 507, /readyz says 503, reads go
on, the server stays; when there is space again it recovers by itself, and the checkers find nothing."""
import subprocess
import time

from rig import crowd, experiment, history, oracle, service


def mount_small(t):
    disk = t.work / "disk"
    disk.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", disk], capture_output=True, text=True, check=False)
    if made.returncode:
        raise experiment.Skipped(f"no file system can be mounted here: {made.stderr.strip()}")
    t.defer(subprocess.run, ["umount", "-l", disk])
    return disk


def disk_full(t):
    disk = mount_small(t)
    ballast = disk / "ballast"
    ballast.write_bytes(bytes(12 << 20))
    server = service.Service(t, data=disk / "data").start()
    record = history.History(t.work / "history.jsonl")
    client = service.Client(server, record)
    first = client.submit(oracle.program(0), "cycles=1")
    client.wait_job(first)
    record.note("the disk becomes full")
    n_made, refused, end = 0, 0, time.monotonic() + t.seconds(20)
    is_unready = False
    while time.monotonic() < end and not (refused and is_unready):
        answer = client.post("/render?cycles=8", oracle.program(n_made))
        n_made += 1
        refused += answer.status == 507
        t.require(answer.status in (200, 201, 202, 507), f"a submission got {answer.status}: {answer.body[:200]}")
        is_unready = is_unready or client.get("/readyz").status == 503
        if n_made > 20 and not refused:
            # What is left is less than a file: the rows fill it.
            with open(disk / "more", "ab") as more:
                try:
                    more.write(bytes(1 << 20))
                except OSError:
                    pass
        time.sleep(0.05)
    t.require(server.is_running(), "the server ended")
    t.require(is_unready, "/readyz never said 503")
    t.require(client.get(f"/jobs/{first}/audio").status == 200, "a file cannot be read while the disk is full")
    ballast.unlink()
    (disk / "more").unlink(missing_ok=True)
    record.note("there is space again")
    recovered_s = t.wait_until(lambda: client.get("/readyz").status == 200, 30, "/readyz says 200")
    client.submit(oracle.program(999), "cycles=1")
    ends = crowd.judge(t, server, record, oracle.Oracle(t))
    n_whole = sum(end[0] == "succeeded" for end in ends.values())
    t.figure(f"{len(ends)} jobs accepted, {n_whole} succeeded, {len(ends) - n_whole} failed for want of space, 0 lost")
    t.figure(f"{refused} answers of 507")
    t.figure(f"ready {recovered_s:.1f} s after there was space")


experiment.run(disk_full, 150)
