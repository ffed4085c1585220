#!/usr/bin/env python3
"""Runs a command under a seccomp profile in Docker's form, as a container runtime would:

    confine.py [--root=FOLDER --user=UID:GID] PROFILE COMMAND...

Takes what such a profile of ours uses: a default action of "errno", and lists of names that are allowed."""
import ctypes
import json
import os
import sys

ALLOW = 0x7FFF0000
ERRNO = 0x00050000
NO_NEW_PRIVILEGES = 38

options = dict(word[2:].split("=", 1) for word in sys.argv[1:] if word.startswith("--") and sys.argv.index(word) < 3)
arguments = sys.argv[1 + len(options):]
profile = json.load(open(arguments[0]))
seccomp = ctypes.CDLL("libseccomp.so.2", use_errno=True)
seccomp.seccomp_init.restype = ctypes.c_void_p
seccomp.seccomp_rule_add.argtypes = [ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int, ctypes.c_uint]
seccomp.seccomp_load.argtypes = [ctypes.c_void_p]

if profile["defaultAction"] != "SCMP_ACT_ERRNO":
    sys.exit("the default of the profile is not to refuse")
context = seccomp.seccomp_init(ERRNO | profile["defaultErrnoRet"])
for rule in profile["syscalls"]:
    if rule["action"] != "SCMP_ACT_ALLOW" or set(rule) - {"comment", "names", "action"}:
        sys.exit(f"a rule that is not understood: {rule}")
    for name in rule["names"]:
        number = seccomp.seccomp_syscall_resolve_name(name.encode())
        # -1: no kernel has it; below: this processor's has not
        if number == -1 or (number >= 0 and seccomp.seccomp_rule_add(context, ALLOW, number, 0) != 0):
            sys.exit(f"there is no system call '{name}'")
libc = ctypes.CDLL(None)
if options:
    user, group = map(int, options["user"].split(":"))
    os.chroot(options["root"])
    os.chdir("/")
    os.setgroups([])
    os.setgid(group)
    os.setuid(user)
# Another user than the one that is confined would have set this.
if libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0 or seccomp.seccomp_load(context) != 0:
    sys.exit("the profile cannot be loaded")
os.execvp(arguments[1], arguments[1:])
