"""An experiment: a function that raises when a promise is broken, and the line that says how it ended.

    pass 01 kill: 40 kills, 512 jobs accepted, 0 lost

The docstring of an experiment's file says what is done and what is expected; docs/RELIABILITY.md is made of these and the
figures. TORTURE_SECONDS is how long the timed part of each takes, unless the short time that it names."""
import os
import pathlib
import shutil
import signal
import sys
import tempfile
import threading
import time
import traceback

TESTS = pathlib.Path(__file__).resolve().parents[2]
SOURCE = TESTS.parent
SKIP_STATUS = 77  # automake's


class Failed(Exception):
    """A promise is broken."""


class Skipped(Exception):
    """This machine cannot do the experiment; says why."""


class Experiment:
    def __init__(self, script):
        self.number, _, self.name = pathlib.Path(script).stem.partition("_")
        self.work = pathlib.Path(tempfile.mkdtemp(prefix=f"torture{self.number}-"))
        self.figures = []
        self.cleanups = []
        self.phonond = os.environ.get("PHONOND", "./phonond")
        if not os.access(self.phonond, os.X_OK):
            raise Failed(f"PHONOND={self.phonond} is no program")
        self.phonond = os.path.abspath(self.phonond)
        self.build = pathlib.Path(self.phonond).parent

    def seconds(self, short):
        """The time that the timed part takes."""
        return float(os.environ.get("TORTURE_SECONDS") or short)

    def defer(self, function, *arguments):
        """Called at the end, whatever it is; the last one first."""
        self.cleanups.append((function, arguments))

    def figure(self, text):
        """A part of the verdict: a number and what it counts."""
        self.figures.append(text)

    @staticmethod
    def require(is_so, message):
        if not is_so:
            raise Failed(message() if callable(message) else message)

    @staticmethod
    def wait_until(is_so, limit_s, message):
        """Polls; returns how long it took."""
        began = time.monotonic()
        while not is_so():
            if time.monotonic() - began > limit_s:
                raise Failed(f"not within {limit_s} s: {message}")
            time.sleep(0.02)
        return time.monotonic() - began

    def in_threads(self, functions):
        """Runs them side by side; the first exception is this thread's."""
        problems = []

        def guard(function):
            try:
                function()
            except Exception as problem:  # pylint: disable=broad-except
                problems.append(problem)

        threads = [threading.Thread(target=guard, args=(f,)) for f in functions]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if problems:
            raise problems[0]

    def tool(self, name):
        path = shutil.which(name)
        if not path:
            raise Skipped(f"{name} is not installed")
        return path

    def end(self):
        for function, arguments in reversed(self.cleanups):
            try:
                function(*arguments)
            except Exception:  # pylint: disable=broad-except
                traceback.print_exc()
        shutil.rmtree(self.work, ignore_errors=True)


def _late(_number, _frame):
    raise Failed("it did not end in time")


def _write_result(t, verdict, text, what):
    path = os.environ.get("TORTURE_RESULTS")
    if path:
        row = [t.number, t.name, verdict, text, " ".join(what.split())]
        with open(path, "a", encoding="utf-8") as out:
            out.write("\t".join(column.replace("\t", " ") for column in row) + "\n")


def run(function, limit_s=120):
    """The whole of a script. limit_s: of the short version; a longer one may take three times its TORTURE_SECONDS more."""
    t = Experiment(sys.argv[0])
    verdict = "pass"
    signal.signal(signal.SIGALRM, _late)
    signal.alarm(int(limit_s + 3 * float(os.environ.get("TORTURE_SECONDS") or 0)))
    try:
        function(t)
        text = ", ".join(t.figures)
    except Skipped as why:
        verdict, text = "skip", str(why)
    except Failed as why:
        verdict, text = "FAIL", ", ".join([str(why), *t.figures])
    except Exception as why:  # pylint: disable=broad-except
        traceback.print_exc()
        verdict, text = "FAIL", f"{type(why).__name__}: {why}"
    signal.alarm(0)
    if verdict == "FAIL":
        for log in sorted(t.work.glob("*.log")):
            print(f"--- {log.name}\n" + log.read_text(errors="replace")[-3000:], file=sys.stderr)
    t.end()
    _write_result(t, verdict, text, sys.modules["__main__"].__doc__ or "")
    print(f"{verdict} {t.number} {t.name}: {' '.join(text.split())}", flush=True)
    # Threads that wait for a server that is gone are not waited for.
    os._exit({"pass": 0, "skip": SKIP_STATUS}.get(verdict, 1))
