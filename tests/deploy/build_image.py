#!/usr/bin/env python3
"""Builds the image of the Dockerfile without Docker, as root on Debian, and tries it: build_image.py FOLDER.

Each stage is a folder under FOLDER that debootstrap begins and chroot changes, by the steps that the Dockerfile has; a stage is not kept
apart from the machine's network or processes as a container is. What it understands is what our Dockerfile uses. The last stage is
then run as its USER, on a root that is mounted read-only, in namespaces of its own, under deploy/seccomp.json. CFLAGS of the environment reach
the build, so that it can be a quick one."""
import json
import os
import pathlib
import shlex
import shutil
import subprocess
import sys

SOURCE = pathlib.Path(__file__).resolve().parents[2]
SUITE = "bookworm"


def steps(text):
    """(instruction, rest) of each line, continued ones joined, comments left out."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    for line in "\n".join(lines).replace("\\\n", " ").splitlines():
        if line.strip():
            name, rest = line.split(None, 1)
            yield name.upper(), rest.strip()


STEP = r"""
set -eu
mount --make-rprivate /
mount -t proc none "$1/proc"
mount --rbind /dev "$1/dev"
exec chroot "$1" sh -c "$2"
"""


class Image:
    """What has been built so far."""

    def __init__(self, folder):
        self.folder = folder
        self.stages = {}
        self.root = None
        self.arguments = {}

    def base(self):
        base = self.folder / "base"
        if not base.exists():
            subprocess.run(["debootstrap", "--variant=minbase", SUITE, base], check=True, stdout=subprocess.DEVNULL)
        return base

    def do_from(self, rest):
        words = rest.split()
        assert words[0] == f"debian:{SUITE}-slim", words
        name = words[2] if len(words) > 2 else "image"
        self.root = self.folder / name
        if self.root.exists():
            shutil.rmtree(self.root)
        subprocess.run(["cp", "-a", self.base(), self.root], check=True)
        self.stages[name] = self.root
        self.workdir = "/"
        self.settings = {}

    def do_run(self, rest):
        command = f"cd {shlex.quote(self.workdir)} && {rest}"
        shutil.copy("/etc/resolv.conf", self.root / "etc/resolv.conf")
        # Where the machine trusts more than Debian does, npm is to as well.
        shutil.copy("/etc/ssl/certs/ca-certificates.crt", self.root / "run/certificates.pem")
        environment = {"NODE_EXTRA_CA_CERTS": "/run/certificates.pem", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive"}
        if "CFLAGS" in os.environ:
            environment["CFLAGS"] = os.environ["CFLAGS"]
        subprocess.run(["unshare", "--mount", "sh", "-c", STEP, "sh", self.root, command], check=True, env=environment,
                       stdout=subprocess.DEVNULL)

    def do_workdir(self, rest):
        self.workdir = os.path.join(self.workdir, rest)
        (self.root / self.workdir.lstrip("/")).mkdir(parents=True, exist_ok=True)

    def do_copy(self, rest):
        words = rest.split()
        origin = SOURCE
        if words[0].startswith("--from="):
            origin = self.stages[words.pop(0).removeprefix("--from=")]
        target = self.root / os.path.join(self.workdir, words[-1]).lstrip("/")
        for word in words[:-1]:
            self.copy(origin, pathlib.Path(word.lstrip("/")), target, words[-1].endswith("/"))

    def copy(self, origin, what, target, is_folder):
        """A folder's contents go into the target, a file becomes it, unless it is a folder."""
        if not (origin / what).is_dir():
            into = target / what.name if is_folder else target
            into.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(origin / what, into)
        elif origin == SOURCE:
            # What git knows, which is what .dockerignore leaves of a fresh clone.
            listed = subprocess.run(["git", "-C", origin, "ls-files", what], check=True, capture_output=True, text=True)
            for name in listed.stdout.splitlines():
                into = target / pathlib.Path(name).relative_to(what)
                into.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(origin / name, into)
        else:
            shutil.copytree(origin / what, target, dirs_exist_ok=True, symlinks=True)

    def do_label(self, rest):
        self.settings.setdefault("LABEL", []).extend(shlex.split(rest))

    def do_arg(self, rest):
        self.arguments.update([rest.split("=", 1)])

    def keep(self, name, rest):
        self.settings[name] = json.loads(rest) if rest.startswith("[") else rest

    def build(self, text):
        for name, rest in steps(text):
            print(f"{name} {rest[:100]}", flush=True)
            step = getattr(self, f"do_{name.lower()}", None)
            if step:
                step(rest)
            else:
                assert name in {"USER", "VOLUME", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT", "CMD"}, name
                self.keep(name, rest)


INSIDE = r"""
set -eu
mount --make-rprivate /
mount --bind "$ROOT" "$ROOT"
mount -o remount,bind,ro "$ROOT"
mount --bind "$DATA" "$ROOT/data"
mount -t tmpfs none "$ROOT/tmp"
mount -t proc none "$ROOT/proc"
mount --bind /dev "$ROOT/dev"
exec python3 "$CONFINE" --root="$ROOT" --user="$WHO" "$PROFILE" "$@"
"""


def run(image, command, **how):
    """In the last stage, as its user, on a read-only root."""
    settings = dict(os.environ, ROOT=str(image.root), DATA=str(image.folder / "data"), WHO=image.settings["USER"],
                    CONFINE=str(SOURCE / "tests/deploy/confine.py"), PROFILE=str(SOURCE / "deploy/seccomp.json"))
    return subprocess.Popen(["unshare", "--mount", "--pid", "--fork", "sh", "-c", INSIDE, "sh", *command], env=settings, **how)


def try_out(image):
    data = image.folder / "data"
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir()
    user, group = map(int, image.settings["USER"].split(":"))
    os.chown(data, user, group)
    server = run(image, image.settings["ENTRYPOINT"] + image.settings["CMD"] + ["--port=18080"], stdout=subprocess.PIPE, text=True)
    try:
        print(server.stdout.readline().strip())
        health = image.settings["HEALTHCHECK"].split("CMD", 1)[1]
        assert run(image, json.loads(health) + ["--port=18080"]).wait() == 0, "not healthy"
        subprocess.run(["curl", "-sSf", "--data-binary", 'out $ s "bd*4, ~ sn"', "-H", "Accept: audio/wav", "-o", image.folder / "beat.wav",
                        "http://127.0.0.1:18080/render?cycles=2"], check=True)
        page = subprocess.run(["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "http://127.0.0.1:18080/"], check=True, capture_output=True)
        print("the page answers", page.stdout.decode())
    finally:
        inside = subprocess.run(["pgrep", "-P", str(server.pid)], capture_output=True, text=True).stdout.split()
        for pid in inside:
            os.kill(int(pid), 15)
        print("SIGTERM ends it with", server.wait(40))
    size = subprocess.run(["du", "-sxm", image.root], capture_output=True, text=True).stdout.split()[0]
    base = subprocess.run(["du", "-sxm", image.folder / "base"], capture_output=True, text=True).stdout.split()[0]
    print(f"{size} MB, of which {base} are the base")


def main():
    image = Image(pathlib.Path(sys.argv[1]).resolve())
    image.folder.mkdir(parents=True, exist_ok=True)
    image.build((SOURCE / "Dockerfile").read_text())
    try_out(image)


main()
