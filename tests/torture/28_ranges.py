#!/usr/bin/env python3
"""Range headers of every shape, with If-Range and HEAD, and a download that goes on after each kill of the server. Answers are those
of RFC 9110; the bytes are those of the file."""
import hashlib
import random

from rig import experiment, oracle, service


def ranges(t):
    server = service.Service(t).start()
    client = service.Client(server)
    job_id = client.submit(oracle.program(1), "cycles=16")
    job = client.wait_job(job_id)
    path = f"/jobs/{job_id}/audio"
    answer = client.get(path)
    whole, etag, size = answer.body, answer.header("etag"), len(answer.body)
    chance, n = random.Random(3), 0
    for _ in range(300):
        a, b = sorted(chance.randrange(size) for _ in range(2))
        text, wanted = chance.choice([(f"{a}-{b}", whole[a:b + 1]), (f"{a}-", whole[a:]), (f"-{b + 1}", whole[-b - 1:]),
                                      (f"{a}-{10 ** 30}", whole[a:])])
        answer = client.get(path, Range=f"bytes={text}")
        n += 1
        t.require(answer.status == 206 and answer.body == wanted, f"bytes={text}: {answer.status}, {len(answer.body)} bytes")
    for text, statuses in (("5-2", (200, 416)), (f"{size}-", (416,)), ("-0", (416,)), ("x", (200, 416)), ("0-0,2-2", (200, 206)),
                           (",".join(f"{i}-{i}" for i in range(0, 2000, 2)), (200, 416)), (f"{10 ** 40}-", (200, 416)),
                           ("0-9,5-20", (200, 206)), ("-1", (206,))):
        answer = client.get(path, Range=f"bytes={text}")
        n += 1
        t.require(answer.status in statuses, f"bytes={text[:30]}: {answer.status}")
        t.require(answer.status != 200 or answer.body == whole, f"bytes={text[:30]}: not the whole")
    t.require(client.get(path, Range="bytes=0-9", If_Range='"stale"').body == whole, "a stale If-Range gave a part")
    t.require(client.get(path, Range="bytes=0-9", If_Range=etag).body == whole[:10], "If-Range gave no part")
    t.require(client.call("HEAD", path, Range="bytes=0-9").body == b"", "HEAD has a body")
    got, n_kills = b"", 0
    while len(got) < size:
        with server.connect() as sock:
            sock.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\nRange: bytes={len(got)}-\r\nIf-Range: {etag}\r\n\r\n".encode())
            answer = b""
            while b"\r\n\r\n" not in answer or len(answer) < min(size // 6, size - len(got)):
                answer += sock.recv(65536)
            server.kill()
        got += answer.partition(b"\r\n\r\n")[2]
        server.start()
        n_kills += 1
    t.require(hashlib.sha256(got).hexdigest() == job["result"]["sha256"], "the pieces are not the file")
    t.figure(f"{n} ranges, a download over {n_kills} kills has the right digest")


experiment.run(ranges, 60)
