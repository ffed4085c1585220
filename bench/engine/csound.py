"""The workloads for Csound, offline, control rate a 256th of the sample rate."""

import os

import workloads as w

HEADER = "sr = 44100\nksmps = 256\nnchnls = 2\n0dbfs = 1\n"


def _orchestra(tables, instruments, score):
    return (
        "<CsoundSynthesizer>\n<CsInstruments>\n" + HEADER + tables + instruments + "</CsInstruments>\n<CsScore>\n"
        + score + f"e {w.SECONDS}\n</CsScore>\n</CsoundSynthesizer>\n"
    )


def _tables(samples):
    return "".join(f'gi{i} ftgen {i + 1}, 0, 0, -1, "{os.path.abspath(p)}", 0, 0, 1\n' for i, p in enumerate(samples))


def w1(_):
    lines = [f"a{i} poscil 0.01, {f}" for i, f in enumerate(w.sines())]
    total = " + ".join(f"a{i}" for i in range(len(lines)))
    return _orchestra("", "instr 1\n" + "\n".join(lines) + f"\nax = {total}\nouts ax, ax\nendin\n", f"i1 0 {w.SECONDS}\n")


def w2(_):
    lines = []
    for i, (freq, rate) in enumerate(w.saws()):
        lines += [f"k{i} lfo 1500, {rate}", f"s{i} vco2 0.08, {freq}".replace("s", "av", 1),
                  f"a{i} rezzy av{i}, k{i} + 2000, 4"]
    total = " + ".join(f"a{i}" for i in range(32))
    return _orchestra("", "instr 1\n" + "\n".join(lines) + f"\nax = {total}\nouts ax, ax\nendin\n", f"i1 0 {w.SECONDS}\n")


def w3(samples):
    instrument = ("instr 1\nax loscil3 p4, 1, p6, 1, 0\nal, ar pan2 ax, p5\nouts al, ar\nendin\n")
    lengths = [w.sample_seconds(path) for path in samples]
    score = "".join(f"i1 {t:.6f} {lengths[s]:.6f} {g} {(p + 1) / 2} {s + 1}\n" for t, s, g, p in w.beat())
    return _orchestra(_tables(samples), instrument, score)


def w4(samples):
    instrument = ("instr 1\nae linsegr 0, 0.01, 1, 0.1, 0.6, 0.2, 0\n"
                  "ax loscil3 ae * 0.0176777, p4, 1, 1, 0\nouts ax, ax\nendin\n")
    score = "".join(f"i1 {t:.6f} 0.8 {w.ratio(s):.6f}\n" for t, s in w.chords())
    return _orchestra(_tables(samples[-1:]), instrument, score)


def w5(_):
    instrument = """instr 1
ax vco2 0.3, 110
al poscil 5, 0.7
aw vdelay3 ax, al + 15, 50
ax = ax * 0.6 + aw * 0.4
ad delayr 0.5
at deltap 0.375
delayw tanh(ax + at * 0.5)
ax = ax * 0.6 + at * 0.4
ao, ap freeverb ax, ax, 0.8, 0.5
outs ax + ao * 0.3, ax + ap * 0.3
endin
"""
    return _orchestra("", instrument, f"i1 0 {w.SECONDS}\n")


def w6(samples):
    instruments = """galeft init 0
garight init 0
instr 1
ae expseg 1, 1, 0.0067
ax vco2 p5, p4
ax = ax * ae
al, ar pan2 ax, p6
galeft = galeft + al
garight = garight + ar
endin
instr 2
ax loscil3 0.7071068, 1, 1, 1, 0
outs ax, ax
endin
instr 3
al butterlp galeft, 200
ar butterlp garight, 200
outs al, ar
galeft = 0
garight = 0
endin
"""
    score = f"i3 0 {w.SECONDS}\n"
    score += "".join(f"i1 {t:.6f} 1 {f:.4f} {g:.9f} {(s + 1) / 2}\n" for t, f, g, s in w.euclid_echoes())
    drum = samples[-2:-1]
    score += "".join(f"i2 {t:.6f} {w.sample_seconds(drum[0]):.6f}\n" for t in w.drums())
    return _orchestra(_tables(drum), instruments, score)


def prepare(name, samples, folder):
    """Writes the orchestra; the command that renders it."""
    path = os.path.join(folder, f"{name}.csd")
    with open(path, "w") as f:
        f.write(globals()[name](samples))
    out = os.path.join(folder, f"{name}-csound.wav")
    return ["csound", "-d", "-m0", "-W", "-f", "-o", out, path], out
