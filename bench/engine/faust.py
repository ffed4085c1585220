"""The workloads that are written for Faust (w5.dsp), compiled to vector loops for this machine. Needs faust and gcc."""

import os
import shutil
import subprocess

import workloads as w

HERE = os.path.dirname(os.path.abspath(__file__))


def prepare(name, folder):
    """Compiles; the command that renders it, or None when there is no such program or no Faust."""
    source = os.path.join(HERE, f"{name}.dsp")
    if not os.path.exists(source) or not shutil.which("faust"):
        return None
    program, out = os.path.join(folder, f"{name}-faust"), os.path.join(folder, f"{name}-faust.wav")
    subprocess.run(["faust", "-lang", "c", "-cn", "peer", "-vec", "-vs", "64", source, "-o", os.path.join(folder, "peer.c")],
                   check=True)
    subprocess.run(["gcc", "-O3", "-march=native", "-ffast-math", "-w", "-I", folder, os.path.join(HERE, "faust_main.c"),
                    "-o", program, "-lm"], check=True)
    return [program, str(int(w.SECONDS)), out], out
