"""The program that came before: its tables, and the statements that it runs, by a psql of its own each."""

import json
import subprocess
from random import Random
from uuid import UUID

from stores import run_sql

SCHEMA = "radbot_chathistory"
MESSAGES, SESSIONS = f"{SCHEMA}.chat_messages", f"{SCHEMA}.chat_sessions"


def create_tables(url: str, *, is_newer: bool, has_indexes: bool = True) -> None:
    statements = f"""
        CREATE SCHEMA {SCHEMA};
        CREATE TABLE {MESSAGES} (
            message_id UUID PRIMARY KEY DEFAULT gen_random_uuid(), session_id UUID NOT NULL, user_id TEXT,
            role TEXT NOT NULL CHECK (role IN ('user', 'assistant', 'system')), content TEXT NOT NULL, agent_name TEXT,
            timestamp TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT CURRENT_TIMESTAMP, metadata JSONB);
        CREATE TABLE {SESSIONS} (
            session_id UUID PRIMARY KEY, name TEXT, user_id TEXT,
            created_at TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT CURRENT_TIMESTAMP,
            last_message_at TIMESTAMP WITH TIME ZONE, preview TEXT, is_active BOOLEAN DEFAULT true);"""
    if has_indexes:
        statements += f"""
        CREATE INDEX idx_chat_messages_session_id ON {MESSAGES}(session_id);
        CREATE INDEX idx_chat_messages_timestamp ON {MESSAGES}(timestamp);
        CREATE INDEX idx_chat_messages_session_timestamp ON {MESSAGES}(session_id, timestamp);"""
    if is_newer:
        statements += f"""
        ALTER TABLE {SESSIONS} ADD COLUMN description TEXT;
        ALTER TABLE {SESSIONS} ADD COLUMN agent_name TEXT NOT NULL DEFAULT 'beto';"""
    run_sql(statements, url)


def fill(url: str, chance: Random, *, sessions: int, messages: int) -> None:
    """Random history: equal timestamps, no metadata, sessions without messages, and messages without a session."""
    ids = [UUID(int=chance.getrandbits(128), version=4) for _ in range(sessions)]
    rows = []
    for number, session in enumerate(ids):
        if number % 5 != 4:
            name = "NULL" if number % 3 == 0 else literal(f"Chat {number} 'quoted'")
            active = chance.choice(["true", "true", "NULL"])
            rows.append(f"('{session}', {name}, {chance.choice(['NULL', literal('someone')])}, {active})")
    statements = [f"INSERT INTO {SESSIONS} (session_id, name, user_id, is_active) VALUES {', '.join(rows)};"]
    rows = []
    for number in range(messages):
        session = ids[min(int(chance.paretovariate(1.0)) - 1, sessions - 1)] if chance.random() < 0.5 else chance.choice(ids[: -max(1, sessions // 10)])
        metadata = chance.choice([None, {"a": 1}, {"client_id": str(UUID(int=chance.getrandbits(128), version=4)), "client_timestamp": 5}])
        rows.append(
            f"('{UUID(int=chance.getrandbits(128), version=4)}', '{session}', {literal(chance.choice(['user', 'assistant', 'system']))}, "
            f"{literal(f'{number} text é' + 'x' * chance.choice([0, 10, 120]))}, "
            f"timestamptz '2025-01-01' + interval '1 second' * {chance.randrange(1 + messages // 4)}, "
            f"{'NULL' if metadata is None else literal(json.dumps(metadata))})")
    for start in range(0, len(rows), 500):
        statements.append(
            f"INSERT INTO {MESSAGES} (message_id, session_id, role, content, timestamp, metadata) VALUES {', '.join(rows[start:start + 500])};")
    run_file(url, "\n".join(statements))


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def run_file(url: str, statements: str) -> str:
    command = ["psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set", "ON_ERROR_STOP=1", "--dbname", url]
    return subprocess.run(command, input=statements, check=True, capture_output=True, text=True).stdout


def stored(url: str) -> dict[str, list[tuple]]:
    """Session → its messages as they have to be numbered."""
    text = run_sql(
        f"SELECT json_build_array(session_id, message_id, role, content, metadata) FROM {MESSAGES} ORDER BY session_id, timestamp, message_id", url)
    found: dict[str, list[tuple]] = {}
    for line in text.splitlines():
        session, *rest = json.loads(line)
        found.setdefault(session, []).append(tuple(rest))
    return found


class OldProgram:
    """One connection of the old program."""

    def __init__(self, url: str):
        command = ["psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set", "ON_ERROR_STOP=1", "--dbname", url]
        self.psql = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def run(self, statement: str) -> list[str]:
        self.psql.stdin.write(statement + ";\n\\echo DONE\n")
        self.psql.stdin.flush()
        lines = []
        while (line := self.psql.stdout.readline()) != "DONE\n":
            assert line, f"the old program's statement failed: {self.psql.stderr.read()}"
            lines.append(line.rstrip("\n"))
        return lines

    def add(self, session: str, content: str, role: str = "user", metadata: dict | None = None) -> str:
        """As it adds a message: the insert, and then the session's last message, a transaction each."""
        return self.add_all(session, [(content, role, metadata)])[0]

    def add_all(self, session: str, messages: list[tuple[str, str, dict | None]]) -> list[str]:
        rows = ", ".join(
            f"('{session}', {literal(role)}, {literal(content)}, NULL, NULL, {'NULL' if metadata is None else literal(json.dumps(metadata))}::jsonb)"
            for content, role, metadata in messages)
        ids = self.run(f"INSERT INTO {MESSAGES} (session_id, role, content, agent_name, user_id, metadata) VALUES {rows} RETURNING message_id")
        shown = [content for content, role, _ in messages if role != "system"]
        if shown:
            preview = literal(shown[-1] if len(shown[-1]) <= 100 else shown[-1][:97] + "...")
            self.run(
                f"INSERT INTO {SESSIONS} (session_id, last_message_at, preview) VALUES ('{session}', CURRENT_TIMESTAMP, {preview}) "
                f"ON CONFLICT (session_id) DO UPDATE SET last_message_at = CURRENT_TIMESTAMP, preview = {preview}")
        return ids

    def upsert_session(self, session: str, name: str | None = None) -> None:
        """As it creates a session, or renames and revives it."""
        name = "NULL" if name is None else literal(name)
        self.run(
            f"INSERT INTO {SESSIONS} (session_id, name, user_id, preview) VALUES ('{session}', {name}, NULL, NULL) "
            f"ON CONFLICT (session_id) DO UPDATE SET name = COALESCE(EXCLUDED.name, chat_sessions.name), "
            f"preview = COALESCE(EXCLUDED.preview, chat_sessions.preview), is_active = true")

    def delete_session(self, session: str) -> None:
        self.run(f"UPDATE {SESSIONS} SET is_active = false WHERE session_id = '{session}'")

    def reset(self, session: str) -> None:
        self.run(f"DELETE FROM {MESSAGES} WHERE session_id = '{session}'")

    def contents(self, session: str) -> list[str]:
        return self.run(f"SELECT content FROM {MESSAGES} WHERE session_id = '{session}' ORDER BY timestamp ASC LIMIT 200 OFFSET 0")

    def end(self) -> None:
        self.psql.communicate(timeout=10)
