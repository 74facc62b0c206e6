"""Every command that writes, as the trials use it: what it starts from, how it is started, what must be there in the end."""

import contextlib
import csv
import gzip
import random
import socket
import threading
from calendar import timegm

from lab import *

migrations = os.path.join(here, "../migrations/sqlite")


def newFolder(base=None):
    path = tempfile.mkdtemp(dir=folder, prefix="w-")
    if base:
        shutil.copytree(base, path, symlinks=True, dirs_exist_ok=True)
    return path


def settings(at, text=""):
    with open(os.path.join(at, "rota.yaml"), "w") as file:
        file.write("database: rota.sqlite\n" + text)


def imported(at):
    """Lists, roles, actuals, zeros, a plan: a database in use."""
    settings(at)
    asOf = ["--as-of", now]
    for command in (
        ["init"], ["import", *asOf], ["people", "set-role", "Developer", "--unknown", "--create-role"],
        ["actuals", "enable", "--autofill-from", "2026-02-16", *asOf], ["import", *asOf],
    ):
        succeed(*command, at=at)
    connection = sqlite3.connect(os.path.join(at, "rota.sqlite"))
    with connection:
        connection.execute(
            "INSERT INTO assignment (person_id, project_id, role_id, starts_on, ends_on, minutes_per_day) "
            "SELECT p.id, (SELECT min(id) FROM project), c.role_id, '2026-02-23', '2026-03-06', 240 FROM person p JOIN contract c ON c.person_id = p.id")
        # Somebody typed over an imported hour.
        connection.execute(
            "UPDATE actual SET billable_minutes = billable_minutes + 7 WHERE (person_id, project_id, role_id, date) IN "
            "(SELECT person_id, project_id, role_id, date FROM actual WHERE origin = 'clockify' ORDER BY 1, 2, 3, 4 LIMIT 2)")
    connection.close()


def entries(at):
    return ask(os.path.join(at, "rota.sqlite"), "SELECT entry_id, user_id, clockify_project_id, started_at, ended_at FROM ledger WHERE state = 'placed' AND ended_at IS NOT NULL ORDER BY 1")


def change(clockify, at, salt=0):
    """Half a dozen entries end later, as many are gone, some are new or move to another project."""
    there = {user["id"] for user in clockify.here("GET", "/users?page-size=1000")}
    rows = [row for row in entries(at) if row[1] in there]
    projects = sorted({row[2] for row in rows if row[2]})
    picked = random.Random(salt).sample(rows, 18)
    for index, (entry, user, project, start, end) in enumerate(picked):
        if index < 6:
            clockify.here("DELETE", f"/time-entries/{entry}")
        else:
            target = projects[(projects.index(project) + index % 2) % len(projects)] if project in projects else projects[0]
            later = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds(end) + 301))
            clockify.here("PUT", f"/time-entries/{entry}", {"start": start, "end": later, "projectId": target, "billable": index % 3 != 0})
    for index, (_, user, project, start, end) in enumerate(picked[:6]):
        begin = seconds(start) + 60 * (index + 1)
        clockify.here("POST", f"/user/{user}/time-entries", {
            "start": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(begin)), "end": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(begin + 1501)),
            "projectId": project or projects[0], "billable": True})


def seconds(text):
    return timegm(time.strptime(text, "%Y-%m-%dT%H:%M:%SZ"))


