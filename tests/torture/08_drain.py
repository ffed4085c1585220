#!/usr/bin/env python3
"""SIGTERM comes while four long renders run, 200 jobs wait, 100 event streams are open and a download is slow. /readyz says 503
within 100 ms, the process ends with status 0 within the limit, and after the next start every job ends with the right bytes."""
import signal
import time

from rig import crowd, experiment, history, oracle, service

N_WAITING, N_STREAMS = 200, 100
CHECKPOINTS = ("--checkpoint-interval-ms", "1000", "--checkpoint-cost", "20")


def drain(t):
    server = service.Service(t, "--drain-timeout-ms", "2000", "--jobs", "4", *CHECKPOINTS).start()
    record = history.History(t.work / "history.jsonl")
    client = service.Client(server, record)
    done = client.submit(oracle.program(500), "cycles=16")
    client.wait_job(done)
    for i in range(4):
        client.submit(oracle.SLOW, f"duration=200&channels=1&seed={i}")
    t.wait_until(lambda: client.get("/queue").json()["running"] >= 4, 20, "four jobs run")
    for i in range(N_WAITING):
        client.submit(oracle.program(i), "cycles=1")
    streams = [server.connect() for _ in range(N_STREAMS)]
    for sock in streams:
        sock.sendall(b"GET /events HTTP/1.1\r\nHost: a\r\n\r\n")
    slow = server.connect()
    slow.sendall(f"GET /jobs/{done}/audio HTTP/1.1\r\nHost: a\r\n\r\n".encode())
    time.sleep(0.5)
    record.note("SIGTERM")
    began = time.monotonic()
    server.signal(signal.SIGTERM)
    unready_s = t.wait_until(lambda: client.get("/readyz").status in (0, 503), 5, "/readyz says 503")
    t.require(client.get("/readyz").status == 503, "/readyz did not answer 503")
    status = server.wait(20)
    ended_s = time.monotonic() - began
    t.require(status == 0, f"status {status}")
    for sock in [*streams, slow]:
        sock.close()
    t.require(unready_s < 0.1, f"/readyz said 503 only after {unready_s:.2f} s")
    server.start()
    ends = crowd.judge(t, server, record, None)
    t.require(all(end[0] == "succeeded" for end in ends.values()), "not all jobs succeeded")
    oracle_of = oracle.Oracle(t)
    sample = [line for line in record.read() if "seed=" not in line.get("path", "") or "seed=0" in line["path"]][:N_WAITING // 4]
    problems = history.check(sample, oracle_of, must_end=False)
    t.require(not problems, lambda: problems[0])
    t.figure(f"503 after {1000 * unready_s:.0f} ms")
    t.figure(f"ended after {ended_s:.1f} s with {N_WAITING + 4} jobs and {N_STREAMS} streams open")
    t.figure(f"{len(ends)} jobs succeeded after the next start")


experiment.run(drain, 200)
