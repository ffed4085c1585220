#!/usr/bin/env python3
"""The service beside its peers, all on this machine, this disk and in this run: prints bench/SERVICE.md.

    bench/service/service.py PHONOND LOAD [SECTION ...]     sections: submissions downloads latency drain; default: all

Each figure is the median of rounds in which the peers take turns, of $BENCH_SECONDS (3) each. Nothing is pinned: server and
generator (load.c, one thread) share all cores, whoever the server is. Needs beanstalkd, redis-server and nginx.
"""

import contextlib
import json
import os
import platform
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

SECONDS = os.environ.get('BENCH_SECONDS', '3')
ROUNDS = int(os.environ.get('BENCH_ROUNDS', '5'))
DRAIN_JOBS = int(os.environ.get('BENCH_JOBS', '10000'))
PROGRAM = 'tempo: 2\no1 $ s "bd(3,8) sn*2 hh*8 cp" # gain 0.@\n'
FIXED = PROGRAM.replace('@', '5')


class Bench:
    def __init__(self, phonond, load):
        self.phonond, self.load_program = phonond, load
        self.folder = tempfile.mkdtemp(prefix='phonond-bench-', dir=os.path.abspath(os.environ.get('BENCH_DIR', '.')))
        self.stack = contextlib.ExitStack()
        self.stack.callback(shutil.rmtree, self.folder, True)

    def path(self, name):
        return os.path.join(self.folder, name)

    def start(self, command, log):
        out = open(self.path(log), 'w')
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=out, text=True)

        def stop():
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.stack.callback(stop)
        return process

    def phonond_port(self, name, *options):
        process = self.start([self.phonond, 'serve', '--port', '0', '--data', self.path(name), '--max-queued', '10000000',
                              '--max-connections-per-ip', '5000', *options], name + '.log')
        return int(process.stdout.readline().rsplit(':', 1)[1].strip().rstrip('/'))

    def beanstalkd_port(self):
        os.mkdir(self.path('beanstalkd'))
        self.start(['beanstalkd', '-l', '127.0.0.1', '-p', '21300', '-b', self.path('beanstalkd'), '-f', '0'], 'beanstalkd.log')
        return 21300

    def redis_port(self):
        os.mkdir(self.path('redis'))
        self.start(['redis-server', '--port', '21379', '--bind', '127.0.0.1', '--dir', self.path('redis'), '--appendonly', 'yes',
                    '--appendfsync', 'always', '--save', '', '--logfile', self.path('redis.out')], 'redis.log')
        return 21379

    def nginx_port(self, root):
        config = self.path('nginx.conf')
        with open(config, 'w') as f:
            f.write(f'''daemon off; worker_processes auto; pid {self.path("nginx.pid")}; error_log {self.path("nginx.err")};
user root;
events {{ worker_connections 4096; }}
http {{ sendfile on; tcp_nopush on; keepalive_requests 100000000; access_log {self.path("nginx.access")};
types {{ audio/wav wav; }}
server {{ listen 127.0.0.1:21380; root {root}; }} }}
''')
        self.start(['nginx', '-c', config], 'nginx.log')
        return 21380

    def load(self, port, connections, amount, protocol, *subject):
        out = subprocess.run([self.load_program, str(port), str(connections), amount, protocol, *subject],
                             stdout=subprocess.PIPE, text=True, check=True).stdout.split()
        if int(out[4]) > 0:
            print(f'bench: {out[4]} requests of {protocol} failed', file=sys.stderr)
        return {'rate': float(out[0]), 'p50_ms': int(out[1]) / 1000, 'p99_ms': int(out[2]) / 1000, 'bytes': float(out[3])}


def call(port, method, path, body=None, headers=None):
    request = urllib.request.Request(f'http://127.0.0.1:{port}{path}', body, headers or {}, method=method)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def wait_for(port):
    import socket
    for _ in range(200):
        with contextlib.suppress(OSError), socket.create_connection(('127.0.0.1', port)):
            return port
        time.sleep(0.05)
    sys.exit(f'bench: nothing listens on port {port}')


def median(results, key):
    return statistics.median(r[key] for r in results)


def in_turns(peers):
    """Runs each of {name: call} once per round; {name: [results]}."""
    results = {name: [] for name in peers}
    for _ in range(ROUNDS):
        for name, run in peers.items():
            results[name].append(run())
    return results


def submissions(bench):
    ours = bench.phonond_port('submissions')
    call(ours, 'POST', '/queue/pause', b'')
    beanstalkd, redis = wait_for(bench.beanstalkd_port()), wait_for(bench.redis_port())
    results = in_turns({
        'beanstalkd `-f 0`': lambda: bench.load(beanstalkd, 64, SECONDS, 'put', PROGRAM),
        'phonond': lambda: bench.load(ours, 64, SECONDS, 'render', PROGRAM),
        'Redis `appendfsync always`': lambda: bench.load(redis, 64, SECONDS, 'set', PROGRAM),
    })
    base = median(results['beanstalkd `-f 0`'], 'rate')
    print('## Submissions\n')
    print('Durable writes a second, 64 connections with one request each under way, keep-alive. phonond: `POST /render` of another'
          ' drum pattern each time, parsed, checked, measured, hashed and committed before the answer (its queue is paused).'
          ' beanstalkd: `put`, Redis: `LPUSH`, of the same bytes.\n')
    print('| | a second | times beanstalkd | p50 ms | p99 ms |\n|---|---|---|---|---|')
    for name, r in results.items():
        rate = median(r, 'rate')
        print(f'| {name} | {rate:,.0f} | {rate / base:.2f} | {median(r, "p50_ms"):.2f} | {median(r, "p99_ms"):.2f} |')


