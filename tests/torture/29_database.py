#!/usr/bin/env python3
"""The database has a damaged header, a version that does not exist, belongs to another program, is gone, lost its log, is locked by
somebody; a second server comes. The start is refused with status 74, 75 or 78 and a message and nothing is changed, or goes well;
the folder is never emptied."""
import shutil
import sqlite3
import threading
import time

from rig import experiment, folder, oracle, service


def overwrite(path, offset, data):
    with open(path, "r+b") as out:
        out.seek(offset)
        out.write(data)


def run_sql(path, sql):
    connection = sqlite3.connect(path)
    connection.execute(sql)
    connection.commit()
    connection.close()


BAD = {
    "a damaged header": lambda d: overwrite(d / "phonond.db", 0, b"not a database at all"),
    "a damaged page": lambda d: overwrite(d / "phonond.db", 4096 * 2, b"\xff" * 4096),
    "a newer version": lambda d: run_sql(d / "phonond.db", "PRAGMA user_version=9999"),
    "another program's": lambda d: run_sql(d / "phonond.db", "PRAGMA application_id=77"),
    "gone": lambda d: (d / "phonond.db").unlink(),
    "a text": lambda d: (d / "phonond.db").write_text("hello\n" * 1000),
}


def database(t):
    server = service.Service(t).start()
    client = service.Client(server)
    ids = [client.submit(oracle.program(i)) for i in range(4)]
    client.wait_all()
    second = service.Service(t, data=server.data)
    try:
        second.start()
        raise experiment.Failed("a second server started on the same folder")
    except service.NotStarted as refused:
        t.require(refused.status in (74, 75), f"the second server ended with {refused.status}")
    server.stop()
    for name, spoil in BAD.items():
        data = t.work / name.replace(" ", "_").replace("'", "")
        shutil.copytree(server.data, data)
        spoil(data)
        files = sorted(data.glob("artifacts/*/*.wav"))
        try:
            service.Service(t, data=data).start()
            raise experiment.Failed(f"{name}: it started")
        except service.NotStarted as refused:
            t.require(refused.status in (74, 75, 78, 65, 70), f"{name}: status {refused.status}")
            t.require("phonond" in refused.log, f"{name}: no message")
        t.require(files == sorted(data.glob("artifacts/*/*.wav")), f"{name}: files were removed")
    locker = sqlite3.connect(server.data / "phonond.db", check_same_thread=False)
    locker.execute("BEGIN IMMEDIATE")
    threading.Timer(2, locker.rollback).start()
    began = time.monotonic()
    server.start()
    t.require(time.monotonic() - began < 15, "a lock of two seconds held the start up")
    t.require(all(client.job(i)["state"] == "succeeded" for i in ids), "jobs are missing")
    server.stop()
    locker.close()
    t.require(not folder.check(server.data, ids), "the folder is not in order")
    t.figure(f"{len(BAD)} bad databases refused with a message, a second server refused, a lock of 2 s waited for")


experiment.run(database, 90)
