#!/usr/bin/env python3
"""How far off POST /estimate is: every program of the examples and of the catalogue is estimated and then rendered, by the
server, and the CPU seconds and bytes are compared. Prints a table and the quantiles that docs/OPERATIONS.md quotes.

    bench/estimate.py PHONOND SRCDIR [--programs] [SECONDS]
"""

import glob
import json
import re
import subprocess
import sys
import tempfile
import urllib.request


def start(phonond, data):
    server = subprocess.Popen([phonond, 'serve', '--port', '0', '--data', data, '--threads', '1'],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return server, server.stdout.readline().split()[-1]


def post(base, path, source, options):
    request = urllib.request.Request(f'{base}{path}?{options}', source.encode(),
                                     {'Content-Type': 'text/plain', 'Prefer': 'wait=60'})
    try:
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        return json.load(error)


def programs(srcdir):
    for path in sorted(glob.glob(f'{srcdir}/examples/*.ph')):
        yield path.split('/')[-1], open(path).read()
    for path in sorted(glob.glob(f'{srcdir}/render/dsp/*.c')):
        text = open(path).read()
        found = re.search(r'\.example = ((?:"(?:[^"\\]|\\.)*"\s*)+)', text)
        if found:
            source = ''.join(json.loads(part) for part in re.findall(r'"(?:[^"\\]|\\.)*"', found[1]))
            yield path.split('/')[-1], source


def quantile(values, q):
    return sorted(values)[min(len(values) - 1, int(q * len(values)))]


def main():
    phonond, srcdir = sys.argv[1:3]
    seconds = float(sys.argv[3]) if len(sys.argv) > 3 else 30
    ratios, byte_ratios = [], []
    with tempfile.TemporaryDirectory() as data:
        server, base = start(phonond, data)
        try:
            for name, source in programs(srcdir):
                options = f'duration={seconds}'
                guess, job = post(base, '/estimate', source, options), post(base, '/render', source, options)
                if job.get('state') != 'succeeded' or 'cpu_s' not in job['metrics'] or guess['cached']:
                    print(f'{name:28} skipped: {job.get("state")} {job.get("code", "")}')
                    continue
                cpu_s = job['metrics']['cpu_s']
                ratios.append(guess['cpu_s'] / cpu_s)
                byte_ratios.append(guess['bytes'] / job['result']['bytes'])
                print(f'{name:28} estimated {guess["cpu_s"]:8.4f} s, took {cpu_s:8.4f} s, ratio {ratios[-1]:6.2f}')
        finally:
            server.terminate()
            server.wait()
    factors = [max(r, 1 / r) for r in ratios]
    print(f'{len(ratios)} programs of {seconds:g} s: estimate over measured CPU time: '
          f'p5 {quantile(ratios, 0.05):.2f}, median {quantile(ratios, 0.5):.2f}, p95 {quantile(ratios, 0.95):.2f}; '
          f'off by a factor of {quantile(factors, 0.5):.2f} at the median, {quantile(factors, 0.95):.2f} at p95, '
          f'{max(factors):.1f} at most; bytes within {max(abs(r - 1) for r in byte_ratios):.2%}')


main()
