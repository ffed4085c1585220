"""A record of calls, and what must hold for it.

The record is JSON Lines: a call with its answer and the time of both, or a note of what was done to the server. check()
reads nothing else, so a record can be kept and judged again. What it proves:

  - a submission that was answered with 2xx made a job that is there, until somebody deletes it;
  - the job ends, and its end does not change any more;
  - its state goes forward only; back to waiting only after something was done to the server, or for another attempt;
  - the bytes of its file are those that `phonond render` makes of the program."""
import hashlib
import json
import re
import threading
import time
import urllib.parse

FORWARD = {"scheduled": 0, "queued": 1, "running": 2, "finalizing": 3}
ENDED = ("succeeded", "failed", "canceled", "expired")


class History:
    """The recorder. Any thread."""

    def __init__(self, path):
        self.path = path
        self._lock = threading.Lock()
        self._out = open(path, "a", encoding="utf-8")  # pylint: disable=consider-using-with
        self.n = 0

    def _write(self, line):
        with self._lock:
            self._out.write(json.dumps(line) + "\n")
            self._out.flush()
            self.n += 1

    def record(self, method, path, body, headers, answer, began):
        line = {"method": method, "path": path, "began": began, "ended": time.monotonic(), "status": answer.status}
        if body is not None:
            line["body"] = body.decode("utf-8", "replace")[:65536]
        line["headers"] = {k: v for k, v in headers.items() if k != "Authorization"}
        if "json" in answer.header("content-type"):
            line["answer"] = answer.json()
        elif answer.status:
            line["bytes"], line["sha256"] = len(answer.body), hashlib.sha256(answer.body).hexdigest()
        self._write(line)

    def note(self, what):
        """Something was done to the server: a kill, a start, a fault."""
        self._write({"note": what, "began": time.monotonic(), "ended": time.monotonic()})

    def read(self):
        return read(self.path)


def read(path):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def accepted(lines):
    """What was asked for in each accepted submission: {id: (program, query)}."""
    jobs = {}
    for line in lines:
        if line.get("method") == "POST" and re.match(r"/render(\?|$)", line["path"]) and 200 <= line["status"] < 300:
            job = line.get("answer") or {}
            if "id" in job:
                query = urllib.parse.urlsplit(line["path"]).query
                jobs[job["id"]] = (line.get("body", ""), query)
    return jobs


def _sightings(lines):
    """{id: [(began, ended, job)]}, in the order of the answers."""
    seen = {}
    for line in lines:
        answer = line.get("answer")
        if not isinstance(answer, dict) or not 200 <= line.get("status", 0) < 300:
            continue
        jobs = [answer] if "id" in answer else answer.get("data", [])
        for job in jobs:
            if isinstance(job, dict) and str(job.get("id", "")).startswith("job_") and "state" in job:
                seen.setdefault(job["id"], []).append((line["began"], line["ended"], job))
    for sightings in seen.values():
        sightings.sort(key=lambda sighting: sighting[1])
    return seen


def _end_of(job):
    result, error = job.get("result") or {}, job.get("error") or {}
    return (job["state"], job.get("completed_at"), result.get("sha256"), error.get("code"))


def _check_pair(first, second, was_disturbed):
    """What is wrong when `second` was seen after `first`; None."""
    if first["state"] in ENDED:
        if second["state"] not in ENDED:
            return f"went back from {first['state']} to {second['state']}"
        if _end_of(first) != _end_of(second):
            return f"ended twice: {_end_of(first)} and then {_end_of(second)}"
        return None
    if second["state"] in ENDED or was_disturbed or second.get("attempt", 0) > first.get("attempt", 0):
        return None
    # A failed attempt is followed by a time of waiting, in which the attempt is still the old one.
    if FORWARD[second["state"]] < FORWARD[first["state"]] and second["state"] != "scheduled":
        return f"went back from {first['state']} to {second['state']}"
    return None


def _check_states(job_id, sightings, notes):
    latest = None
    for began, ended, job in sightings:
        if job["state"] not in ENDED and job["state"] not in FORWARD:
            yield f"{job_id} has the state {job['state']}"
            return
        # Only what was answered before the other was asked for is known to be earlier.
        if latest and latest[1] <= began:
            was_disturbed = any(latest[0] <= note <= ended for note in notes)
            problem = _check_pair(latest[2], job, was_disturbed)
            if problem:
                yield f"{job_id} {problem}"
        if latest is None or latest[1] <= began:
            latest = (began, ended, job)


def deleted(lines):
    """Jobs that somebody deleted, or asked to delete without an answer: those may be there or not."""
    return {line["path"].split("/")[2] for line in lines
            if line.get("method") == "DELETE" and line["path"].startswith("/jobs/") and line["status"] // 100 in (0, 2)}


def _check_audio(lines, seen, jobs, oracle):
    for line in lines:
        found = re.fullmatch(r"/jobs/(job_\w+)/audio", line.get("path", ""))
        if not found or line["method"] != "GET" or line["status"] != 200 or "Range" in line["headers"]:
            continue
        job_id = found.group(1)
        said = [job["result"]["sha256"] for _, _, job in seen.get(job_id, []) if job.get("result")]
        if said and line["sha256"] != said[-1]:
            yield f"{job_id}: the file is not the one that its job describes"
        if oracle and job_id in jobs and line["sha256"] != oracle(*jobs[job_id]):
            yield f"{job_id}: the file has not the bytes that `phonond render` makes"


def check(lines, oracle=None, must_end=True):
    """A list of what is wrong. oracle(program, query): the SHA-256 of the file."""
    jobs, seen, gone = accepted(lines), _sightings(lines), deleted(lines)
    notes = [line["began"] for line in lines if "note" in line]
    problems = []
    for line in lines:
        found = re.fullmatch(r"/jobs/(job_\w+)", line.get("path", ""))
        if found and line["status"] == 404 and found.group(1) in jobs and found.group(1) not in gone:
            problems.append(f"{found.group(1)} was accepted and is missing")
    for job_id in jobs:
        sightings = seen.get(job_id, [])
        problems.extend(_check_states(job_id, sightings, notes))
        if must_end and job_id not in gone and sightings[-1][2]["state"] not in ENDED:
            problems.append(f"{job_id} was accepted and did not end: {sightings[-1][2]['state']}")
    problems.extend(_check_audio(lines, seen, jobs, oracle))
    return problems
