"""A power loss, played: from what reached which file when (the book of shim.c) to what the disk may hold afterwards."""

import os
import shutil

SECTOR = 512


def read(book):
    """Steps in order: kind, offset, length, path, bytes."""
    steps = []
    with open(book, "rb") as file:
        while head := file.readline():
            kind, offset, length, path = head.rstrip(b"\n").decode().split(" ", 3)
            steps.append((kind, int(offset), int(length), path, file.read(int(length)) if kind == "write" else b""))
    return steps


class Disk:
    """What is on the disk for sure, and what was only said to the system."""

    def __init__(self, base, at):
        """`base`: the files before, all on the disk; `at`: where they were worked on."""
        self.at = at
        self.folders = [os.path.relpath(path, base) for path, _, _ in os.walk(base)]
        self.sure = {}
        self.waiting = {}
        self.isListed = {}
        # Names that the folder was not yet told of for sure: path → whether it was there before.
        self.names = {}
        for folder, _, files in os.walk(base):
            for name in files:
                path = os.path.join(folder, name)
                if not os.path.islink(path):
                    there = os.path.join(at, os.path.relpath(path, base))
                    self.sure[there] = bytearray(open(path, "rb").read())

    def take(self, step):
        kind, offset, length, path, data = step
        if kind == "sync":
            if path in self.sure or path in self.waiting:
                self.sure[path] = self.applied(path, lambda _: True)
                self.waiting[path] = []
                self.names.pop(path, None)
            else:
                # A folder.
                for name in [name for name in self.names if os.path.dirname(name) == path.rstrip("/")]:
                    del self.names[name]
        elif kind == "create":
            self.names.setdefault(path, None)
            self.sure.setdefault(path, bytearray())
        elif kind in ("write", "truncate"):
            self.waiting.setdefault(path, []).append(step)
        elif kind == "unlink":
            if path in self.sure or path in self.waiting:
                self.names[path] = self.applied(path, lambda _: True)
            self.sure.pop(path, None)
            self.waiting.pop(path, None)
        elif kind == "rename":
            source, target = path.split("\t")
            before = self.sure.get(target)
            self.sure[target] = self.sure.pop(source, bytearray())
            self.waiting[target] = self.waiting.pop(source, [])
            self.names.pop(source, None)
            self.names[target] = before

    def applied(self, path, chooses):
        content = bytearray(self.sure.get(path, b""))
        for kind, offset, length, _, data in self.waiting.get(path, []):
            chosen = chooses(length)
            if not chosen:
                continue
            if kind == "truncate":
                if offset < len(content):
                    del content[offset:]
                else:
                    content.extend(bytes(offset - len(content)))
                continue
            part = data if chosen is True else data[:chosen]
            if len(content) < offset:
                content.extend(bytes(offset - len(content)))
            content[offset:offset + len(part)] = part
        return content

    def after(self, chance, to):
        """One of the disks that a power loss may leave: what was not synced is there, not there, or there by some sectors."""
        keeps = chance.choice([0.0, 0.3, 0.7, 1.0])

        def chooses(length):
            if chance.random() < keeps:
                return True
            if length > SECTOR and chance.random() < 0.3:
                return SECTOR * chance.randrange(1, (length - 1) // SECTOR + 1)
            return False

        shutil.rmtree(to, ignore_errors=True)
        for path in self.folders:
            os.makedirs(os.path.join(to, path), exist_ok=True)
        for path in set(self.sure) | set(self.waiting) | set(self.names):
            if path.endswith("-shm"):
                continue
            content = self.applied(path, chooses) if path in self.sure or path in self.waiting else None
            if path in self.names and chance.random() < 0.5:
                content = self.names[path]
            if content is None:
                continue
            there = os.path.join(to, os.path.relpath(path, self.at))
            os.makedirs(os.path.dirname(there), exist_ok=True)
            with open(there, "wb") as file:
                file.write(content)
