"""A little of everything that writes to the data folder, as a client asks for it. Every step may meet a server that is gone."""
import subprocess
import time

from rig import oracle

# Leaves checkpoints, and renders for about half a second.
CHECKPOINTED = "duration=40&channels=1"
CHECKPOINTS = ("--checkpoint-interval-ms", "20", "--checkpoint-cost", "100")


def sample(t):
    """The bytes of a small sound."""
    path = t.work / "sample.wav"
    if not path.exists():
        subprocess.run([t.phonond, "render", "-", str(path), "--duration", "0.2", "--quiet"], input=b'out $ s "bd"',
                       check=True)
    return path.read_bytes()


def wait(client, job_id, limit_s=30):
    """Until the job has ended or there is no answer."""
    end = time.monotonic() + limit_s
    while job_id and time.monotonic() < end:
        job = client.job(job_id)
        if not job or job.get("state") not in ("scheduled", "queued", "running", "finalizing"):
            return job
        time.sleep(0.02)
    return None


def do(t, client, n_jobs=3):
    """Jobs, one of them long and one deleted; a sample that is put, put again, played and deleted."""
    wav, jobs = sample(t), []
    client.call("PUT", "/samples/drums/one", wav)
    client.call("PUT", "/samples/drums/two", wav)
    asked = [(oracle.program(i), "cycles=1") for i in range(n_jobs)]
    asked += [(oracle.SLOW, CHECKPOINTED), (oracle.program(n_jobs), "cycles=1&seed=5")]
    for source, query in asked:
        job = client.post(f"/render?{query}", source).json() or {}
        jobs.append(job.get("id"))
    for job_id in jobs:
        wait(client, job_id)
    if jobs[-1]:
        client.call("DELETE", f"/jobs/{jobs[-1]}")
    client.call("DELETE", "/samples/drums/one")
    client.call("DELETE", "/samples/drums/two")
