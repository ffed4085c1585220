"""SuperCollider's SynthDef file format, version 2, and the OSC score that `scsynth -N` reads.

Formats: SuperCollider documentation, "Synth Definition File Format" and "Non-Realtime Synthesis"; OSC 1.0.
"""

import struct

SCALAR, CONTROL, AUDIO = 0, 1, 2
ADD, SUB, MUL = 0, 1, 2


def _pstring(text):
    return bytes([len(text)]) + text.encode()


class SynthDef:
    """Unit generators are added in order of evaluation; each add() gives its outputs, to be inputs of later ones."""

    def __init__(self, name):
        self.name, self.ugens, self.constants, self.params = name, [], [], []
        self._controls = None

    def controls(self, **defaults):
        """The synth's arguments, by name in the order given; call once, first."""
        self.params = list(defaults.items())
        self.ugens.append(("Control", CONTROL, [], len(defaults), 0))
        return [(0, i) for i in range(len(defaults))]

    def add(self, name, rate, *inputs, outputs=1, special=0):
        self.ugens.append((name, rate, [self._input(i) for i in inputs], outputs, special))
        idx = len(self.ugens) - 1
        return (idx, 0) if outputs == 1 else [(idx, k) for k in range(outputs)]

    def op(self, special, a, b, rate=AUDIO):
        return self.add("BinaryOpUGen", rate, a, b, special=special)

    def total(self, signals):
        result = signals[0]
        for s in signals[1:]:
            result = self.op(ADD, result, s)
        return result

    def _input(self, value):
        if isinstance(value, tuple):
            return value
        if value not in self.constants:
            self.constants.append(value)
        return (-1, self.constants.index(value))

    def encode(self):
        out = b"SCgf" + struct.pack(">ih", 2, 1) + _pstring(self.name)
        out += struct.pack(">i", len(self.constants)) + b"".join(struct.pack(">f", c) for c in self.constants)
        out += struct.pack(">i", len(self.params)) + b"".join(struct.pack(">f", v) for _, v in self.params)
        out += struct.pack(">i", len(self.params))
        out += b"".join(_pstring(n) + struct.pack(">i", i) for i, (n, _) in enumerate(self.params))
        out += struct.pack(">i", len(self.ugens))
        for name, rate, inputs, outputs, special in self.ugens:
            out += _pstring(name) + struct.pack(">biih", rate, len(inputs), outputs, special)
            out += b"".join(struct.pack(">ii", *i) for i in inputs) + bytes([rate]) * outputs
        return out + struct.pack(">h", 0)


def _osc_string(text):
    data = text.encode() + b"\0"
    return data + b"\0" * (-len(data) % 4)


def osc(address, *args):
    tags, data = ",", b""
    for a in args:
        if isinstance(a, bytes):
            tags += "b"
            data += struct.pack(">i", len(a)) + a + b"\0" * (-len(a) % 4)
        elif isinstance(a, str):
            tags += "s"
            data += _osc_string(a)
        elif isinstance(a, int):
            tags += "i"
            data += struct.pack(">i", a)
        else:
            tags += "f"
            data += struct.pack(">f", a)
    return _osc_string(address) + _osc_string(tags) + data


def score(events):
    """events: (seconds, message) pairs; the bytes of a command file."""
    out = b""
    for when, message in sorted(events, key=lambda e: e[0]):
        time = int(when * 2**32) or 1
        bundle = _osc_string("#bundle") + struct.pack(">Q", time) + struct.pack(">i", len(message)) + message
        out += struct.pack(">i", len(bundle)) + bundle
    return out
