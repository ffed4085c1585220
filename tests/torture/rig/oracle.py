"""Programs, each its own content, and the bytes that the command line makes of them."""
import hashlib
import subprocess
import urllib.parse

from rig.experiment import Failed

# Minutes of work when an hour is asked for.
SLOW = "\n".join([f"~{name} $ saw {hz} # lpf 800 # delay 0.25 0.5 0.4 # reverb 0.8 0.5 0.5 # reverb 0.9 0.5 0.5"
                  " # reverb 0.9 0.5 0.5" for name, hz in zip("abcd", (55, 82.5, 110, 165))]) + "\nout $ ~a + ~b + ~c + ~d\n"
SLOW_OPTIONS = "duration=3600&channels=1"


def program(n):
    """A short program; another n is another content."""
    return (f'o1 $ s "bd(3,8), hh*{2 + n % 4}" # gain 0.8\n'
            f'o2 $ saw "{55 + n % 17} {82.5 + n}" # lpf {400 + n % 900} # delay 0.2 0.4 0.3 # gain 0.3\n')


class Oracle:
    """SHA-256 of the file of a program and its query, as `phonond render` makes it."""

    def __init__(self, t):
        self.t, self.known = t, {}

    def _render(self, source, query):
        options = []
        for name, value in urllib.parse.parse_qsl(query):
            if name not in ("cycles", "seed", "duration", "channels", "sample_rate"):
                continue
            options += [f"--{name.replace('_', '-')}", value]
        out = self.t.work / "oracle.wav"
        made = subprocess.run([self.t.phonond, "render", "-", str(out), "--quiet", *options], input=source.encode(),
                              capture_output=True, check=False)
        if made.returncode:
            raise Failed(f"phonond render: {made.stderr.decode()[:300]}")
        return hashlib.sha256(out.read_bytes()).hexdigest()

    def __call__(self, source, query):
        if (source, query) not in self.known:
            self.known[source, query] = self._render(source, query)
        return self.known[source, query]
