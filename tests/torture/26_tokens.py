#!/usr/bin/env python3
"""A hundred threads submit with one Idempotency-Key at once, some with another body, and again after the server was killed. One job;
another body is refused with 409 or 422; what is answered again is the same job."""
from rig import crowd, experiment, history, oracle, service


def tokens(t):
    server = service.Service(t).start()
    record = history.History(t.work / "history.jsonl")
    client = service.Client(server, record)
    answers = []
    t.in_threads([lambda: answers.append(client.post("/render?cycles=1", oracle.program(1), Idempotency_Key="one"))
                  for _ in range(100)])
    ids = {a.json()["id"] for a in answers if a.status in (200, 201, 202)}
    t.require(len(ids) == 1, f"{len(ids)} jobs of one token")
    t.require(all(a.status in (200, 201, 202, 409) for a in answers), f"{ {a.status for a in answers} }")
    other = client.post("/render?cycles=1", oracle.program(2), Idempotency_Key="one")
    t.require(other.status in (409, 422), f"another body: {other.status}")
    record.note("kill")
    server.kill()
    server.start()
    again = client.post("/render?cycles=1", oracle.program(1), Idempotency_Key="one")
    t.require(again.json()["id"] in ids, "after a crash it made another job")
    crowd.judge(t, server, record, oracle.Oracle(t))
    t.figure(f"100 threads, 1 job, another body: {other.status}, the same job after a kill")


experiment.run(tokens, 60)
