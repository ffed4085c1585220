"""What the workloads play, for the peers: the same notes as the programs w1.ph to w6.ph."""

import math
import struct

SECONDS = 60.0

# W3: hits of one cycle (half a second): position, sample.
BEAT = (
    [(i / 16, 0) for i in (0, 4, 6, 8, 12)]
    + [(i / 16, 1) for i in (4, 12, 15)]
    + [(i / 8, 2) for i in range(8)]
    + [(i / 16, 3) for i in (7, 8)]
)
BEAT_S = 0.5
BEAT_GAINS = (0.9, 0.7, 0.8, 0.6, 0.75)
BEAT_PANS = ((-0.5, 0.2, -0.2, 0.0), (0.5, 0.2, -0.2, 0.0))  # even and odd cycles

MINOR7, MAJOR7, DOMINANT7 = (0, 3, 7, 10), (0, 4, 7, 11), (0, 4, 7, 10)


def beat():
    """Seconds, sample, gain, pan of each hit of W3."""
    n = int(SECONDS / BEAT_S)
    for cycle in range(n):
        for where, sound in BEAT:
            gain = BEAT_GAINS[int(where * len(BEAT_GAINS))]
            pans = BEAT_PANS[cycle % 2]
            yield (cycle + where) * BEAT_S, sound, gain, pans[int(where * len(pans))]


def chords():
    """Seconds and semitones of each voice of W4: fifty chords a second."""
    roots = ((0, MINOR7), (5, MAJOR7), (7, DOMINANT7), (-3, MINOR7))
    for i in range(int(SECONDS * 50)):
        root, chord = roots[i // 50 % 4]
        for interval in chord:
            yield i / 50, root + interval


def euclid_echoes():
    """Seconds, Hz, gain, pan of each voice of W6: chords at (3,8,1) of a cycle of two seconds, each with seven echoes,
    and the same backwards on the other side."""
    for cycle in range(int(SECONDS / 2)):
        root = 48 if cycle % 2 == 0 else 60
        for side in (-1, 1):
            for step in (2, 5, 7):
                at = step / 8 if side < 0 else 7 / 8 - step / 8
                for echo in range(8):
                    when = (cycle + at + echo * 0.125) * 2
                    if when >= SECONDS:
                        continue
                    for interval in MINOR7:
                        yield when, 440 * 2 ** ((root + interval - 69) / 12), 0.3 * 0.5 * 0.1**echo, side


def drums():
    """Seconds of the 808 of W6."""
    for cycle in range(int(SECONDS / 2)):
        for step in (0, 3, 6):
            yield (cycle + step / 8) * 2


def sample_seconds(path):
    """Length of a file that bench.make_samples() wrote."""
    with open(path, "rb") as f:
        return (struct.unpack("<I", f.read(44)[40:])[0] / 4) / 44100


def sines():
    return [50 + 37.3 * i for i in range(1, 101)]


def saws():
    """Hz and LFO rate."""
    return [(55 + 13.7 * i, 0.05 * i) for i in range(1, 33)]


def ratio(semitones):
    return math.pow(2, semitones / 12)
