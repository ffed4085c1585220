#!/usr/bin/env python3
"""`../`, its escaped forms, NULs, double and back slashes, overlong UTF-8, in ids and names of samples, while strace writes down every
name that the server opens. 4xx, and nothing outside the data folder is opened."""
import re
import subprocess
import time

from rig import experiment, service, work

WORDS = ("../../../../etc/passwd", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "..%2f..%2fetc%2fpasswd", "..%5c..%5cetc", "%00", "a%00.wav",
         "//etc/passwd", "%c0%ae%c0%ae%c0%af", "%ff%fe", ".", "..", "%252e%252e%252f", "..;/", "~root", "a" * 300)
PLACES = ("GET /jobs/{}", "GET /jobs/{}/audio", "GET /jobs/x/stems/{}", "PUT /samples/{}/a", "PUT /samples/a/{}",
          "DELETE /samples/a/{}", "GET /batches/{}", "GET /r/{}.wav", "GET /{}", "GET /problems/{}")


def paths(t):
    strace = t.tool("strace")
    server = service.Service(t, "--threads", "1").start()
    trace = t.work / "trace"
    watcher = subprocess.Popen([strace, "-f", "-q", "-e", "trace=open,openat,openat2", "-o", trace, "-p", str(server.pid())],
                               stderr=subprocess.DEVNULL)
    t.defer(watcher.kill)
    time.sleep(1)
    if watcher.poll() is not None:
        raise experiment.Skipped("strace may not attach here")
    wav, n = work.sample(t), 0
    for place in PLACES:
        method, path = place.split(" ")
        for word in WORDS:
            body = wav if method == "PUT" else b""
            head = f"{method} {path.format(word)} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n"
            answer = server.raw(head.encode() + body, 5)
            n += 1
            t.require(b"root:x:" not in answer, f"{place} {word}: it gave a file away")
            is_name = method == "PUT" and answer[9:10] == b"2"
            t.require(answer[9:10] in b"4" or is_name or path == "/{}" or method == "DELETE",
                      f"{place} {word[:40]}: {answer[:60]}")
    watcher.terminate()
    watcher.wait()
    opened = set(re.findall(r'open(?:at2?)?\([^"]*"([^"]*)"', trace.read_text(errors="replace")))
    allowed = re.compile(r"^(/proc/|/sys/|/usr/|/lib|/etc/(ld\.so|localtime|ssl)|/dev/)")
    bad = [p for p in opened if (p.startswith("/") and not p.startswith(str(t.work)) and not allowed.match(p)) or ".." in p.split("/")]
    t.require(not bad, f"opened: {bad[:3]}")
    t.figure(f"{n} requests, {len(opened)} names opened, none outside")


experiment.run(paths, 90)
