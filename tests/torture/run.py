#!/usr/bin/env python3
"""Runs experiments and prints their verdicts; with --report FILE also writes what docs/RELIABILITY.md has.

    run.py [--report FILE] [NN...]

Without numbers all of them. TORTURE_SECONDS: the time of the timed part of each. Ends with 1 when one failed."""
import datetime
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
HEAD = """# Reliability

What was tried to make phonond lose, break or leak something, and what came of it. `make torture` runs this list and writes this
page; `TORTURE_SECONDS=600 make torture` takes ten minutes for the timed part of each. Each experiment is a program of its own
in `tests/torture/`. `skip` means that the machine could not do it, with the reason; it is not counted as passed.

The calls of clients and their answers are recorded, and a checker goes over the record (`tests/torture/rig/history.py`) and the data
folder (`rig/folder.py`): no accepted job is missing, each has one end, states go forward, every file has the bytes of `phonond
render`, there is no file without a row and no row without its file. Experiment 00 plants violations and sees them found.
Power failures are modelled as `rig/power.py` says.

"""


def table(rows, seconds):
    out = HEAD + f"Run on {datetime.date.today()}, {os.cpu_count()} cores, "
    out += f"{seconds} s each.\n" if seconds else "short versions.\n"
    out += "\n| | experiment | verdict | figures | what is done and expected |\n|---|---|---|---|---|\n"
    for number, name, verdict, figures, what in rows:
        cells = [number, name.replace("_", " "), verdict, figures, what]
        out += "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"
    return out


def main():
    words = sys.argv[1:]
    report = words.pop(words.index("--report") + 1) if "--report" in words else None
    wanted = [word for word in words if word != "--report"]
    scripts = [s for s in sorted(HERE.glob("[0-9][0-9]_*.py")) if not wanted or s.name[:2] in wanted]
    with tempfile.TemporaryDirectory() as folder:
        results = pathlib.Path(folder) / "results.tsv"
        results.touch()
        rows = []
        env = {**os.environ, "TORTURE_RESULTS": str(results), "PYTHONDONTWRITEBYTECODE": "1"}
        for script in scripts:
            subprocess.run([sys.executable, script], env=env, check=False)
            rows = [line.split("\t") for line in results.read_text(encoding="utf-8").splitlines()]
            # After each, so that a run that is cut short leaves what it saw.
            if report:
                pathlib.Path(report).write_text(table(rows, os.environ.get("TORTURE_SECONDS")), encoding="utf-8")
    n_bad = len(scripts) - sum(row[2] in ("pass", "skip") for row in rows)
    n_skipped = sum(row[2] == "skip" for row in rows)
    print(f"{len(scripts) - n_bad - n_skipped} passed, {n_bad} failed, {n_skipped} skipped")
    return 1 if n_bad else 0


sys.exit(main())
