#!/usr/bin/env python3
"""What many event streams and many queued jobs cost: scale.py PHONOND LOAD STREAMS JOBS. Fails when a stream takes more than
48 KiB of resident memory, the queued jobs more than 16 MiB (caches) and 128 bytes each, a page of the list more than 200 ms, or when
descriptors of streams that left stay open."""
import json
import os
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

STREAM_BYTES_MAX, CACHE_BYTES_MAX, JOB_BYTES_MAX, LIST_S_MAX = 48 * 1024, 16 << 20, 128, 0.2
FILES_MAX = 64  # read connections to the database are opened when they are needed
PROGRAM = 'tempo: 2\no1 $ s "bd(3,8) sn*2 hh*8 cp" # gain 0.@\n'


def rss_bytes(pid):
    with open(f'/proc/{pid}/statm') as f:
        return int(f.read().split()[1]) * os.sysconf('SC_PAGESIZE')


def n_files(pid):
    return len(os.listdir(f'/proc/{pid}/fd'))


def call(port, method, path):
    request = urllib.request.Request(f'http://127.0.0.1:{port}{path}', b'' if method == 'POST' else None, method=method)
    begun = time.monotonic()
    with urllib.request.urlopen(request) as answer:
        return json.load(answer), time.monotonic() - begun


def open_stream(port):
    s = socket.create_connection(('127.0.0.1', port))
    s.sendall(b'GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n')
    return s


def measure(server, port, load, n_streams, n_jobs):
    call(port, 'POST', '/queue/pause')
    call(port, 'GET', '/jobs')
    before, files = rss_bytes(server.pid), n_files(server.pid)
    streams = [open_stream(port) for _ in range(n_streams)]
    for s in streams:
        s.settimeout(30)
        assert b'200' in s.recv(4096), 'a stream was refused'
    per_stream = (rss_bytes(server.pid) - before) / n_streams
    for s in streams:
        s.close()
    deadline = time.monotonic() + 60  # two heartbeats
    while n_files(server.pid) > files + 8 and time.monotonic() < deadline:
        time.sleep(0.2)
    left = n_files(server.pid) - files
    before = rss_bytes(server.pid)
    out = subprocess.run([load, str(port), '16', f'n={n_jobs}', 'render', PROGRAM], stdout=subprocess.PIPE, text=True,
                         check=True).stdout.split()
    for_jobs = rss_bytes(server.pid) - before
    page, list_s = call(port, 'GET', '/jobs?state=queued&limit=100')
    _, next_s = call(port, 'GET', page['next'] or '/jobs?state=queued&limit=100')
    job, look_s = call(port, 'GET', '/jobs/' + page['jobs'][0]['id'])
    print(f'{n_streams} streams: {per_stream / 1024:.1f} KiB each, {left} descriptors left after they went; {n_jobs} queued jobs:'
          f' {for_jobs / 1024:.0f} KiB of memory for all, accepted at {float(out[0]):.0f} a second; a page of the list {1000 * list_s:.1f}'
          f' ms, the next {1000 * next_s:.1f} ms, a look at the last job {1000 * look_s:.1f} ms (number'
          f' {job["queue_position"]})')
    assert int(out[4]) == 0, 'submissions failed'
    assert per_stream <= STREAM_BYTES_MAX and for_jobs <= CACHE_BYTES_MAX + n_jobs * JOB_BYTES_MAX and left <= FILES_MAX
    assert max(list_s, next_s) <= LIST_S_MAX


def main():
    phonond, load = sys.argv[1:3]
    n_streams, n_jobs = int(sys.argv[3]), int(sys.argv[4])
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    data = tempfile.mkdtemp(prefix='phonond-scale-', dir='.')
    with open(data + '/log', 'w') as log:
        server = subprocess.Popen([phonond, 'serve', '--port', '0', '--data', data + '/data', '--max-queued', str(n_jobs + 10),
                                   '--max-connections', str(n_streams + 100), '--max-connections-per-ip', str(n_streams + 100),
                                   '--heartbeat-ms', '3000', '--log-level', 'warn'], stdout=subprocess.PIPE, stderr=log, text=True)
        try:
            port = int(server.stdout.readline().rsplit(':', 1)[1].strip().rstrip('/'))
            measure(server, port, load, n_streams, n_jobs)
        finally:
            server.terminate()
            server.wait(60)
            shutil.rmtree(data, True)


main()
