#!/usr/bin/env python3
"""Bodies of a gigabyte announced, chunks without end, lengths that lie. 413 before anything is read, or a cut at the cap, or 400 and
408; the memory of the server stays flat and others are served."""
import time

from rig import experiment, oracle, service


def status_of(answer):
    return int(answer[9:12]) if answer.startswith(b"HTTP/1.1 ") else 0


def bodies(t):
    server = service.Service(t, "--body-timeout-ms", "1500").start()
    client = service.Client(server)
    client.wait_job(client.submit(oracle.program(1)))
    before = server.rss_mib()
    head = b"POST /render HTTP/1.1\r\nHost: a\r\n"
    announced = server.raw(head + b"Content-Length: 1073741824\r\n\r\n")
    t.require(status_of(announced) == 413, f"a gigabyte announced: {announced[:60]}")
    piece = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    endless = server.raw(head + b"Transfer-Encoding: chunked\r\n\r\n" + piece * 400)
    t.require(status_of(endless) in (0, 413), f"endless chunks: {endless[:60]}")
    began = time.monotonic()
    short = server.raw(head + b"Content-Length: 100\r\n\r\nout $ s", 8)
    t.require(status_of(short) in (0, 400, 408) and time.monotonic() - began < 6, f"a body that never comes: {short[:60]}")
    long = server.raw(head + b"Content-Length: 12\r\n\r\nout $ sine 440\r\n\r\nGET /jobs HTTP/1.1\r\nHost: a\r\n\r\n", 3)
    t.require(long.count(b"HTTP/1.1 2") <= 1, f"more than announced: {long[:200]}")
    grown = server.rss_mib() - before
    t.require(grown < 20, f"the server grew by {grown:.0f} MiB")
    t.require(client.get("/readyz").status == 200, "not ready afterwards")
    t.figure(f"4 kinds of bodies, memory grew by {grown:.1f} MiB")


experiment.run(bodies, 60)
