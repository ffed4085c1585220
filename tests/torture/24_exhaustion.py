#!/usr/bin/env python3
"""No descriptors are left for connections, address space is short, and allocations of the command line fail one after the other. No
crash; the server answers again when there are descriptors."""
import os
import resource
import subprocess
import time

from rig import experiment, oracle, service


def few_descriptors():
    resource.setrlimit(resource.RLIMIT_NOFILE, (96, 96))


def exhaustion(t):
    server = service.Service(t, limits=few_descriptors).start()
    client = service.Client(server)
    sockets = [server.connect(2) for _ in range(150)]
    time.sleep(1)
    t.require(server.is_running(), "it ended without descriptors")
    for sock in sockets:
        sock.close()
    t.wait_until(lambda: client.get("/livez").status == 200, 20, "it answers again")
    t.require(client.wait_job(client.submit(oracle.program(1)))["state"] == "succeeded", "no job any more")
    server.stop()
    source = t.work / "program.ph"
    source.write_text(oracle.program(1))
    count = t.work / "count"
    preload = {**os.environ, "LD_PRELOAD": str(t.build / "tests/torture/preload/memory.so")}
    command = [t.phonond, "render", str(source), str(t.work / "out.wav"), "--cycles", "1", "--quiet", "--threads", "1"]
    subprocess.run(command, env={**preload, "TORTURE_MEMORY_COUNT": str(count)}, check=True, capture_output=True)
    n_all, tried = int(count.read_text()), 0
    end = time.monotonic() + t.seconds(10)
    while time.monotonic() < end and tried < n_all:
        n = tried + 1 if t.seconds(10) > 0.05 * n_all else 1 + int((tried + 1) * 0.618034 * n_all) % n_all
        made = subprocess.run(command, env={**preload, "TORTURE_MEMORY": str(n)}, check=False, capture_output=True)
        t.require(made.returncode >= 0, f"without allocation {n} it died by signal {-made.returncode}: {made.stderr[-200:]}")
        tried += 1
    t.figure(f"150 connections for 96 descriptors, {tried} of {n_all} allocations failed in turn, no crash")


experiment.run(exhaustion, 90)
