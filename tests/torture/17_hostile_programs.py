#!/usr/bin/env python3
"""Programs that nest, repeat, divide and multiply without measure, and options that are no numbers. Each is refused with its place, or
ends by a budget, or is cheap; another client's jobs go on."""
import time

from rig import experiment, oracle, service

PROGRAMS = ["out $ s \"" + "[" * 100000, 'out $ s "<a b>!1000000000"', 'out $ s "bd*1000000000"', 'out $ s "bd(1000000000,1000000000)"',
            "out $ " + "every 2 rev $ " * 5000 + 's "bd"', 'out $ s "{bd*7 sn}%1000000007"', 'out $ fast 1e308 $ s "bd"',
            'out $ s "bd" # speed 1e308', "out $ saw 1e308 # lpf -1e308 # reverb 1e9 1e9 1e9", "~a $ ~a + ~a\nout $ ~a",
            "out $ sine 440 # delay 0.001 1000 1000", "out $ " + "(" * 100000, "\0" * 1000, "out $ s \"" + "bd " * 80000 + '"']
OPTIONS = ["cycles=1e12", "cycles=-1", "cycles=NaN", "duration=inf", "cycles=0", "sample_rate=1", "channels=99999999999999999999"]


def hostile_programs(t):
    server = service.Service(t, "--max-cpu", "5").start()
    client = service.Client(server)
    ids, slowest, n_refused = [], 0, 0
    for program, query in [(p, "cycles=1") for p in PROGRAMS] + [(oracle.program(1), o) for o in OPTIONS]:
        began = time.monotonic()
        answer = client.post(f"/render?{query}", program)
        slowest = max(slowest, time.monotonic() - began)
        t.require(200 <= answer.status < 500, f"{program[:40]} {query}: {answer.status}")
        n_refused += answer.status >= 400
        if answer.status < 300:
            ids.append(answer.json()["id"])
        t.require(answer.status < 300 or "code" in answer.json(), "a refusal without a code")
    other = client.submit(oracle.program(2), "cycles=2")
    began = time.monotonic()
    t.require(client.wait_job(other)["state"] == "succeeded", "another job failed")
    waited = time.monotonic() - began
    for job_id in ids:
        job = client.wait_job(job_id)
        t.require(job["state"] == "succeeded" or job["error"]["code"] != "crashed", f"{job['error']}")
        t.require(job["attempt"] <= 1, "an attempt took the process down")
    t.figure(f"{n_refused} refused, {len(ids)} accepted and ended, the slowest answer after {1000 * slowest:.0f} ms")
    t.figure(f"another job ended after {waited:.1f} s")


experiment.run(hostile_programs, 90)
