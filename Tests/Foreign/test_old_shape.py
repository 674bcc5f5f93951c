"""A database of the program that came before is upgraded in place, while that program goes on.

The seed is printed; CHATRPC_TEST_SEED repeats a run.
"""

import json
import os
import random
import subprocess
import threading
import time

import grpc
import httpx
import pytest

from callers import Caller, new_id
from old_program import MESSAGES, SCHEMA, SESSIONS, OldProgram, create_tables, fill, stored
from servers import BINARY, Server
from stores import new_database, run_sql
from stubs import sync_pb2, sync_pb2_grpc


@pytest.fixture
def chance():
    seed = int(os.environ.get("CHATRPC_TEST_SEED", random.SystemRandom().randrange(1 << 32)))
    print(f"CHATRPC_TEST_SEED={seed}")
    return random.Random(seed)


@pytest.fixture
def database(tmp_path):
    return new_database("postgresql", tmp_path)


@pytest.fixture
def start(tmp_path, database):
    """Starts servers on the database; those that still run are ended after the test."""
    started = []

    def launch() -> Server:
        started.append(Server(tmp_path / f"server-{len(started)}.log", "--database", database).launch())
        return started[-1]

    yield lambda: launch().wait_until_usable()
    for server in started:
        if server.process.poll() is None:
            server.stop()


@pytest.fixture
def old(database):
    programs = []

    def begin() -> OldProgram:
        programs.append(OldProgram(database))
        return programs[-1]

    yield begin
    for program in programs:
        program.end()


