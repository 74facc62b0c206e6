"""A real PostgreSQL in a folder of its own, for benchmarks and trials."""

import atexit
import glob
import os
import shutil
import subprocess
import tempfile


class Postgres:
    """A server with its own defaults, but that it answers on a socket only."""

    def __init__(self, *options):
        self.programs = sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1]
        # A socket's path has no more than 107 bytes.
        self.folder = tempfile.mkdtemp(prefix="rota-pg-", dir="/tmp")
        self.prefix = []
        if os.getuid() == 0:
            shutil.chown(self.folder, "postgres")
            self.prefix = ["runuser", "-u", "postgres", "--"]
        self.data = os.path.join(self.folder, "data")
        self.options = ["listen_addresses=", f"unix_socket_directories={self.folder}", *options]
        self._call("initdb", "-D", self.data, "-A", "trust", "-U", "rota", "-E", "UTF8", "--no-locale")
        self.start()
        atexit.register(self.remove)

    def _call(self, program, *arguments):
        subprocess.run([*self.prefix, os.path.join(self.programs, program), *arguments], check=True, stdout=subprocess.DEVNULL, cwd="/tmp")

    def start(self):
        settings = " ".join(f"-c {option}" for option in self.options)
        self._call("pg_ctl", "-D", self.data, "-l", os.path.join(self.folder, "log"), "-w", "-o", settings, "start")

    def stop(self):
        """Like a crash."""
        self._call("pg_ctl", "-D", self.data, "-m", "immediate", "-w", "stop")

    def remove(self):
        self.stop()
        shutil.rmtree(self.folder)

    def database(self, name):
        self.psql("postgres", f"CREATE DATABASE {name}")
        return f"postgres://rota@/{name}?host={self.folder}"

    def psql(self, database, sql):
        return subprocess.run(
            ["psql", "-h", self.folder, "-U", "rota", "-Atq", "-v", "ON_ERROR_STOP=1", "-c", sql, database],
            check=True, capture_output=True, text=True).stdout.strip()
