#!/usr/bin/env python3
"""The server is killed (SIGKILL) again and again while clients submit, read and download. No accepted job is lost, each ends
once, its file has the bytes of `phonond render`, nothing half-written is left, the database is whole."""
import random
import signal
import time

from rig import crowd, experiment, history, oracle, service

RUN_S = (0.15, 0.9)  # between two kills


def kill(t):
    server = service.Service(t).start()
    record = history.History(t.work / "history.jsonl")
    chance = random.Random(1)
    n_kills = 0
    end = time.monotonic() + t.seconds(20)
    with crowd.Crowd(server, record):
        while time.monotonic() < end:
            time.sleep(chance.uniform(*RUN_S))
            record.note("kill")
            server.signal(signal.SIGKILL)
            t.require(server.wait(10) == -signal.SIGKILL, "it ended before it was killed")
            server.start()
            n_kills += 1
    ends = crowd.judge(t, server, record, oracle.Oracle(t), n_least=n_kills)
    bad = [end for end in ends.values() if end not in (("succeeded", None), ("failed", "crashed"))]
    t.require(not bad, f"jobs ended as {bad[:3]}")
    n_whole = sum(end[0] == "succeeded" for end in ends.values())
    t.require(n_whole * 10 >= len(ends) * 9, f"only {n_whole} of {len(ends)} succeeded")
    t.figure(f"{n_kills} kills")
    t.figure(f"{len(ends)} jobs accepted, 0 lost")
    t.figure(f"{n_whole} succeeded, the others were in progress at each of three kills")


experiment.run(kill, 240)
