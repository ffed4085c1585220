#!/usr/bin/env python3
"""A second SIGTERM ends the process at once; a storm of SIGHUP with good and bad configurations changes no job; a process that was
stopped for longer than its leases and goes on loses nothing and ends no job twice."""
import signal
import time

from rig import crowd, experiment, history, oracle, service

LEASE_S = 15


def signals(t):
    config = t.work / "phonond.conf"
    config.write_text("log_level = info\n")
    server = service.Service(t, "--config", str(config)).start()
    record = history.History(t.work / "history.jsonl")
    client = service.Client(server, record)
    with crowd.Crowd(server, record, n=2):
        for i in range(200):
            config.write_text("log_level = warn\n" if i % 3 else "log_level = nothing such\n")
            server.signal(signal.SIGHUP)
            time.sleep(0.005)
        t.require(server.is_running(), "SIGHUP ended the server")
    t.figure("200 SIGHUP")
    client.submit(oracle.SLOW, "duration=100&channels=1")
    time.sleep(0.2)
    record.note("stopped")
    server.signal(signal.SIGSTOP)
    time.sleep(max(3, min(t.seconds(3), LEASE_S * 4)))
    server.signal(signal.SIGCONT)
    record.note("goes on")
    client.submit(oracle.SLOW, "duration=200&channels=1&seed=3")
    time.sleep(0.3)
    record.note("SIGTERM twice")
    began = time.monotonic()
    server.signal(signal.SIGTERM)
    time.sleep(0.2)
    server.signal(signal.SIGTERM)
    server.wait(10)
    fast_s = time.monotonic() - began
    t.require(fast_s < 5, f"the second SIGTERM took {fast_s:.1f} s")
    config.write_text("log_level = info\n")
    server.start()
    ends = crowd.judge(t, server, record, oracle.Oracle(t))
    t.require(all(end[0] == "succeeded" for end in ends.values()), f"jobs ended as {set(ends.values())}")
    t.figure(f"SIGSTOP for {max(3, min(t.seconds(3), LEASE_S * 4)):.0f} s")
    t.figure(f"second SIGTERM: ended {fast_s:.1f} s after the first")
    t.figure(f"{len(ends)} jobs, one end each")


experiment.run(signals, 200)
