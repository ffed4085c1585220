#!/usr/bin/env python3
"""Quotes, comments, wildcards and forged cursors in every parameter. Texts stay texts, cursors that the server did not make are 400,
the table of jobs is what it was."""
import urllib.parse

from rig import experiment, folder, oracle, service

PAYLOADS = ("'; DROP TABLE job; --", "' OR '1'='1", '" OR ""="', "%", "_", "1); DELETE FROM job; --", "\\' --", "x' UNION SELECT 1 --",
            "'||(SELECT sha256 FROM job)||'", "0x27", "；DROP")
QUERIES = ("/jobs?tag={}", "/jobs?state={}", "/jobs?after={}", "/jobs?limit={}", "/jobs?created_after={}", "/samples?bank={}",
           "/samples?after={}", "/batches?after={}", "/jobs/{}", "/batches/{}", "/jobs/{}/deliveries")


def injection(t):
    server = service.Service(t).start()
    client = service.Client(server)
    ids = [client.submit(oracle.program(i), f"cycles=1&tags=tag{i}") for i in range(5)]
    client.wait_all()
    n = 0
    for query in QUERIES:
        for payload in PAYLOADS:
            answer = client.get(query.format(urllib.parse.quote(payload, safe="")))
            n += 1
            t.require(200 <= answer.status < 500, f"{query} {payload}: {answer.status}")
            if query in ("/jobs?after={}", "/batches?after={}"):
                t.require(answer.status == 400, f"a forged cursor was taken: {query} {payload}")
            if query == "/jobs?tag={}" and answer.status == 200 and payload in ("%", "_"):
                t.require(all(not v for v in answer.json().values() if isinstance(v, list)), "a wildcard was one")
    for payload in PAYLOADS:
        client.post("/render?cycles=1", oracle.program(9), Idempotency_Key=urllib.parse.quote(payload))
    client.wait_all()
    t.require(all(client.job(i)["state"] == "succeeded" for i in ids), "a job is missing")
    server.stop()
    problems = folder.check(server.data, ids)
    t.require(not problems, str(problems))
    t.figure(f"{n} requests of an own table of payloads (not sqlmap), {len(ids)} jobs untouched")


experiment.run(injection, 60)
