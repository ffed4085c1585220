#!/usr/bin/env python3
"""Most memory at a time of a minute and of ten hours of one program: memory.py PHONOND PROGRAM [SECONDS...]"""
import os
import sys


def peak_kib(phonond, program, seconds):
    """The largest resident set of one render into nothing."""
    pid = os.fork()
    if pid == 0:
        null = os.open("/dev/null", os.O_RDWR)
        os.dup2(null, 1)
        os.execv(phonond, [phonond, "render", program, "-", "--quiet", "--subtype", "float_32", "--duration",
                           str(seconds), "--max-duration", str(max(seconds, 3600))])
    _, status, usage = os.wait4(pid, 0)
    if status != 0:
        sys.exit(f"the render of {seconds} s failed")
    return usage.ru_maxrss, usage.ru_utime + usage.ru_stime


def main():
    phonond, program = sys.argv[1:3]
    lengths = [int(s) for s in sys.argv[3:]] or [60, 36000]
    first = None
    for seconds in lengths:
        kib, cpu_s = peak_kib(phonond, program, seconds)
        first = first or kib
        print(f"{seconds:6d} s: {kib / 1024:7.1f} MiB, {kib / first:5.2f} of the first, "
              f"{seconds / cpu_s:6.0f} s of audio per CPU second", flush=True)


main()
