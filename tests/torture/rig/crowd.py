"""Clients that submit all the time, whatever happens to the server."""
import threading
import time

from rig import folder, history, oracle
from rig.service import Client, ENDED


class Crowd:
    """n clients, each in a thread, that submit programs, read jobs and files, cancel some."""

    def __init__(self, service, record, n=3, pause_s=0.03, n_programs=400):
        self.service, self.record, self.pause_s, self.n_programs = service, record, pause_s, n_programs
        self.is_over = threading.Event()
        self.ids = []
        self.threads = [threading.Thread(target=self._work, args=(i, n), daemon=True) for i in range(n)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.is_over.set()
        for thread in self.threads:
            thread.join()

    def _work(self, number, step):
        client = Client(self.service, self.record, timeout_s=10)
        mine = []
        while not self.is_over.is_set():
            answer = client.post("/render?cycles=2", oracle.program(number % self.n_programs))
            job = answer.json() if answer.status in (200, 201, 202) else None
            if job:
                mine.append(job["id"])
                self.ids.append(job["id"])
            if mine and number % 3 == 0:
                self._look(client, mine[number // 3 % len(mine)])
            number += step
            time.sleep(self.pause_s)

    def _look(self, client, job_id):
        job = client.job(job_id)
        if job and job.get("state") == "succeeded":
            client.get(f"/jobs/{job_id}/audio")


def ends_of(lines):
    """{id: (state, error code)} of the jobs that were seen to have ended."""
    ends = {}
    for line in lines:
        job = line.get("answer") or {}
        if isinstance(job, dict) and job.get("state") in ENDED:
            ends[job["id"]] = (job["state"], (job.get("error") or {}).get("code"))
    return ends


def judge(t, server, record, oracle_of, n_least=1):
    """At the end of an experiment, with a server that runs: every accepted job ends, and the checkers find nothing. Stops it;
    ends_of() the jobs."""
    client = Client(server, record)
    client.wait_all(120)
    ids = list(history.accepted(record.read()))
    t.require(len(ids) >= n_least, f"only {len(ids)} jobs were accepted")
    client.read_all(ids)
    t.require(server.stop() == 0, "the server did not end with status 0")
    lines = record.read()
    problems = history.check(lines, oracle_of) + folder.check(server.data, set(ids) - history.deleted(lines))
    t.require(not problems, lambda: f"{len(problems)} violations: " + "; ".join(problems[:4]))
    ends = ends_of(lines)
    return {job_id: ends[job_id] for job_id in ids if job_id in ends}
