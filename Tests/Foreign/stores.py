"""Databases for servers under test: each one new and empty."""

import os
import subprocess
import uuid
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

STORES = ["sqlite", "postgresql"]


def new_database(store: str, directory: Path) -> str:
    """The URL of a new database of that store: a file in the directory, or a database of the run's PostgreSQL."""
    if store == "sqlite":
        return f"sqlite://{directory}/{uuid.uuid4().hex}.db"
    name = f"foreign_{uuid.uuid4().hex}"
    run_sql(f'CREATE DATABASE "{name}"')
    return urlunsplit(urlsplit(postgres_url())._replace(path=f"/{name}"))


def postgres_url() -> str:
    url = os.environ.get("CHATRPC_TEST_POSTGRES_URL")
    assert url, "CHATRPC_TEST_POSTGRES_URL is not set: run the tests by `make test`"
    return url


def run_sql(statement: str, url: str | None = None) -> str:
    """What psql prints for one statement."""
    command = ["psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set", "ON_ERROR_STOP=1"]
    command += ["--dbname", url or postgres_url(), "--command", statement]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
