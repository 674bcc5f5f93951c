"""Somebody else's transaction on the database of a server."""

import subprocess

SECONDS = 20


class RowLock:
    """Has a session's row locked until it is released."""

    def __init__(self, database: str, session: str):
        self.psql = subprocess.Popen(
            ["psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--dbname", database],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.psql.stdin.write(
            "BEGIN;\nSELECT 'locked' FROM radbot_chathistory.chat_sessions "
            f"WHERE session_id = '{session}' FOR UPDATE;\n")
        self.psql.stdin.flush()
        assert self.psql.stdout.readline() == "locked\n"

    def release(self):
        self.psql.communicate("ROLLBACK;\n", timeout=SECONDS)
