"""What the benchmarks of publishing share: a folder of their own, the simulated Clockify, a real PostgreSQL, and one command
measured."""

import atexit
import os
import re
import shutil
import sqlite3
import subprocess
import tempfile
import time

from postgres import Postgres

here = os.path.dirname(os.path.abspath(__file__))
rota = os.path.abspath(os.environ.get("ROTA", os.path.join(here, "../.build/release/rota")))
duckdb = os.path.abspath(os.path.join(here, "../.build-tools/duckdb"))
folder = tempfile.mkdtemp(prefix="rota-lab-")
environment = dict(os.environ, CLOCKIFY_API_KEY="simulated-key-1234567890", ROTA_CLOCKIFY_REQUESTS_PER_SECOND="2000")
lines = []


def say(text=""):
    print(text, flush=True)
    lines.append(text)


def keep(name):
    with open(os.path.join(here, name), "w") as file:
        file.write("\n".join(lines) + "\n")


def run(*arguments, database, **extra):
    """Wall and CPU seconds and largest MB of one command."""
    began = time.monotonic()
    process = subprocess.Popen(
        [rota, *arguments, "-q", "--database", database], env=dict(environment, **extra), cwd=folder,
        stdout=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        raise SystemExit(f"rota {' '.join(arguments)} failed")
    return time.monotonic() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def ask(database, sql):
    connection = sqlite3.connect(database)
    row = connection.execute(sql).fetchone()
    connection.close()
    return row


class Server:
    """The simulated Clockify."""

    def __init__(self, *options, port=0):
        log = open(os.path.join(folder, f"serve-{time.monotonic_ns()}.log"), "w")
        self.process = subprocess.Popen([rota, "demo", "--serve", "--port", str(port), *options], stdout=log, cwd=folder)
        atexit.register(self.stop)
        found = None
        while not found:
            time.sleep(0.1)
            if self.process.poll() is not None:
                raise SystemExit("the simulated Clockify does not start")
            found = re.search(r"CLOCKIFY_API_URL=(\S+:(\d+)\S*)", open(log.name).read())
        self.url, self.port = found[1], int(found[2])
        environment["CLOCKIFY_API_URL"] = self.url

    def stop(self):
        self.process.terminate()
        self.process.wait()


def plan(database, since):
    """Lists, roles, actuals and all the time of the simulated Clockify."""
    run("import", database=database)
    run("people", "set-role", "Developer", "--unknown", "--create-role", database=database)
    run("actuals", "enable", database=database)
    return run("import", database=database, ROTA_IMPORT_SINCE=since)


@atexit.register
def remove():
    shutil.rmtree(folder, ignore_errors=True)
