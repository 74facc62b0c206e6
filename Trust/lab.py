"""What the trials share: a folder of their own, the built rota, a simulated Clockify that can be changed, the disk that fails
on order (shim.c), and the state of a database that must be the same in the end."""

import atexit
import hashlib
import http.client
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from urllib.parse import urlparse

here = os.path.dirname(os.path.abspath(__file__))
rota = os.path.abspath(os.environ.get("ROTA", os.path.join(here, "../.build/release/rota")))
folder = os.path.realpath(tempfile.mkdtemp(prefix="rota-trust-"))
key = "simulated-key-1234567890"
now = "2026-03-09T06:00:00Z"
environment = dict(
    {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
    CLOCKIFY_API_KEY=key, ROTA_CLOCKIFY_REQUESTS_PER_SECOND="5000", ROTA_CLOCKIFY_RETRY_SECONDS="0.01", TZ="UTC")
processes = []


@atexit.register
def clear():
    for process in processes:
        if process.poll() is None:
            process.kill()
    shutil.rmtree(folder, ignore_errors=True)


def fail(text):
    raise SystemExit(f"NOT AS IT MUST BE: {text}")


def keep(name, tables):
    """Tables for docs/trust.md: title, command, columns, rows."""
    with open(os.path.join(here, "results", name + ".json"), "w") as file:
        json.dump(tables, file, indent=1, ensure_ascii=False)
        file.write("\n")


def tests(filter, **extra):
    """Runs tests of the suite whole, and gives the rows that they add: table → rows."""
    root, path = os.path.join(here, ".."), tempfile.mktemp(dir=folder, prefix="rows-")
    subprocess.run(["swift", "build", "--build-tests", "-q"], cwd=root, check=True)
    done = subprocess.run(
        [os.path.join(root, ".build/debug/rotaPackageTests.xctest"), "--testing-library", "swift-testing", "--filter", filter],
        env=dict(os.environ, ROTA_TRUST=path, **extra), cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    if done.returncode != 0:
        print("\n".join(line[:600] for line in done.stdout.split("\n") if re.search("recorded an issue|^↳|Fatal", line)))
        fail(f"{filter}: {done.returncode}")
    tables = {}
    for line in open(path):
        row = json.loads(line)
        tables.setdefault(row["table"], []).append(row["row"])
    return tables


def shim():
    path = os.path.join(folder, "shim.so")
    if not os.path.exists(path):
        subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-o", path, os.path.join(here, "shim.c"), "-ldl"], check=True)
    return path


class Tally:
    """How many steps on files a process came to."""

    def __init__(self):
        self.path = tempfile.mktemp(dir=folder, prefix="tally-")

    @property
    def steps(self):
        return int.from_bytes(open(self.path, "rb").read(), "little") if os.path.exists(self.path) else 0


def shimmed(below, **settings):
    return dict({"LD_PRELOAD": shim(), "SHIM_FOLDER": below + "/"}, **{"SHIM_" + name.upper(): str(value) for name, value in settings.items()})


class Ended:
    def __init__(self, status, text):
        self.status, self.text = status, text


def run(*command, at=None, stdin=None, timeout=300, **extra):
    done = subprocess.run(
        [rota, *command], env=dict(environment, **extra), cwd=at or folder, input=stdin, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, errors="replace", timeout=timeout)
    if key in done.stdout:
        fail(f"rota {' '.join(command)} prints the key")
    if "Fatal error" in done.stdout or done.returncode in (-4, -5, -6, -8, -11):
        fail(f"rota {' '.join(command)} crashed:\n{done.stdout[-2000:]}")
    return Ended(done.returncode, done.stdout)


def succeed(*command, allowed=(0, 3), **options):
    done = run(*command, **options)
    if done.status not in allowed:
        fail(f"rota {' '.join(command)} ended with {done.status}:\n{done.text[-2000:]}")
    return done


def started(pattern, *command, at=None, **extra):
    log = open(tempfile.mktemp(dir=folder, prefix="log-"), "w")
    process = subprocess.Popen([rota, *command], stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=at or folder, env=dict(environment, **extra))
    processes.append(process)
    process.log = log.name
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found = re.search(pattern, open(log.name, errors="replace").read())
        if found:
            return process, found
        if process.poll() is not None:
            break
        time.sleep(0.01)
    return process, None


class Clockify:
    """The simulated one, in a process of its own; it can be changed through its API."""

    def __init__(self, *options):
        self.options = options or ("--people", "6", "--projects", "5", "--days", "30")
        self.process, found = started(
            r"CLOCKIFY_API_URL=(\S+)", "demo", "--serve", "--writable", "--port", "0", "--as-of", now, *self.options)
        if not found:
            fail("the simulated Clockify does not start")
        self.url = urlparse(found[1])
        environment["CLOCKIFY_API_URL"] = found[1]
        self.workspace = self.ask("GET", "/workspaces")[0]["id"]

    def ask(self, method, path, body=None):
        connection = http.client.HTTPConnection(self.url.hostname, self.url.port, timeout=60)
        headers = {"X-Api-Key": key, "Content-Type": "application/json"}
        connection.request(method, self.url.path + path, json.dumps(body) if body is not None else None, headers)
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        if answer.status >= 300:
            fail(f"{method} {path}: {answer.status} {text[:300]}")
        return json.loads(text) if text else None

    def here(self, method, path, body=None):
        return self.ask(method, f"/workspaces/{self.workspace}{path}", body)

    def stop(self):
        self.process.kill()
        self.process.wait()


def ask(database, sql, *values):
    connection = sqlite3.connect(database, timeout=30)
    try:
        return connection.execute(sql, values).fetchall()
    finally:
        connection.close()


# What a planner sees and what the books rest on. Left out: what only tells of runs, and rows that are keyed by numbers which a
# run more may give otherwise; those are seen through views that name them by Clockify's ids.
planned = [
    "role", "client", "project", "project_tag", "client_tag", "person", "contract", "assignment", "time_off", "holiday", "timesheet_lock",
    "actual", "actual_conflict", "conflict_settlement", "external_reference", "ignored_reference", "acknowledgement", "duplicate_dismissal",
    "merge", "pending_push", "ledger", "time_entry_detail", "time_entry_tag_detail"]
unstable = re.compile(r"(^|_)run(_id)?$|_at$|_since$|_key$|^raw$|^baseline$")


def state(database):
    """Table → sorted rows, without numbers of runs and moments."""
    connection = sqlite3.connect(database, timeout=30)
    connection.text_factory = lambda raw: raw.decode(errors="replace")
    names = {name: kind for name, kind in connection.execute("SELECT name, type FROM sqlite_master WHERE type IN ('table', 'view')")}
    tables = {}
    for table in names:
        columns = [row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')]
        isMirror = table.startswith("clockify_") and names[table] == "table" and not any(column.endswith("_key") for column in columns)
        if table not in planned and not isMirror:
            continue
        select = ", ".join(f'"{column}"' for column in columns if not unstable.search(column)) + "".join(
            f', "{column}" IS NULL' for column in columns if column in ("deleted_at", "undone_at", "source_missing_since"))
        tables[table] = sorted(map(repr, connection.execute(f'SELECT {select} FROM "{table}"')))
    connection.close()
    return tables


def differences(left, right, names=("as it must be", "as it is")):
    text = []
    for table in sorted(set(left) | set(right)):
        here, there = left.get(table, []), right.get(table, [])
        if here != there:
            lost, found = sorted(set(here) - set(there)), sorted(set(there) - set(here))
            text.append(f"{table}: {len(here)} rows {names[0]}, {len(there)} {names[1]}; missing {lost[:3]}; besides {found[:3]}")
    return "\n".join(text)


def sound(database):
    """Plain SQLite's own judgement, and rota's."""
    connection = sqlite3.connect(database, timeout=30)
    try:
        verdict = connection.execute("PRAGMA integrity_check").fetchone()[0]
        broken = connection.execute("PRAGMA foreign_key_check").fetchall()
    except sqlite3.DatabaseError as error:
        return str(error)
    finally:
        connection.close()
    return None if verdict == "ok" and not broken else f"integrity_check: {verdict}; foreign_key_check: {broken[:3]}"


def digest(path):
    """Of one file, or of all below a folder."""
    sum = hashlib.sha256()
    if os.path.isfile(path):
        sum.update(open(path, "rb").read())
    for base, folders, files in sorted(os.walk(path)):
        folders.sort()
        for name in sorted(files):
            sum.update(os.path.relpath(os.path.join(base, name), path).encode() + b"\0" + open(os.path.join(base, name), "rb").read())
    return sum.hexdigest()
