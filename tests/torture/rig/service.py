"""`phonond serve` as a process, and a client whose calls are recorded."""
import ctypes
import http.client
import json
import os
import re
import select
import signal
import socket
import subprocess
import time

from rig.experiment import Failed

START_LIMIT_S = 30
CALL_LIMIT_S = 60
ENDED = ("succeeded", "failed", "canceled", "expired")
PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None)


def _die_with_parent():
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class NotStarted(Failed):
    """The server ended before it listened."""

    def __init__(self, status, log):
        super().__init__(f"the server did not start: status {status}, {log[-500:]}")
        self.status, self.log = status, log


class Service:
    """A server on a free port. Start it from the main thread: it ends when the thread does that started it."""

    def __init__(self, t, *args, data=None, env=None, prefix=(), binary=None, limits=None):
        self.t, self.args, self.prefix = t, args, list(prefix)
        self.binary = binary or t.phonond
        self.env, self.limits = env or {}, limits
        self.data = data or t.work / "data"
        self.log_path = t.work / "server.log"
        self.process, self.port = None, 0
        t.defer(self.kill)

    def _prepare(self):
        _die_with_parent()
        if self.limits:
            self.limits()

    def start(self):
        command = [*self.prefix, self.binary, "serve", "--listen", "127.0.0.1", "--port", "0", "--data", str(self.data),
                   "--threads", "2", "--max-connections-per-ip", "0", *self.args]
        with open(self.log_path, "ab") as log:
            self.log_start = log.tell()
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, env={**os.environ, **self.env},
                                            preexec_fn=self._prepare)
        line = b""
        if select.select([self.process.stdout], [], [], START_LIMIT_S)[0]:
            line = self.process.stdout.readline()
        found = re.search(rb":(\d+)\s*$", line)
        if not found:
            self.kill()
            raise NotStarted(self.process.returncode, self.log())
        self.port = int(found.group(1))
        return self

    def log(self):
        """What this process has logged."""
        with open(self.log_path, "rb") as log:
            log.seek(self.log_start)
            return log.read().decode(errors="replace")

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def signal(self, number):
        self.process.send_signal(number)

    def wait(self, limit_s):
        """The exit status, as subprocess has it."""
        try:
            return self.process.wait(limit_s)
        except subprocess.TimeoutExpired:
            raise Failed(f"the server was still there after {limit_s} s") from None

    def kill(self):
        if self.is_running():
            self.process.kill()
            self.process.wait()

    def stop(self, limit_s=40):
        self.signal(signal.SIGTERM)
        return self.wait(limit_s)

    def connect(self, timeout_s=20):
        return socket.create_connection(("127.0.0.1", self.port), timeout_s)

    def raw(self, data, timeout_s=10):
        """Sends bytes as they are; what came back until the server closed or was silent."""
        with self.connect(timeout_s) as sock:
            answer = b""
            try:
                sock.sendall(data)
            except OSError:
                pass
            try:
                while piece := sock.recv(65536):
                    answer += piece
            except OSError:
                pass
            return answer

    # --- what the process takes ---

    def pid(self):
        """Of the server itself, where a prefix runs it as its child."""
        if not self.prefix:
            return self.process.pid
        try:
            with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children", encoding="ascii") as children:
                return int((children.read().split() or [self.process.pid])[0])
        except OSError:
            return self.process.pid

    def status(self, name):
        with open(f"/proc/{self.pid()}/status", encoding="ascii") as status:
            return int(re.search(rf"^{name}:\s+(\d+)", status.read(), re.M).group(1))

    def rss_mib(self):
        return self.status("VmRSS") / 1024

    def n_threads(self):
        return self.status("Threads")

    def n_descriptors(self):
        return len(os.listdir(f"/proc/{self.pid()}/fd"))

    def cpu_s(self):
        with open(f"/proc/{self.pid()}/stat", encoding="ascii") as stat:
            fields = stat.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Answer:
    """status 0: there was none."""

    def __init__(self, status=0, headers=None, body=b""):
        self.status, self.headers, self.body = status, headers or {}, body

    def json(self):
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    def header(self, name):
        return self.headers.get(name.lower(), "")


class Client:
    """One connection per call, so that what happens to one tells nothing of the next."""

    def __init__(self, service, history=None, key=None, timeout_s=CALL_LIMIT_S):
        self.service, self.history, self.key, self.timeout_s = service, history, key, timeout_s

    def call(self, method, path, body=None, **headers):
        """Header names in Python's spelling: Content_Type."""
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.key:
            headers.setdefault("Authorization", f"Bearer {self.key}")
        if isinstance(body, (dict, list)):
            headers.setdefault("Content-Type", "application/json")
            body = json.dumps(body)
        if isinstance(body, str):
            body = body.encode()
        began = time.monotonic()
        answer = self._send(method, path, body, headers)
        if self.history:
            self.history.record(method, path, body, headers, answer, began)
        return answer

    def _send(self, method, path, body, headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.service.port, timeout=self.timeout_s)
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        except (OSError, http.client.HTTPException):
            return Answer()
        finally:
            connection.close()

    def get(self, path, **headers):
        return self.call("GET", path, **headers)

    def post(self, path, body=b"", **headers):
        return self.call("POST", path, body, **headers)

    def submit(self, source, query="cycles=1", **headers):
        """The id of the accepted job."""
        answer = self.post(f"/render?{query}", source, **headers)
        if answer.status not in (200, 201, 202):
            raise Failed(f"a submission was answered with {answer.status}: {answer.body[:300]!r}")
        return answer.json()["id"]

    def job(self, job_id):
        return self.get(f"/jobs/{job_id}").json()

    def wait_job(self, job_id, limit_s=60):
        end = time.monotonic() + limit_s
        while time.monotonic() < end:
            job = self.job(job_id)
            if job and job.get("state") in ENDED:
                return job
            time.sleep(0.03)
        raise Failed(f"job {job_id} did not end within {limit_s} s: {job and job.get('state')}")

    def wait_all(self, limit_s=60):
        """Until nothing waits or runs."""
        end = time.monotonic() + limit_s
        while time.monotonic() < end:
            queue = self.get("/queue").json()
            if queue and not any(queue[name] for name in ("queued", "scheduled", "running")):
                return
            time.sleep(0.05)
        raise Failed(f"jobs were left after {limit_s} s: {queue}")

    def read_all(self, ids):
        """Reads every job once, and its file when it has one: what the checker looks at."""
        for job_id in ids:
            job = self.job(job_id)
            if job and job.get("state") == "succeeded" and job.get("links", {}).get("audio"):
                self.get(f"/jobs/{job_id}/audio")
