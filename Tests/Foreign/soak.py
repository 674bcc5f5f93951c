"""A busy user's day in minutes: callers by gRPC and REST, followers, and servers and a database that are killed; the history checker has
the last word.

Usage: soak.py [--minutes N] [--seed N] [--store sqlite|postgresql] [--servers N] (make soak runs it for both stores)
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from own_postgres import OwnPostgres, free_port
from servers import REPOSITORY, Server
from soak_callers import Follower, Log, RESTWriter, StreamWriter, UnaryWriter, World, finish

SESSIONS = 8


class Killer:
    """Kills servers, and the database where it is one that can be killed, and starts them again."""

    def __init__(self, servers: list[Server], database: OwnPostgres | None, chance: random.Random):
        self.servers, self.database, self.chance = servers, database, chance
        self.kills = {"servers": 0, "database": 0}

    def run(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            time.sleep(min(left, self.chance.uniform(0.5, 3.0)))
            if self.database is not None and self.chance.random() < 0.3:
                self.database.crash()
                self.database.start()
                self.kills["database"] += 1
            else:
                server = self.chance.choice(self.servers)
                server.kill()
                server.launch()
                self.kills["servers"] += 1


def soak(directory: Path, store: str, servers: int, seconds: float, seed: int, say=lambda text: None) -> tuple[int, str]:
    """Runs it all. The checker's exit code, and what it said."""
    chance = random.Random(seed)
    database = OwnPostgres().start() if store == "postgresql" else None
    url = database.url if database else f"sqlite://{directory}/soak.db"
    running = [Server(directory / f"server-{number}.log", "--database", url, port=free_port()) for number in range(servers)]

    def kill(log: Log) -> None:
        killer = Killer(running, database, chance)
        for minute in range(int(seconds // 60) + 1):
            killer.run(min(60.0, seconds - 60 * minute))
            say(f"{log.calls:,} calls, {killer.kills['servers']} kills of servers, {killer.kills['database']} of the database")

    try:
        return checked(directory, running, chance, kill)
    finally:
        if database is not None:
            database.remove()


def checked(directory: Path, servers: list[Server], chance: random.Random, during) -> tuple[int, str]:
    """Starts the servers and all callers, lets `during` disturb them, and asks the checker about it."""
    try:
        for server in servers:
            server.start()
        log = Log(directory / "history.jsonl")
        world = World([server.address for server in servers], SESSIONS, log)
        kinds = [UnaryWriter, UnaryWriter, UnaryWriter, RESTWriter, StreamWriter, Follower, Follower, Follower]
        workers = [kind(world, random.Random(chance.randrange(1 << 32)), number) for number, kind in enumerate(kinds)]
        threads = [threading.Thread(target=worker.run) for worker in workers]
        for thread in threads:
            thread.start()
        try:
            during(log)
        finally:
            world.over.set()
            for thread in threads:
                thread.join(60)
        assert not any(thread.is_alive() for thread in threads), "a caller does not end"
        for server in servers:
            server.wait_until_usable()
        finish(world, [worker for worker in workers if isinstance(worker, Follower)])
        log.close()
        ended = subprocess.run([sys.executable, REPOSITORY / "Tests/HistoryChecker", log.path], capture_output=True, text=True)
        return ended.returncode, f"{ended.stdout}{ended.stderr}{json.dumps(log.outcomes, sort_keys=True)}"
    finally:
        for server in servers:
            if server.process is not None and server.process.poll() is None:
                server.kill()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    parser.add_argument("--store", choices=["sqlite", "postgresql"], default="postgresql")
    parser.add_argument("--servers", type=int, help="on one PostgreSQL; a SQLite file has one server")
    options = parser.parse_args()
    servers = 1 if options.store == "sqlite" else options.servers or 3
    directory = Path(tempfile.mkdtemp(prefix="chatrpc-soak-"))
    print(f"soak: {options.store}, {servers} servers, {options.minutes} minutes, seed {options.seed}, in {directory}", flush=True)
    code, summary = soak(
        directory, options.store, servers, options.minutes * 60, options.seed, lambda text: print(f"soak: {text}", flush=True))
    print(summary)
    return code


if __name__ == "__main__":
    sys.exit(main())