def migrate(database: str, *arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [BINARY, "migrate", "--database", database, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)


def migrated(database: str, *arguments: str) -> subprocess.CompletedProcess:
    ended = migrate(database, *arguments)
    assert ended.returncode == 0, ended.stderr
    return ended


def shape(database: str) -> str:
    """All columns, indexes, triggers and functions of the schema."""
    return run_sql(
        f"""SELECT table_name, column_name, is_nullable, column_default FROM information_schema.columns
            WHERE table_schema = '{SCHEMA}' ORDER BY 1, 2""", database) + run_sql(
        f"SELECT indexdef FROM pg_indexes WHERE schemaname = '{SCHEMA}' ORDER BY 1", database) + run_sql(
        f"SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgrelid::regclass::text LIKE '{SCHEMA}.%' ORDER BY 1", database)


def walk(caller: Caller, session: str) -> list:
    found, after = [], 0
    while True:
        page = caller.list(session, limit=500, after_seq=after)
        found += page.messages
        if not page.has_more:
            return found
        after = page.next_after_seq


def assert_all_there(server: Server, expected: dict[str, list[tuple]]) -> None:
    with grpc.insecure_channel(server.address) as channel:
        caller = Caller(channel)
        for session, rows in expected.items():
            found = walk(caller, session)
            assert [message.message_id for message in found] == [row[0] for row in rows]
            assert [message.content for message in found] == [row[2] for row in rows]
            assert [json.loads(message.metadata) if message.HasField("metadata") else None for message in found] == [row[3] for row in rows]
            assert [message.seq for message in found] == list(range(1, len(rows) + 1))
            state = caller.session(session)
            assert (state.last_seq, state.message_count, state.name != "") == (len(rows), len(rows), True)


@pytest.mark.parametrize("is_newer", [False, True], ids=["older", "newer"])
@pytest.mark.parametrize("has_indexes", [False, True], ids=["without indexes", "with indexes"])
def test_an_old_shape_database_is_upgraded_in_place_every_row_is_there_order_kept(is_newer, has_indexes, chance, database, start):
    create_tables(database, is_newer=is_newer, has_indexes=has_indexes)
    fill(database, chance, sessions=40, messages=3_000)
    expected, before = stored(database), shape(database)
    planned = migrated(database, "--dry-run")
    assert "3000 messages" in planned.stdout and shape(database) == before
    assert migrated(database).stdout == "the database is up to date\n"
    assert migrated(database, "--dry-run").stdout == "nothing to do\n"
    server = start()
    assert_all_there(server, expected)
    # Sessions without messages are there, too, and what the tables take is what an empty database's take.
    sessions = httpx.get(f"{server.url}/api/sessions/?limit=100").json()["sessions"]
    assert len(sessions) == int(run_sql(f"SELECT count(*) FROM {SESSIONS}", database)) and {each["id"] for each in sessions} >= set(expected)
    with grpc.insecure_channel(server.address) as channel:
        caller = Caller(channel)
        session = next(iter(expected))
        assert caller.create(session, content="new").seq == len(expected[session]) + 1
        assert caller.create(new_id(), content="first").seq == 1


def test_a_server_upgrades_an_old_database_when_it_starts(chance, database, start):
    create_tables(database, is_newer=True)
    fill(database, chance, sessions=10, messages=500)
    expected = stored(database)
    servers = [None, None]

    def run(place):
        servers[place] = start()

    threads = [threading.Thread(target=run, args=[place]) for place in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for server in servers:
        assert_all_there(server, expected)


class Follower:
    """Hears of a session by ListChanges, and knows what it holds from nothing else."""

    def __init__(self, channel, session):
        self.stub, self.session, self.cursor = sync_pb2_grpc.SyncServiceStub(channel), session, ""
        self.messages, self.state, self.revision, self.epoch = {}, None, 0, 0

    def catch_up(self):
        while True:
            answer = self.stub.ListChanges(sync_pb2.ListChangesRequest(session_id=self.session, cursor=self.cursor))
            for change in answer.changes:
                assert change.revision >= self.revision or change.WhichOneof("kind") == "reset"
                self.revision = max(self.revision, change.revision)
                if change.WhichOneof("kind") == "message":
                    self.messages[change.message.message_id] = change.message
                elif change.WhichOneof("kind") == "session":
                    self.state = change.session
                elif change.WhichOneof("kind") == "reset":
                    self.messages = {}
            self.cursor = answer.next_cursor
            if not answer.has_more:
                return [message.content for message in sorted(self.messages.values(), key=lambda each: each.seq)]


def test_the_old_program_goes_on_beside_a_server_and_is_heard_of(database, start, old):
    create_tables(database, is_newer=True)
    session = new_id()
    program = old()
    program.add(session, "before")
    server = start()
    with grpc.insecure_channel(server.address) as channel:
        caller, follower = Caller(channel), Follower(channel, session)
        assert follower.catch_up() == ["before"]
        program.add(session, "one")
        assert caller.create(session, content="two").seq == 3
        program.add_all(session, [("three", "user", None), ("four", "system", None), ("five" * 40, "assistant", None)])
        contents = ["before", "one", "two", "three", "four", "five" * 40]
        assert follower.catch_up() == contents == program.contents(session) == [each.content for each in walk(caller, session)]
        state = caller.session(session)
        assert (state.last_seq, state.revision, state.name) == (6, 6, f"Session {session[:8]}")
        assert state.preview == ("five" * 40)[:97] + "..."
        # A name that was given is kept by an upsert that gives none.
        program.upsert_session(session, "Renamed")
        program.upsert_session(session)
        follower.catch_up()
        assert (follower.state.name, follower.state.revision) == ("Renamed", 7)
        program.delete_session(session)
        follower.catch_up()
        assert (follower.state.is_active, follower.state.revision) == (False, 8)
        assert caller.list(session).total_count == 0
        program.upsert_session(session)
        assert (follower.catch_up(), follower.state.is_active) == (contents, True)
        # A new session of its own.
        other = new_id()
        program.upsert_session(other)
        assert caller.session(other).name == f"Session {other[:8]}"


def test_the_old_programs_reset_becomes_an_epoch_and_what_it_removed_stays_known(database, start, old):
    create_tables(database, is_newer=False)
    server, program, session, sent = start(), old(), new_id(), new_id()
    with grpc.insecure_channel(server.address) as channel:
        caller, follower = Caller(channel), Follower(channel, session)
        program.add(session, "old")
        assert caller.create(session, content="mine", message_id=sent).seq == 2
        assert follower.catch_up() == ["old", "mine"]
        program.reset(session)
        assert (caller.list(session).total_count, program.contents(session), follower.catch_up()) == (0, [], [])
        state = caller.session(session)
        assert (state.reset_epoch, state.last_seq, state.message_count, state.revision) == (1, 2, 0, 3)
        again = caller.create(session, content="mine", message_id=sent)
        assert (again.duplicate, again.seq) == (True, 2)
        program.add(session, "after")
        assert [(each.content, each.seq, each.reset_epoch) for each in walk(caller, session)] == [("after", 3, 1)]
        # Again, and of a session that is empty: no other epoch.
        program.reset(session)
        program.reset(session)
        assert caller.session(session).reset_epoch == 2


def test_a_pages_first_sync_finds_its_old_messages_by_their_client_id(database, start, old):
    create_tables(database, is_newer=True)
    program, session, client = old(), new_id(), new_id()
    first = program.add(session, "sent twice", metadata={"client_id": client, "client_timestamp": 1})
    program.add(session, "sent twice", metadata={"client_id": client.upper(), "client_timestamp": 1})
    server = start()
    late = new_id()
    second = program.add(session, "beside", metadata={"client_id": late, "client_timestamp": 2})
    body = {"role": "user", "content": "sent twice", "metadata": {"client_id": client, "client_timestamp": 1}}
    with httpx.Client(base_url=server.url) as http:
        answer = http.post(f"/api/messages/{session}", json=body).json()
        assert (answer["duplicate"], answer["message_id"], answer["seq"]) == (True, first, 1)
        beside = {"role": "user", "content": "edited", "metadata": {"client_id": late, "client_timestamp": 2}}
        answer = http.post(f"/api/messages/{session}/batch", json={"messages": [body, beside]}).json()
        assert (answer["message_ids"], [each["duplicate"] for each in answer["results"]]) == ([first, second], [True, True])
        assert http.get(f"/api/messages/{session}").json()["total_count"] == 3
        program.reset(session)
        answer = http.post(f"/api/messages/{session}", json=body).json()
        assert (answer["duplicate"], answer["seq"]) == (True, 1)
        assert http.get(f"/api/messages/{session}").json()["total_count"] == 0


@pytest.mark.timeout(300)
@pytest.mark.parametrize("kills", [0, 6], ids=["undisturbed", "killed"])
def test_writers_of_the_old_program_go_on_while_the_upgrade_runs(kills, chance, database, start, old):
    create_tables(database, is_newer=True)
    fill(database, chance, sessions=200, messages=20_000)
    before = stored(database)
    sessions = list(before)[:20]
    written: dict[str, list[str]] = {}
    lock, over = threading.Lock(), threading.Event()

    def write(program, number):
        count = 0
        while not over.is_set():
            session, content = sessions[(number * 7 + count) % len(sessions)], f"writer {number}, {count}"
            program.add(session, content)
            with lock:
                written.setdefault(session, []).append(content)
            count += 1

    threads = [threading.Thread(target=write, args=[old(), number]) for number in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(kills):
        upgrade = subprocess.Popen([BINARY, "migrate", "--database", database], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(chance.random() * 0.8)
        upgrade.kill()
        upgrade.wait()
    migrated(database)
    over.set()
    for thread in threads:
        thread.join()
    server = start()
    with grpc.insecure_channel(server.address) as channel:
        caller = Caller(channel)
        for session in before:
            found = walk(caller, session)
            assert [message.seq for message in found] == list(range(1, len(found) + 1))
            known = len(before[session])
            # What was there comes first, in its order; what was written meanwhile comes behind it.
            assert [message.message_id for message in found[:known]] == [row[0] for row in before[session]]
            assert sorted(message.content for message in found[known:]) == sorted(written.get(session, []))
            state = caller.session(session)
            assert (state.last_seq, state.message_count) == (len(found), len(found))


def test_contract_ends_the_compatibility(chance, database, start):
    create_tables(database, is_newer=True)
    fill(database, chance, sessions=10, messages=200)
    expected = stored(database)
    # Where the upgrade has not been, it comes first.
    assert "compatibility has ended" in migrated(database, "--contract").stderr
    server = start()
    assert_all_there(server, expected)
    left = run_sql(f"SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal AND tgrelid::regclass::text LIKE '{SCHEMA}.%'", database)
    assert left.strip() == "0"
    indexes = run_sql(f"SELECT indexname FROM pg_indexes WHERE schemaname = '{SCHEMA}' AND tablename = 'chat_messages' ORDER BY 1", database)
    assert indexes.split() == ["chat_messages_by_id", "chat_messages_by_seq", "chat_messages_changes"]
    with pytest.raises(subprocess.CalledProcessError):
        run_sql(f"INSERT INTO {MESSAGES} (session_id, role, content) VALUES ('{new_id()}', 'user', 'late')", database)
    migrated(database, "--contract")


def test_tables_that_are_no_chat_history_are_left_alone(database):
    run_sql(f"CREATE SCHEMA {SCHEMA}", database)
    run_sql(f"CREATE TABLE {MESSAGES} (id int)", database)
    run_sql(f"CREATE TABLE {SESSIONS} (id int)", database)
    before = shape(database)
    ended = migrate(database)
    assert ended.returncode == 1 and "lacks message_id" in ended.stderr
    assert shape(database) == before


@pytest.mark.parametrize("url, words", [
    ("postgresql://nobody@127.0.0.1:1/nothing", "can't be migrated now"), ("sqlite:///", "absolute path"),
], ids=["no server", "no file"])
def test_a_database_that_is_not_there_is_a_clear_error(url, words):
    ended = migrate(url)
    assert ended.returncode == 1 and words in ended.stderr and ended.stdout == ""


def test_sqlite_is_migrated_too(tmp_path):
    url = new_database("sqlite", tmp_path)
    assert "run migration 1" in migrated(url, "--dry-run").stdout
    assert not list(tmp_path.glob("*.db"))
    migrated(url)
    assert migrated(url, "--dry-run").stdout == "nothing to do\n"
