#!/usr/bin/env python3
"""io_uring is forbidden: its set-up answers EPERM, ENOSYS or EOPNOTSUPP, only io_uring_enter is blocked, or no memory may be locked.
The server starts, warns once, and files have the same bytes."""
import ctypes
import errno
import resource

from rig import crowd, experiment, history, oracle, service

ALLOW, ERRNO = 0x7FFF0000, 0x00050000
NO_NEW_PRIVILEGES = 38


def forbid(seccomp, calls, errnum):
    """To be called in the child."""
    def limits():
        ctypes.CDLL(None).prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0)
        context = seccomp.seccomp_init(ALLOW)
        for call in calls:
            number = seccomp.seccomp_syscall_resolve_name(call)
            seccomp.seccomp_rule_add(ctypes.c_void_p(context), ctypes.c_uint32(ERRNO | errnum), number, 0)
        seccomp.seccomp_load(ctypes.c_void_p(context))
    return limits


def lock_nothing():
    resource.setrlimit(resource.RLIMIT_MEMLOCK, (0, 0))


def no_io_uring(t):
    try:
        seccomp = ctypes.CDLL("libseccomp.so.2")
    except OSError:
        raise experiment.Skipped("libseccomp is not installed") from None
    seccomp.seccomp_init.restype = ctypes.c_void_p
    every = (b"io_uring_setup", b"io_uring_enter", b"io_uring_register")
    ways = [("EPERM", forbid(seccomp, every, errno.EPERM), True), ("ENOSYS", forbid(seccomp, every, errno.ENOSYS), True),
            ("EOPNOTSUPP", forbid(seccomp, every, errno.EOPNOTSUPP), True),
            ("enter", forbid(seccomp, (b"io_uring_enter",), errno.EPERM), True), ("memlock", lock_nothing, False)]
    oracle_of = oracle.Oracle(t)
    for name, limits, must_warn in ways:
        server = service.Service(t, data=t.work / name, limits=limits).start()
        record = history.History(t.work / f"{name}.jsonl")
        client = service.Client(server, record)
        for i in range(3):
            client.submit(oracle.program(i), "cycles=2")
        warnings = server.log().count("io_uring does not work here")
        ends = crowd.judge(t, server, record, oracle_of)
        t.require(all(end[0] == "succeeded" for end in ends.values()), f"{name}: jobs ended as {ends}")
        t.require(warnings == (1 if must_warn else warnings) and warnings <= 1, f"{name}: warned {warnings} times")
    t.figure(f"{len(ways)} ways to forbid it, the same bytes")


experiment.run(no_io_uring, 60)
