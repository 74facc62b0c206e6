"""What a careful script does: requests, orjson, executemany into one table. Arguments as of floor.cpp."""

import os
import sqlite3
import sys
from datetime import datetime, timezone

import orjson
import requests

reports, workspace, start, end, path = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]
session = requests.Session()
session.headers["X-Api-Key"] = os.environ["CLOCKIFY_API_KEY"]
database = sqlite3.connect(path)
database.executescript("""
  PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;
  CREATE TABLE IF NOT EXISTS time_entry (id TEXT PRIMARY KEY, user TEXT, project TEXT, start TEXT, "end" TEXT,
    billable INT, description TEXT)""")


def instant(seconds):
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


rows = 0
for since in range(start, end, 30 * 86400):
    page = 0
    last = False
    while not last:
        page += 1
        answer = session.post(
            f"{reports}/workspaces/{workspace}/reports/detailed",
            json={
                "dateRangeStart": instant(since),
                "dateRangeEnd": instant(min(end, since + 30 * 86400) - 1),
                "sortOrder": "ASCENDING",
                "timeZone": "UTC",
                "detailedFilter": {"page": page, "pageSize": 1000, "sortColumn": "DATE"},
            },
        )
        answer.raise_for_status()
        last = answer.headers.get("Last-Page") == "true"
        entries = orjson.loads(answer.content)["timeentries"]
        with database:
            database.executemany(
                """INSERT INTO time_entry VALUES (?,?,?,?,?,?,?) ON CONFLICT (id) DO UPDATE SET user=excluded.user,
                   project=excluded.project, start=excluded.start, "end"=excluded."end",
                   billable=excluded.billable, description=excluded.description""",
                [
                    (
                        entry["_id"],
                        entry["userId"],
                        entry.get("projectId"),
                        entry["timeInterval"]["start"],
                        entry["timeInterval"]["end"],
                        entry["billable"],
                        entry.get("description"),
                    )
                    for entry in entries
                ],
            )
        rows += len(entries)
print(rows, "entries")
