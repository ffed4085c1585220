#!/usr/bin/env python3
"""Runs a command under a seccomp profile in Docker's form, as a container runtime would: confine.py PROFILE COMMAND...

Takes what such a profile of ours uses: a default action of "errno", and lists of names that are allowed."""
import ctypes
import json
import os
import sys

ALLOW = 0x7FFF0000
ERRNO = 0x00050000
NO_NEW_PRIVILEGES = 38

profile = json.load(open(sys.argv[1]))
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
# Another user than the one that is confined would have set this.
if ctypes.CDLL(None).prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0 or seccomp.seccomp_load(context) != 0:
    sys.exit("the profile cannot be loaded")
os.execvp(sys.argv[2], sys.argv[2:])
