"""Renders the workloads with phonond and its peers, one after the other on one core each, and prints a table.

Usage: bench.py PHONOND [WORKLOAD...]
Times are CPU seconds (user and system) of the whole process, the median of three runs taken in turns, so that noise of
the machine meets all alike.
"""

import math
import os
import statistics
import struct
import subprocess
import sys
import tempfile
import time

import csound
import faust
import scsynth
import workloads

HERE = os.path.dirname(os.path.abspath(__file__))
WHO = ["phonond", "scsynth", "csound", "faust"]
NAMES = ["w1", "w2", "w3", "w4", "w5", "w6"]
RUNS = 3
SAMPLES = ["bd", "sn", "hh", "cp", "808bd", "rd"]


def measure(command):
    """CPU seconds, wall seconds and peak resident KiB of a command that must succeed."""
    begin = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        raise SystemExit(f"bench: failed: {' '.join(command)}")
    return usage.ru_utime + usage.ru_stime, time.monotonic() - begin, usage.ru_maxrss


def phonond_command(binary, name, folder):
    out = os.path.join(folder, f"{name}-phonond.wav")
    return [binary, "render", "-q", "--threads", "1", "--subtype", "float_32", "--duration", str(int(workloads.SECONDS)),
            os.path.join(HERE, f"{name}.ph"), out], out


def make_samples(binary, folder):
    """The kit's sounds as files, for the peers: at full level, and no longer than they are."""
    paths = []
    for name in SAMPLES:
        path = os.path.join(folder, f"{name}.wav")
        subprocess.run([binary, "render", "-q", "--channels", "1", "--subtype", "float_32", "--duration", "2", "-", path],
                       input=f'tempo: 0.25\nout $ s "{name}" # gain {math.sqrt(2)}', text=True, check=True)
        cut_silence(path)
        paths.append(path)
    return paths


def cut_silence(path):
    """Takes the zeros off the end of a WAV file of one channel of floats, and writes it with the plainest head."""
    with open(path, "rb") as f:
        data = f.read()
    at = data.index(b"data") + 8
    floats = data[at:]
    while floats.endswith(b"\0\0\0\0"):
        floats = floats[:-4]
    head = b"RIFF" + struct.pack("<I", 36 + len(floats)) + b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 3, 1, 44100, 176400, 4, 32)
    with open(path, "wb") as f:
        f.write(head + b"data" + struct.pack("<I", len(floats)) + floats)


def run_all(commands):
    """Median of each figure by name."""
    runs = {name: [] for name in commands}
    for _ in range(RUNS):
        for name, (command, _) in commands.items():
            runs[name].append(measure(command))
    return {name: tuple(statistics.median(r[i] for r in rs) for i in range(3)) for name, rs in runs.items()}


def row(name, results):
    """Audio seconds per CPU second of each, and the ratio to the best peer."""
    rates = {who: workloads.SECONDS / r[0] for who, r in results.items()}
    best = max(rate for who, rate in rates.items() if who != "phonond")
    cells = [name.upper()] + [f"{rates[who]:.0f}" if who in rates else "-" for who in WHO]
    wall, rss = results["phonond"][1], results["phonond"][2]
    return "| " + " | ".join(cells + [f"{rates['phonond'] / best:.1f}", f"{wall:.2f}", f"{rss / 1024:.0f}"]) + " |"


def main():
    binary, names = sys.argv[1], sys.argv[2:] or NAMES
    print("| | phonond | scsynth | Csound | Faust | phonond / best peer | phonond wall, s | peak RSS, MiB |")
    print("|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        samples = make_samples(binary, folder)
        for name in names:
            commands = {"phonond": phonond_command(binary, name, folder),
                        "scsynth": scsynth.prepare(name, samples, folder),
                        "csound": csound.prepare(name, samples, folder),
                        "faust": faust.prepare(name, folder)}
            print(row(name, run_all({who: c for who, c in commands.items() if c})), flush=True)


if __name__ == "__main__":
    main()
