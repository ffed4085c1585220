#!/usr/bin/env python3
"""Jobs are canceled at random moments from their submission to their end. Each has exactly one end; a canceled one has no file; to
cancel again changes nothing."""
import random
import time

from rig import crowd, experiment, history, oracle, service


def cancel_race(t):
    server = service.Service(t).start()
    record = history.History(t.work / "history.jsonl")
    end = time.monotonic() + t.seconds(10)

    def work(number):
        client, chance = service.Client(server, record), random.Random(number)
        while time.monotonic() < end:
            number += 3
            job_id = client.submit(oracle.program(number), "cycles=2")
            time.sleep(chance.random() * 0.04)
            first = client.post(f"/jobs/{job_id}/cancel")
            second = client.post(f"/jobs/{job_id}/cancel")
            t.require(first.status == 200 and second.status == 200, f"cancel: {first.status}, {second.status}")

    t.in_threads([lambda n=n: work(n) for n in range(3)])
    ends = crowd.judge(t, server, record, oracle.Oracle(t), n_least=20)
    states = [end[0] for end in ends.values()]
    t.require(set(states) <= {"succeeded", "canceled"}, f"{set(states)}")
    t.figure(f"{len(ends)} jobs, {states.count('canceled')} canceled, {states.count('succeeded')} succeeded, one end each")


experiment.run(cancel_race, 90)
