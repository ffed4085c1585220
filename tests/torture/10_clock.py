#!/usr/bin/env python3
"""The wall clock jumps a day forward and two back while jobs run, wait, and are kept for an hour. Nothing expires, no lease is lost,
every job ends once."""
import struct
import time

from rig import crowd, experiment, history, oracle, service

DAY_S = 86400


def clock(t):
    moved = t.work / "clock"
    moved.write_bytes(struct.pack("<q", 0))
    server = service.Service(t, env={"LD_PRELOAD": str(t.build / "tests/torture/preload/clock.so"), "TORTURE_CLOCK": str(moved)})
    server.start()
    record = history.History(t.work / "history.jsonl")
    client = service.Client(server, record)
    kept = client.submit(oracle.program(1), "cycles=1&expires_after=3600")
    client.wait_job(kept)
    long_job = client.submit(oracle.SLOW, "duration=1200&channels=1")
    for by_s in (DAY_S, -DAY_S, 0, 3 * DAY_S, 0):
        with open(moved, "r+b") as out:
            out.write(struct.pack("<q", by_s))
        for i in range(10):
            client.submit(oracle.program(10 + i + abs(by_s) // 1000), "cycles=1")
        time.sleep(max(0.5, t.seconds(3) / 5))
        t.require(client.get(f"/jobs/{kept}/audio").status == 200, f"a result is gone after a jump to {by_s} s")
        t.require(client.get("/readyz").status == 200, f"not ready after a jump to {by_s} s")
    ends = crowd.judge(t, server, record, oracle.Oracle(t))
    t.require(all(end[0] == "succeeded" for end in ends.values()), f"jobs ended as {set(ends.values())}")
    t.require(long_job in ends, "the long job is missing")
    t.figure(f"5 jumps of up to 3 days, {len(ends)} jobs succeeded, nothing expired")


experiment.run(clock, 120)
