#!/usr/bin/env python3
"""A build with --enable-crash-points kills itself at each of its named points in turn: between write, fsync, rename and commit, in
checkpoints, migrations and the sweep. Afterwards there is the old state or the new one: no accepted job is lost, none has
succeeded without its whole file."""
import os
import signal
import subprocess

from rig import crowd, experiment, history, oracle, service, work


def points_of(t):
    """The binary with crash points, and their names."""
    binary = os.environ.get("PHONOND_CRASHING") or t.phonond
    listed = subprocess.run([binary, "crash-points"], capture_output=True, text=True, check=False)
    if listed.returncode:
        raise experiment.Skipped("this build has no crash points: configure with --enable-crash-points, or name one that has "
                                 "by PHONOND_CRASHING")
    return binary, listed.stdout.split()


def leave_something(data):
    """What a sweep finds."""
    (data / "tmp").mkdir(parents=True, exist_ok=True)
    (data / "tmp" / "7.part").write_bytes(b"half")


def crash_at(t, binary, point, time_of, oracle_of):
    """True when the process came by and was killed."""
    data = t.work / f"{point}-{time_of}"
    record = history.History(t.work / f"{point}-{time_of}.jsonl")
    io = "auto" if time_of == 1 else "pwrite"
    server = service.Service(t, "--io", io, *work.CHECKPOINTS, data=data, binary=binary,
                             env={"PHONOND_CRASH_POINT": f"{point}:{time_of}"})
    leave_something(data)
    client = service.Client(server, record, timeout_s=10)
    try:
        server.start()
        work.do(t, client)
        if server.is_running():
            server.stop()
    except service.NotStarted:
        pass
    status = server.process.returncode
    t.require(status in (0, -signal.SIGKILL), f"at {point} the server ended with {status}")
    record.note("crash")
    leave_something(data)
    server.env = {}
    server.start()
    client.submit(oracle.program(90), "cycles=1")
    crowd.judge(t, server, record, oracle_of)
    return status == -signal.SIGKILL


def crash_points(t):
    binary, points = points_of(t)
    oracle_of = oracle.Oracle(t)
    n_times = max(1, int(t.seconds(0) // 60))
    n_crashes = 0
    for point in points:
        for time_of in range(1, n_times + 1):
            t.figures[:] = [f"at {point}:{time_of}"]
            is_reached = crash_at(t, binary, point, time_of, oracle_of)
            t.require(is_reached or time_of > 1, f"nothing came by {point}")
            n_crashes += is_reached
    t.figures.clear()
    t.figure(f"{len(points)} points, {n_crashes} crashes, nothing lost")


experiment.run(crash_points, 300)