class Trial:
    """One command: what it starts from, how it is started, and what must be there in the end."""
    # Several trials may share one Clockify and one base.
    isAlone = False
    clockify = None
    # Whether what comes out is that of the one whom nobody disturbs.
    isCalm = False
    # Whether the command a second time may add something.
    isRepeated = False

    def prepare(self, at):
        imported(at)

    def before(self, at):
        """Between a copy of the base and the command: what may not be shared between trials."""

    def after(self):
        """After it was looked at."""

    def command(self, at):
        raise NotImplementedError

    def again(self, at):
        succeed(*self.command(at), at=at)

    def result(self, at):
        return state(os.path.join(at, "rota.sqlite"))

    def calm(self):
        """The base, what must come out of it, how many steps on files that takes, and how long."""
        base = newFolder()
        if not self.isAlone:
            self.clockify = Clockify()
        self.prepare(base)
        at = newFolder(base)
        self.before(at)
        tally = Tally()
        began = time.monotonic()
        if self.wait(at, self.start(at, **shimmed(at, tally=tally.path))):
            fail(f"{self.name}: somebody else killed it")
        lasting = time.monotonic() - began
        if self.isRepeated:
            self.again(at)
        self.isCalm = True
        wanted = self.result(at)
        self.isCalm = False
        if not any(wanted.values()):
            fail(f"{self.name}: nothing to compare")
        self.after()
        return base, wanted, tally.steps, lasting

    @contextlib.contextmanager
    def tried(self, base):
        at = newFolder(base)
        self.before(at)
        yield at
        self.after()
        shutil.rmtree(at)

    def judge(self, at, wanted, what):
        """Sound, and after the same command again as it must be."""
        path = os.path.join(at, "rota.sqlite")
        if os.path.exists(path):
            trouble = sound(path)
            if trouble:
                fail(f"{self.name}, {what}: {trouble}")
        self.again(at)
        trouble = differences(wanted, self.result(at))
        if trouble:
            fail(f"{self.name}, {what}:\n{trouble}")
        if os.path.exists(path):
            checked = run("database", "check", at=at)
            if checked.status != 0:
                fail(f"{self.name}, {what}: {checked.text}")

    def end(self):
        if not self.isAlone:
            self.clockify.stop()

    def start(self, at, **extra):
        return subprocess.Popen(
            [rota, *self.command(at)], cwd=at, env=dict(environment, **extra), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def wait(self, at, process):
        text = process.communicate(timeout=300)[0].decode(errors="replace")
        if process.returncode not in (0, 3, -signal.SIGKILL):
            fail(f"{self.name}: ended with {process.returncode}\n{text[-2000:]}")
        return process.returncode == -signal.SIGKILL


class FirstImport(Trial):
    name, words = "first import", "import"

    def prepare(self, at):
        settings(at)
        succeed("init", at=at)

    def command(self, at):
        return ["import", "--as-of", now]


class Changes(Trial):
    name, words = "import of changes", "import"

    def prepare(self, at):
        imported(at)
        change(self.clockify, at, 1)

    def command(self, at):
        return ["import", "--as-of", now]


class Night(Changes):
    isRepeated = True
    name, words = "night: import, backup, metrics, pruning, publication", "nightly --once"

    def prepare(self, at):
        imported(at)
        settings(at, "backup:\n  to: copies\n  keep: 1\nmetrics_file: rota.prom\nhistory_days: 1\npublish:\n  targets:\n    - name: lake\n      dir: lake\n      format: csv\n")
        os.mkdir(os.path.join(at, "copies"))
        succeed("nightly", "--once", "--as-of", now, at=at)
        change(self.clockify, at, 2)

    def command(self, at):
        return ["nightly", "--once", "--as-of", "2026-03-09T23:00:00Z"]

    def again(self, at):
        succeed(*self.command(at), at=at)
        succeed("publish", at=at)
        copies = [name for name in os.listdir(os.path.join(at, "copies")) if name.endswith(".sqlite")]
        if len(copies) != 1:
            fail(f"{self.name}: {os.listdir(os.path.join(at, 'copies'))} among the copies")
        trouble = sound(os.path.join(at, "copies", copies[0]))
        if trouble:
            fail(f"{self.name}: the copy: {trouble}")

    def result(self, at):
        tables = state(os.path.join(at, "rota.sqlite"))
        tables["published"] = published(os.path.join(at, "lake"), ["actual", "ledger", "person"])
        return tables


def published(at, tables):
    """Rows as a reader of the folder finds them, by its list of files."""
    index = json.load(open(os.path.join(at, "_publication.json")))
    rows = []
    for table in index["tables"]:
        for file in table["files"] if table["name"] in tables else []:
            with gzip.open(os.path.join(at, file["path"]), "rt", newline="") as opened:
                for row in csv.DictReader(opened):
                    rows.append(repr(sorted((key, value) for key, value in row.items() if not unstable.search(key))))
    return sorted(rows)


class Merge(Trial):
    name, words = "merge", "duplicates merge"

    def prepare(self, at):
        imported(at)

    def command(self, at):
        return ["duplicates", "merge", "project", "1", "2"]

    def again(self, at):
        done = run(*self.command(at), at=at)
        if done.status != 0 and self.isDone not in done.text:
            fail(f"{self.name}: {done.text}")

    isDone = "no project \"2\""


class Undo(Merge):
    name, words = "undo", "duplicates undo"

    def prepare(self, at):
        imported(at)
        succeed("duplicates", "merge", "project", "1", "2", at=at)

    isDone = "was undone already"

    def command(self, at):
        return ["duplicates", "undo", "1"]


class Purge(Trial):
    name, words = "purge", "actuals purge"

    def command(self, at):
        return ["actuals", "purge", "--all-imported", "--with-items"]


class Backup(Trial):
    name, words = "backup", "database backup"

    def command(self, at):
        return ["database", "backup", "copy.sqlite"]

    def again(self, at):
        if not os.path.exists(os.path.join(at, "copy.sqlite")):
            succeed(*self.command(at), at=at)

    def result(self, at):
        copy = os.path.join(at, "copy.sqlite")
        trouble = sound(copy)
        if trouble:
            fail(f"{self.name}: {trouble}")
        left = [name for name in os.listdir(at) if name.startswith("copy.sqlite") and name not in ("copy.sqlite", "copy.sqlite-wal", "copy.sqlite-shm")]
        tables = state(copy)
        tables["left beside it"] = left if self.isCalm else []
        return tables


class Migration(Trial):
    name, words = "migration", "database migrate"

    def prepare(self, at):
        """A database of an older schema, with rows of a planner in it."""
        settings(at)
        path = os.path.join(at, "rota.sqlite")
        connection = sqlite3.connect(path)
        connection.executescript("PRAGMA journal_mode = WAL; PRAGMA application_id = %d; CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);" % applicationID())
        for name in sorted(os.listdir(migrations))[:12]:
            connection.executescript(open(os.path.join(migrations, name)).read())
            connection.execute("INSERT INTO grdb_migrations VALUES (?)", (name[:-4],))
        connection.executescript("""
          INSERT INTO client (name) VALUES ('Acme'), ('Internal');
          WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40) INSERT INTO project (client_id, name) SELECT 1 + i % 2, 'P' || i FROM n;
          WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30) INSERT INTO person (name, email) SELECT 'N' || i, 'n' || i || '@ex.test' FROM n;
          INSERT INTO role (name) VALUES ('Dev');
          INSERT INTO contract (person_id, role_id) SELECT id, (SELECT id FROM role WHERE name = 'Dev') FROM person;
          INSERT INTO actual (person_id, project_id, role_id, date, billable_minutes)
            SELECT p.id, j.id, (SELECT id FROM role WHERE name = 'Dev'), date('2026-03-02', '+' || (j.id % 5) || ' days'), p.id + j.id FROM person p, project j;
        """)
        connection.commit()
        connection.close()

    def command(self, at):
        return ["database", "migrate"]

    def result(self, at):
        tables = state(os.path.join(at, "rota.sqlite"))
        # A copy of the older file stays beside it, whole.
        for name in os.listdir(at):
            if name.endswith(".sqlite") and name != "rota.sqlite":
                trouble = sound(os.path.join(at, name))
                if trouble:
                    fail(f"{self.name}: {name}: {trouble}")
        return tables


def applicationID():
    path = os.path.join(folder, "id.sqlite")
    if not os.path.exists(path):
        succeed("init", "--database", path, at=newFolder())
    return ask(path, "PRAGMA application_id")[0][0]


class Publication(Trial):
    name, words = "publication to a folder", "publish"

    def prepare(self, at):
        imported(at)
        settings(at, "publish:\n  after_import: false\n  targets:\n    - name: lake\n      dir: lake\n      format: csv\n")
        succeed("publish", at=at)
        change(self.clockify, at, 3)
        succeed("import", "--as-of", now, at=at)

    def command(self, at):
        return ["publish"]

    def result(self, at):
        return {"published": published(os.path.join(at, "lake"), ["actual", "ledger", "person", "project", "clockify_time_entry"])}


class Ours(Trial):
    """Writes to Clockify: each trial has one of its own."""
    isAlone = True

    def before(self, at):
        self.clockify = Clockify("--people", "3", "--projects", "3", "--days", "5")

    def after(self):
        self.clockify.stop()


class Send(Ours):
    name, words = "send: 25 records", "clockify send"

    def prepare(self, at):
        settings(at)
        with open(os.path.join(at, "r.ndjson"), "w") as file:
            for index in range(25):
                file.write(json.dumps({"start": f"2026-03-0{1 + index % 8}T{10 + index // 8}:00:00Z", "end": f"2026-03-0{1 + index % 8}T{10 + index // 8}:30:00Z", "description": f"record {index}"}) + "\n")

    def command(self, at):
        return ["clockify", "send", "r.ndjson", "--template", "create-time-entry", "--yes"]

    def result(self, at):
        user = self.clockify.ask("GET", "/user")["id"]
        found = self.clockify.here("GET", f"/user/{user}/time-entries?page-size=1000")
        return {"records": sorted(row["description"] for row in found if row["description"].startswith("record "))}


class Push(Ours):
    isRepeated = True
    name, words = "push: 6 projects of 2 new clients", "push project"

    def prepare(self, at):
        settings(at)
        succeed("init", at=at)
        for client in ("North", "South"):
            succeed("clients", "add", client, at=at)
            for index in range(3):
                succeed("projects", "add", f"{client} {index}", "--client", client, at=at)

    def command(self, at):
        return ["push", "project", "--all", "--yes"]

    def again(self, at):
        """What an earlier push may have created is looked up, and not created again before ten minutes have passed: they have."""
        path = os.path.join(at, "rota.sqlite")
        for _ in range(3):
            connection = sqlite3.connect(path, timeout=30)
            with connection:
                connection.execute("UPDATE pending_push SET started_at = strftime('%Y-%m-%dT%H:%M:%SZ', started_at, '-11 minutes')")
            connection.close()
            done = run("push", "project", "--all", "--yes", "--link-existing", at=at)
            if done.status == 0:
                break

    def result(self, at):
        names = [row["name"] for row in self.clockify.here("GET", "/projects?page-size=1000")]
        clients = [row["name"] for row in self.clockify.here("GET", "/clients?page-size=1000")]
        linked = ask(os.path.join(at, "rota.sqlite"), "SELECT p.name FROM external_reference r JOIN project p ON p.id = r.planning_id WHERE r.kind = 'project' ORDER BY 1")
        return {"projects": sorted(name for name in names if re.match("(North|South) ", name)), "clients": sorted(name for name in clients if name in ("North", "South")), "linked": sorted(name for (name,) in linked)}


class Served(Trial):
    """rota serve with something that reaches it; ends by itself never."""

    def command(self, at):
        return ["serve", "--listen", "127.0.0.1:0", "--as-of", now]

    def reach(self, at, process):
        raise NotImplementedError

    def wait(self, at, process):
        text = []
        reader = threading.Thread(target=lambda: [text.append(line.decode(errors="replace")) for line in process.stdout])
        reader.start()
        try:
            deadline = time.monotonic() + 60
            while not any(self.ready in line for line in text) and process.poll() is None and time.monotonic() < deadline:
                time.sleep(0.01)
            if process.poll() is None:
                self.reach(at, process, "".join(text))
        finally:
            killed = process.poll() == -signal.SIGKILL
            if process.poll() is None:
                process.terminate()
            status = process.wait(timeout=60)
            reader.join()
            killed = killed or status == -signal.SIGKILL
        if not killed and status not in (0, 143, -15):
            fail(f"{self.name}: ended with {status}\n" + "".join(text)[-2000:])
        return killed


class Web(Served):
    isRepeated = True
    name, words = "web app: 8 changes through its API", "serve"
    ready = "rota is at"

    def prepare(self, at):
        imported(at)
        self.token = re.search(r"rota_\S+", succeed("web", "tokens", "add", "trial", "--role", "admin", at=at).text)[0]

    def changes(self):
        for index in range(8):
            yield "actuals.set", {"person": 1 + index % 3, "project": 1, "date": f"2026-03-0{2 + index % 5}", "billable": 30 + index}

    def reach(self, at, process, text):
        port = int(re.search(r"rota is at http://127\.0\.0\.1:(\d+)", text)[1])
        for name, arguments in self.changes():
            try:
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
                connection.request("POST", f"/api/v1/actions/{name}", json.dumps(arguments), {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"})
                answer = connection.getresponse()
                body = answer.read()
                if answer.status != 200:
                    fail(f"{self.name}: {answer.status} {body[:300]}")
            except (ConnectionError, http.client.HTTPException):
                return

    def again(self, at):
        self.wait(at, self.start(at))


class Live(Served):
    isRepeated = True
    name, words = "live changes: 9 entries by webhook", "serve"
    ready = "webhooks are taken on"
    isAlone = True

    def prepare(self, at):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.first = Clockify()
        imported(at)
        self.first.stop()
        settings(at, f"live:\n  listen: 127.0.0.1:{self.port}\n")

    def before(self, at):
        # The same seed makes the same workspace.
        self.clockify = Clockify()
        server, _ = started(self.ready, *self.command(at), at=at)
        succeed("webhooks", "install", "--url", f"http://127.0.0.1:{self.port}", "--yes", at=at)
        server.terminate()
        server.wait()
        self.rows = entries(at)

    def after(self):
        self.clockify.stop()

    def reach(self, at, process, text):
        picked = random.Random(5).sample([row for row in self.rows if row[3] >= "2026-02-23"], 9)
        if not getattr(self, "isChanged", None) == at:
            for index, (entry, user, project, start, end) in enumerate(picked):
                if index % 3 == 0:
                    self.clockify.here("DELETE", f"/time-entries/{entry}")
                else:
                    later = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds(end) + 60 * index))
                    self.clockify.here("PUT", f"/time-entries/{entry}", {"start": start, "end": later, "projectId": project, "billable": True})
            self.isChanged = at
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and process.poll() is None:
            left = sum(ask(os.path.join(at, "rota.sqlite"), "SELECT count(*) FROM ledger WHERE entry_id = ? AND state = 'placed'", row[0])[0][0] for row in picked[::3])
            if left == 0:
                break
            time.sleep(0.05)

    def again(self, at):
        if getattr(self, "isChanged", None) != at:
            self.wait(at, self.start(at))
        # What was lost is the night's to find.
        succeed("import", "--as-of", now, at=at)


each = [FirstImport, Changes, Night, Merge, Undo, Purge, Backup, Migration, Publication, Web, Live, Send, Push]
