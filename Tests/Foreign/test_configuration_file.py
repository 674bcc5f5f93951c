"""`--config`: the file of existing deployments says where PostgreSQL is, and the environment fills in what it leaves out."""

import subprocess
from urllib.parse import unquote, urlsplit

import pytest

from callers import new_id
from servers import BINARY
from stores import new_database, run_sql
from test_cli import create, launch, total  # noqa: F401

# Every character that a quoted identifier has to survive.
SCHEMA = "Odd \"name\"; drop 'x' \\ é"


@pytest.fixture
def place(tmp_path):
    """A new PostgreSQL database, and its parts as a configuration file has them."""
    url = new_database("postgresql", tmp_path)
    parts = urlsplit(url)
    return url, {
        "db_name": parts.path[1:], "user": unquote(parts.username), "password": unquote(parts.password or ""),
        "host": parts.hostname, "port": parts.port,
    }


def yaml(members, indent="  "):
    return "".join(f"{indent}{name}: {value!r}\n" if value != "" else f"{indent}{name}: null\n" for name, value in members.items())


def test_the_file_says_where_the_database_is_and_its_schema(place, tmp_path, launch):  # noqa: F811
    url, members = place
    path = tmp_path / "config.yaml"
    quoted = SCHEMA.replace("\\", "\\\\").replace('"', '\\"')
    path.write_text(
        "agent: {main_model: some}\ndatabase:\n  db_name: wrong\n  host: wrong.invalid\n  api_port: 8001\n"
        f"  chat_history:\n    schema: \"{quoted}\"\n" + yaml(members, "    "))
    server = launch("--config", str(path))
    session = new_id()
    create(server, session)
    name = SCHEMA.replace('"', '""')
    assert run_sql(f'SELECT count(*) FROM "{name}".chat_messages', url).strip() == "1"
    assert total(server.restart(), session) == 1


def test_the_environment_fills_in_what_the_file_leaves_out(place, tmp_path, launch):  # noqa: F811
    url, members = place
    path = tmp_path / "config.yaml"
    path.write_text(f"database:\n  db_name: {members['db_name']}\n  user: null\n  chat_history: {{host: null, port: null}}\n")
    environment = {
        "POSTGRES_USER": members["user"], "POSTGRES_PASSWORD": members["password"], "POSTGRES_HOST": members["host"],
        "POSTGRES_PORT": str(members["port"]), "POSTGRES_DB": "wrong",
    }
    create(launch("--config", str(path), environment=environment), new_id())
    assert run_sql("SELECT count(*) FROM radbot_chathistory.chat_messages", url).strip() == "1"


def test_the_environment_alone_is_enough(place, launch):  # noqa: F811
    url, members = place
    environment = {
        "POSTGRES_DB": members["db_name"], "POSTGRES_USER": members["user"], "POSTGRES_PASSWORD": members["password"],
        "POSTGRES_HOST": members["host"], "POSTGRES_PORT": str(members["port"]),
    }
    create(launch(environment=environment), new_id())
    assert run_sql("SELECT count(*) FROM radbot_chathistory.chat_messages", url).strip() == "1"


def test_without_the_name_of_a_database_it_is_sqlite(tmp_path, launch):  # noqa: F811
    environment = {"POSTGRES_HOST": "nowhere.invalid", "POSTGRES_USER": "someone", "XDG_DATA_HOME": str(tmp_path)}
    create(launch(environment=environment), new_id())
    assert (tmp_path / "chatrpc/chatrpc.db").exists()


@pytest.mark.parametrize("text, words", [
    (None, "can't be read"),
    ("database: [canary-secret]", "database has to be a mapping"),
    ("database: {host: canary-secret}", "db_name"),
    ("database: {db_name: a, port: canary-secret}", "port"),
    ("database: {db_name: a, password: 'canary-secret}", "not YAML"),
], ids=["missing", "a list", "no name", "port", "not YAML"])
def test_a_wrong_file_is_a_clear_error_that_repeats_no_value(text, words, tmp_path):
    path = tmp_path / "config.yaml"
    if text is not None:
        path.write_text(text)
    ended = subprocess.run(
        [BINARY, "serve", "--port", "0", "--config", path], stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=30, env={"HOME": str(tmp_path)})
    assert ended.returncode == 1
    assert words in ended.stderr and "canary-secret" not in ended.stderr
    assert ended.stdout == ""
