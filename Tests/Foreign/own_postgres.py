"""A PostgreSQL of a test's own, which it may kill."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

START_SECONDS = 60


class OwnPostgres:
    """A server on a loopback port, with fsync on, as a user without privileges (it refuses to run as root)."""

    def __init__(self, *settings: str, standby_of: "OwnPostgres | None" = None):
        self.programs = max(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4].split(".")[0])).parent
        self.directory = Path(tempfile.mkdtemp(prefix="chatrpc-postgres-", dir="/var/tmp"))
        self.data, self.port = self.directory / "data", free_port()
        self.identity = {}
        if os.getuid() == 0:
            user = pwd.getpwnam("postgres")
            self.identity = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
            os.chown(self.directory, user.pw_uid, user.pw_gid)
        if standby_of is None:
            self._initialize()
        else:
            # With what makes it a standby that streams from there.
            self.run("pg_basebackup", "--pgdata", str(self.data), "--write-recovery-conf", "--checkpoint", "fast", "--dbname", standby_of.url)
        self.arguments = [
            f"-cport={self.port}", "-clisten_addresses=127.0.0.1", f"-cunix_socket_directories={self.directory}", "-cfsync=on",
            "-csynchronous_commit=on", "-cmax_connections=100", *settings,
        ]
        self.process: subprocess.Popen | None = None

    def _initialize(self) -> None:
        self.run("initdb", "--pgdata", str(self.data), "--username", "chatrpc", "--auth", "trust", "--encoding", "UTF8", "--locale", "C")

    @property
    def url(self) -> str:
        return f"postgresql://chatrpc@127.0.0.1:{self.port}/postgres"

    def run(self, program: str, *arguments: str) -> str:
        return subprocess.run(
            [self.programs / program, *arguments], check=True, capture_output=True, text=True, cwd=self.directory, **self.identity).stdout

    def start(self) -> "OwnPostgres":
        with open(self.directory / "server.log", "ab") as log:
            self.process = subprocess.Popen(
                [self.programs / "postgres", "-D", str(self.data), *self.arguments], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                cwd=self.directory, **self.identity)
        deadline = time.monotonic() + START_SECONDS
        while subprocess.run([self.programs / "pg_isready", "--quiet", "--host=127.0.0.1", f"--port={self.port}"]).returncode != 0:
            assert self.process.poll() is None, (self.directory / "server.log").read_text()
            assert time.monotonic() < deadline, "PostgreSQL did not start"
            time.sleep(0.05)
        return self

    def promote(self) -> None:
        """A standby becomes the primary."""
        self.run("pg_ctl", "promote", "--pgdata", str(self.data), "--wait")

    def crash(self) -> None:
        """All of it ends at once, without writing anything down (the manual's immediate shutdown)."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(START_SECONDS)

    def remove(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.crash()
        shutil.rmtree(self.directory)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
