#!/usr/bin/env python3
"""Headers of 100 KB, ten thousand of them, long targets, NULs, bare line ends, two lengths, a length and a coding, two hosts, codings
that are not known. Each is refused with 4xx or 5xx, or the connection is closed, and no second request is read from it."""
from rig import experiment, service

BAD = {
    "a header of 100 KB": b"GET /livez HTTP/1.1\r\nHost: a\r\nX: " + b"y" * 100000 + b"\r\n\r\n",
    "10,000 headers": b"GET /livez HTTP/1.1\r\nHost: a\r\n" + b"X: y\r\n" * 10000 + b"\r\n",
    "a target of 100 KB": b"GET /" + b"a" * 100000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
    "a bare CR": b"GET /livez HTTP/1.1\r\nHost: a\r\nX: a\rY: b\r\n\r\n",
    "two lengths": b"POST /check HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nout $",
    "a length and a coding": b"POST /check HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two hosts": b"GET /livez HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "no host": b"GET /livez HTTP/1.1\r\n\r\n",
    "an unknown coding": b"POST /check HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
    "a space before the colon": b"GET /livez HTTP/1.1\r\nHost: a\r\nContent-Length : 0\r\n\r\n",
    "a length with a sign": b"POST /check HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\nout $",
}
SECOND = b"GET /version HTTP/1.1\r\nHost: a\r\n\r\n"


def headers(t):
    server = service.Service(t).start()
    client = service.Client(server)
    for name, request in BAD.items():
        answer = server.raw(request + SECOND, 3)
        t.require(not answer or answer[9:10] in b"45", f"{name}: {answer[:80]}")
        t.require(b'"engine' not in answer, f"{name}: the second request was answered")
        t.require(client.get("/livez").status == 200, f"{name}: the server does not answer any more")
    cut = server.raw(b"GET /livez HTTP/1.1\r\nHost: a\r\nX: a\0b\r\nConnection: close\r\n\r\n", 3)
    t.require(cut.count(b"HTTP/1.1 ") <= 1, "a NUL made two requests of one")
    t.figure(f"{len(BAD)} bad heads refused, none followed by a second request (no proxy in front)")
    lines = server.raw(b"POST /check HTTP/1.1\nHost: a\nContent-Length: 3\nTransfer-Encoding: chunked\n\n0\r\n\r\n", 3)
    t.require(lines[9:10] in (b"4", b""), f"bare line ends hid two framings: {lines[:60]}")
    t.figure("bare LFs end a line, as RFC 9112 allows")
    t.figure("a NUL in a value is not refused: libmicrohttpd ends the value there")


experiment.run(headers, 90)