def render_of(port, seconds):
    job = call(port, 'POST', f'/render?duration={seconds}', FIXED.encode(), {'Prefer': 'wait=60', 'Content-Type': 'text/plain'})
    return job['id']


def file_of(bench, job_bytes):
    for folder, _, names in os.walk(bench.path('downloads') + '/artifacts'):
        for name in names:
            if os.path.getsize(os.path.join(folder, name)) == job_bytes:
                return os.path.join(folder, name)
    sys.exit('bench: the file of a job is not there')


def downloads(bench):
    ours = bench.phonond_port('downloads')
    root = bench.path('www')
    os.mkdir(root)
    jobs = {}
    for name, seconds in (('50 KB', 0.29), ('10 MB', 59.4)):
        job = render_of(ours, seconds)
        n = call(ours, 'GET', f'/jobs/{job}')['result']['bytes']
        os.link(file_of(bench, n), f'{root}/{job}.wav')
        jobs[name] = job
    os.chmod(bench.folder, 0o755)
    nginx = wait_for(bench.nginx_port(root))
    cases = [('50 KB', jobs['50 KB'], []), ('10 MB', jobs['10 MB'], []),
             ('64 KB from the middle of 10 MB', jobs['10 MB'], ['4000000-4065535'])]
    print('## Downloads\n')
    print('Files a second over 64 keep-alive connections; nginx (`sendfile on`, `tcp_nopush on`, a worker per core, access log) sends'
          ' the same files.\n')
    print('| | phonond | nginx | times nginx | phonond MB/s | p99 ms |\n|---|---|---|---|---|---|')
    for name, job, extra in cases:
        r = in_turns({
            'nginx': lambda: bench.load(nginx, 64, SECONDS, 'get', f'/{job}.wav', *extra),
            'phonond': lambda: bench.load(ours, 64, SECONDS, 'get', f'/jobs/{job}/audio', *extra),
        })
        us, them = median(r['phonond'], 'rate'), median(r['nginx'], 'rate')
        print(f'| {name} | {us:,.0f} | {them:,.0f} | {us / them:.2f} | {median(r["phonond"], "bytes") / 1e6:,.0f} |'
              f' {median(r["phonond"], "p99_ms"):.1f} |')


def latency(bench):
    ours = bench.phonond_port('latency')
    print('## From POST to WAV\n')
    print('Milliseconds from the request to the last byte of the WAV of a one-cycle drum pattern (half a second), with `Accept:'
          ' audio/wav`: new patterns are rendered, written and published; cached ones were before.\n')
    print('| clients | new p50 | new p99 | cached p50 | cached p99 |\n|---|---|---|---|---|')
    bench.load(ours, 1, 'n=20', 'wav', PROGRAM)
    for clients in (1, 8, 64):
        new = [bench.load(ours, clients, SECONDS, 'wav', PROGRAM) for _ in range(ROUNDS)]
        cached = [bench.load(ours, clients, SECONDS, 'wav', FIXED) for _ in range(ROUNDS)]
        print(f'| {clients} | {median(new, "p50_ms"):.2f} | {median(new, "p99_ms"):.2f} | {median(cached, "p50_ms"):.2f} |'
              f' {median(cached, "p99_ms"):.2f} |')


def drain(bench):
    ours = bench.phonond_port('drain')
    call(ours, 'POST', '/queue/pause', b'')
    bench.load(ours, 64, f'n={DRAIN_JOBS}', 'render', PROGRAM)
    begun = time.monotonic()
    call(ours, 'POST', '/queue/resume', b'')
    while True:
        queue = call(ours, 'GET', '/queue')
        if queue['queued'] + queue['running'] == 0:
            break
        time.sleep(0.1)
    seconds = time.monotonic() - begun
    done = call(ours, 'GET', '/jobs?state=failed&limit=1')
    print('## A full queue\n')
    print(f'{DRAIN_JOBS:,} queued one-cycle jobs were rendered, written, synced and published in {seconds:.1f} s:'
          f' {DRAIN_JOBS / seconds:,.0f} a second, {len(done["jobs"])} failed.')


def version(*command):
    r = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return re.search(r'[0-9]+\.[0-9.]+[0-9]', r.stdout)[0]


def head(here):
    with open('/proc/cpuinfo') as f:
        model = re.search(r'model name\s*: (.*)', f.read())[1]
    commit = subprocess.run(['git', '-C', here, 'rev-parse', '--short', 'HEAD'], stdout=subprocess.PIPE, text=True).stdout.strip()
    print('# The service beside others\n')
    print(f'Written by `make bench-service` on {time.strftime("%Y-%m-%d", time.gmtime())}: {model}, {os.cpu_count()} cores, Linux'
          f' {platform.release()}; beanstalkd {version("beanstalkd", "-v")}, Redis {version("redis-server", "--version")}, nginx'
          f' {version("nginx", "-v")}; commit {commit or "unknown"}; load average at the start {os.getloadavg()[0]:.1f}. Medians of'
          f' {ROUNDS} rounds of {SECONDS} s in which the peers take turns.')
    if os.getloadavg()[0] > os.cpu_count():
        print('\n**Other work kept the machine and its disk busy: ratios of this run may be off by much.**')


SECTIONS = {'submissions': submissions, 'downloads': downloads, 'latency': latency, 'drain': drain}


def main():
    phonond, load = sys.argv[1:3]
    wanted = sys.argv[3:] or list(SECTIONS)
    head(os.path.dirname(os.path.abspath(__file__)))
    for name in wanted:
        bench = Bench(phonond, load)
        print(flush=True)
        with bench.stack:
            SECTIONS[name](bench)


main()
