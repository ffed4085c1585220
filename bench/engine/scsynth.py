"""The workloads for scsynth, not in real time."""

import os

import workloads as w
from synthdef import ADD, AUDIO, CONTROL, MUL, SCALAR, SynthDef, osc, score

BLOCK = {"w1": 1024, "w2": 256, "w3": 256, "w4": 256, "w5": 256, "w6": 256}
FREE_SELF = 2
TO_TAIL = 1
VOICE_BUS = 16.0  # behind the outputs


def _finish(d, left, right, bus=0.0):
    d.add("Out", AUDIO, bus, left, right, outputs=0)
    return d


LINEAR, CURVED = 1.0, 5.0


def _envelope(d, times_levels, level, done, curve=0.0):
    """EnvGen over segments, lines unless they have a curve: [(seconds, level)...] from 0."""
    shape = [0.0, float(len(times_levels)), -99.0, -99.0]
    for seconds, target in times_levels:
        shape += [target, seconds, CURVED if curve else LINEAR, curve]
    return d.add("EnvGen", AUDIO, 1.0, level, 0.0, 1.0, float(done), *shape)


def w1(_):
    d = SynthDef("w1")
    x = d.op(MUL, d.total([d.add("SinOsc", AUDIO, f, 0.0) for f in w.sines()]), 0.01)
    return [_finish(d, x, x)], [(0.0, osc("/s_new", "w1", 1, 0, 0))]


def w2(_):
    d = SynthDef("w2")
    voices = []
    for freq, rate in w.saws():
        lfo = d.op(ADD, d.op(MUL, d.add("SinOsc", CONTROL, rate, 0.0), 1500.0, CONTROL), 2000.0, CONTROL)
        voices.append(d.add("RLPF", AUDIO, d.add("Saw", AUDIO, freq), lfo, 0.25))
    x = d.op(MUL, d.total(voices), 0.06)  # its saws are half as loud
    return [_finish(d, x, x)], [(0.0, osc("/s_new", "w2", 1, 0, 0))]


def _player(name, times_levels):
    """A sample at a rate, by an interpolating reader, with an envelope."""
    d = SynthDef(name)
    buffer, rate, gain, pan = d.controls(buffer=0, rate=1, gain=1, pan=0)
    done = FREE_SELF if times_levels is None else 0
    x = d.add("PlayBuf", AUDIO, buffer, rate, 1.0, 0.0, 0.0, float(done))
    if times_levels is not None:
        x = d.op(MUL, x, _envelope(d, times_levels, 1.0, FREE_SELF))
    left, right = d.add("Pan2", AUDIO, x, pan, gain, outputs=2)
    return _finish(d, left, right)


def _buffers(samples):
    return [(0.0, osc("/b_allocRead", i, os.path.abspath(path))) for i, path in enumerate(samples)]


def w3(samples):
    events = _buffers(samples)
    for i, (when, sound, gain, pan) in enumerate(w.beat()):
        events.append((when, osc("/s_new", "w3", 1000 + i, 0, 0, "buffer", sound, "gain", gain, "pan", pan)))
    return [_player("w3", None)], events


def w4(samples):
    events = _buffers(samples[-1:])
    for i, (when, semitones) in enumerate(w.chords()):
        events.append((when, osc("/s_new", "w4", 1000 + i, 0, 0, "rate", w.ratio(semitones), "gain", 0.025)))
    adsr = [(0.01, 1.0), (0.1, 0.6), (0.69, 0.6), (0.2, 0.0)]
    return [_player("w4", adsr)], events


def w5(_):
    d = SynthDef("w5")
    # Its saw is half as loud, and its reverb takes from the dry signal what it adds.
    x = d.op(MUL, d.add("Saw", AUDIO, 110.0), 0.6 / 0.7)
    lfo = d.op(ADD, d.op(MUL, d.add("SinOsc", AUDIO, 0.7, 0.0), 0.005), 0.015)
    wet = d.add("DelayC", AUDIO, x, 0.05, lfo)
    x = d.op(ADD, d.op(MUL, x, 0.6), d.op(MUL, wet, 0.4))
    # CombC's decay time for a feedback of 0.5: 60 dB in 10 echoes.
    echo = d.add("CombC", AUDIO, x, 0.5, 0.375, 3.75)
    x = d.op(ADD, d.op(MUL, x, 0.6), d.op(MUL, echo, 0.4))
    left, right = d.add("FreeVerb2", AUDIO, x, x, 0.3, 0.8, 0.5, outputs=2)
    return [_finish(d, left, right)], [(0.0, osc("/s_new", "w5", 1, 0, 0))]


def w6(samples):
    voice = SynthDef("voice")
    freq, gain, pan = voice.controls(freq=220, gain=1, pan=0)
    x = voice.op(MUL, voice.add("Saw", AUDIO, freq), _envelope(voice, [(0.0, 1.0), (1.0, 0.0)], 1.0, FREE_SELF, -5.0))
    left, right = voice.add("Pan2", AUDIO, x, pan, gain, outputs=2)
    _finish(voice, left, right, VOICE_BUS)
    low = SynthDef("low")
    left, right = low.add("In", AUDIO, VOICE_BUS, outputs=2)
    _finish(low, low.add("RLPF", AUDIO, left, 200.0, 1.4142136), low.add("RLPF", AUDIO, right, 200.0, 1.4142136))
    events = _buffers(samples[-2:-1]) + [(0.0, osc("/s_new", "low", 1, TO_TAIL, 0))]
    for i, (when, hz, level, side) in enumerate(w.euclid_echoes()):
        events.append((when, osc("/s_new", "voice", 1000 + i, 0, 0, "freq", hz, "gain", level, "pan", float(side))))
    for i, when in enumerate(w.drums()):
        events.append((when, osc("/s_new", "w3", 900000 + i, 0, 0, "buffer", 0)))
    return [voice, low, _player("w3", None)], events


def prepare(name, samples, folder):
    """Writes the score; the command that renders it."""
    defs, events = globals()[name](samples)
    events = [(0.0, osc("/d_recv", d.encode())) for d in defs] + events
    events.append((w.SECONDS, osc("/c_set", 0, 0.0)))
    path = os.path.join(folder, f"{name}.osc")
    with open(path, "wb") as f:
        f.write(score(events))
    out = os.path.join(folder, f"{name}-scsynth.wav")
    return ["scsynth", "-N", path, "_", out, "44100", "WAV", "float", "-o", "2", "-z", str(BLOCK[name]), "-n", "100000",
            "-m", "262144", "-w", "4096"], out
