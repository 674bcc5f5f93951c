"""Runs each pair side by side, in alternating rounds, and prints the table of ratios. `Benchmarks/run` calls it."""

import argparse
import os
import statistics
import sys
import tempfile
from dataclasses import dataclass

import echo
from programs import Server, health_check, h2load, load_generator, nghttpd, pgbench, psql, rest_appends

CLIENTS = [1, 2, 4, 8, 16, 32, 64]
IN_FLIGHT = 64
MANY_IN_FLIGHT = 256
MAXIMUM_IDLE_MEBIBYTES = 40


@dataclass
class Row:
    """One pair of the table; the bound is the least ratio that is good enough."""

    name: str
    unit: str
    ours: float
    theirs: float
    ratio: float
    bound: float | None = None

    @property
    def holds(self) -> bool:
        return self.bound is None or self.ratio >= self.bound

    def __str__(self) -> str:
        bound = f"≥ {self.bound:.2f} {'ok' if self.holds else 'NOT KEPT'}" if self.bound else "–"
        return f"{self.name:<52} {self.ours:>10,.0f} {self.theirs:>10,.0f} {self.unit:<10} {self.ratio:>6.2f}  {bound}"


def say(text: str) -> None:
    print(f"==> {text}", file=sys.stderr, flush=True)


def alternate(name: str, unit: str, rounds: int, ours, theirs, bound: float | None = None) -> Row:
    """The median of the ratios of rounds in which each is measured once, in turn first and second."""
    pairs = []
    for number in range(rounds):
        if number % 2:
            other = theirs()
            pairs.append((ours(), other))
        else:
            pairs.append((ours(), theirs()))
    if any(their == 0 for _, their in pairs):
        raise SystemExit(f"{name}: nothing to compare with came to an end in time; is the machine busy?")
    ratio = statistics.median(our / their for our, their in pairs)
    row = Row(name, unit, statistics.median(p[0] for p in pairs), statistics.median(p[1] for p in pairs), ratio, bound)
    say(f"{name}: {row.ours:,.0f} / {row.theirs:,.0f} {unit}")
    return row


def health(rounds: int, seconds: float) -> Row:
    say("Health/Check by h2load, one event loop, beside nghttpd with a file of the answer's size")
    with tempfile.TemporaryDirectory() as directory, nghttpd(b"\0" * 7) as other:
        with Server(f"sqlite://{directory}/chatrpc.db", "--event-loops", "1") as server:
            return alternate(
                "Health/Check : nghttpd static file", "calls/s", rounds,
                lambda: health_check(server.address, seconds),
                lambda: h2load(f"http://{other}/answer", seconds), bound=0.5,
            )


def best_clients(script: str, database: str, seconds: float) -> int:
    rates = {clients: pgbench(script, database, clients, seconds) for clients in CLIENTS}
    say(f"pgbench {script}: " + ", ".join(f"{clients}: {rate:,.0f}/s" for clients, rate in rates.items()))
    return max(rates, key=rates.get)


def storage(rounds: int, seconds: float) -> list[Row]:
    database = os.environ["CHATRPC_TEST_POSTGRES_URL"]
    rows = []
    with Server(database) as server:
        say("1,000 sessions of 50 messages, made through the server")
        load_generator("prepare", server.address, 1, 1)
        psql("CREATE SEQUENCE radbot_chathistory.benchmark_seq; ANALYZE", database)
        best: dict[str, int] = {}
        for name, workload, script, in_flight, scale, bound in [
            ("CreateMessage, 64 in flight : pgbench append", "append", "append.sql", IN_FLIGHT, 1, 1.5),
            ("CreateMessage, 256 in flight : pgbench append", "append", "append.sql", MANY_IN_FLIGHT, 1, 2.5),
            ("CreateMessage, v4 ids, 256 in flight : pgbench append", "append-v4", "append.sql", MANY_IN_FLIGHT, 1, None),
            ("CreateMessage, 64 in flight : pgbench insert alone", "append", "insert.sql", IN_FLIGHT, 1, None),
            ("BatchCreateMessages of 50, 64 in flight : pgbench", "batch", "batch.sql", IN_FLIGHT, 50, 0.9),
            ("ListMessages newest 50, 64 in flight : pgbench", "list", "list.sql", IN_FLIGHT, 1, 0.7),
        ]:
            if script not in best:
                say(f"{script}, best of {CLIENTS[0]} to {CLIENTS[-1]} clients")
                best[script] = best_clients(script, database, max(3, seconds / 2))
            rows.append(alternate(
                f"{name} ({best[script]})", "pages/s" if workload == "list" else "messages/s", rounds,
                lambda: scale * load_generator(workload, server.address, in_flight, seconds)["calls_per_second"],
                lambda: scale * pgbench(script, database, best[script], seconds), bound))
        rows.append(alternate(
            "REST appends by HTTP/2, 256 in flight : pgbench append", "messages/s", rounds,
            lambda: rest_appends(server.address, seconds), lambda: pgbench("append.sql", database, best["append.sql"], seconds), 2.5))
        rows.append(alternate(
            "IngestMessages, 4,096 in flight : batches of 50", "messages/s", rounds,
            lambda: load_generator("ingest", server.address, 4_096, seconds)["calls_per_second"],
            lambda: 50 * load_generator("batch", server.address, IN_FLIGHT, seconds)["calls_per_second"], 1.0))
        rows.append(alternate(
            "pgbench append, 1 client : CreateMessage, 1 in flight", "µs", rounds,
            lambda: 1e6 / pgbench("append.sql", database, 1, seconds),
            lambda: 1e6 / load_generator("append", server.address, 1, seconds)["calls_per_second"], 1 / 1.3))
    return rows


def sqlite(rounds: int, seconds: float) -> tuple[str, bool]:
    """Appends to a file, which nothing is compared with."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as directory, Server(f"sqlite://{directory}/chatrpc.db") as server:
        load_generator("prepare", server.address, 1, 1)
        rate = statistics.median(
            load_generator("append", server.address, MANY_IN_FLIGHT, seconds)["calls_per_second"] for _ in range(rounds))
    return f"SQLite, 256 in flight: {rate:,.0f} appends/s, bound ≥ 25,000", rate >= 25_000


def idle_mebibytes() -> dict[str, float]:
    with tempfile.TemporaryDirectory() as directory:
        databases = {"SQLite": f"sqlite://{directory}/chatrpc.db", "PostgreSQL": os.environ["CHATRPC_TEST_POSTGRES_URL"]}
        found = {}
        for store, database in databases.items():
            with Server(database) as server:
                found[store] = server.resident_mebibytes()
        return found


def main() -> int:
    arguments = argparse.ArgumentParser(prog="Benchmarks/run")
    arguments.add_argument("--check", action="store_true", help="end non-zero where a bound is not kept")
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--seconds", type=float, default=4)
    arguments.add_argument("--soak-seconds", type=float, default=60, help="how long 1,000 connections call")
    arguments.add_argument("--only", choices=["rpc", "chat"], help="the RPC layer alone, or the chat server alone")
    chosen = arguments.parse_args()

    rows, bounds, idle = [], [], {}
    if chosen.only != "rpc":
        say("Resident memory of the idle server")
        idle = idle_mebibytes()
        rows += [health(chosen.rounds, chosen.seconds), *storage(chosen.rounds, chosen.seconds)]
        bounds.append(sqlite(chosen.rounds, chosen.seconds))
    if chosen.only != "chat":
        rows += echo.comparisons(alternate, chosen.rounds, chosen.seconds)
        say("10,000 idle streams, then 1,000 connections of 100 streams, then rapid resets")
        bounds += [echo.idle_streams(), echo.soak(chosen.soak_seconds), echo.rapid_resets(5)]

    print(f"{'ours : theirs (their clients)':<52} {'ours':>10} {'theirs':>10} {'':<10} {'ratio':>6}  bound")
    for row in rows:
        print(row)
    kept = all(row.holds for row in rows)
    for text, holds in bounds:
        kept = kept and holds
        print(f"{text} {'ok' if holds else 'NOT KEPT'}")
    for store, mebibytes in idle.items():
        holds = mebibytes < MAXIMUM_IDLE_MEBIBYTES
        kept = kept and holds
        verdict = "ok" if holds else "NOT KEPT"
        print(f"idle server on {store}: {mebibytes:.1f} MiB resident, bound < {MAXIMUM_IDLE_MEBIBYTES} {verdict}")
    return 0 if kept or not chosen.check else 1


if __name__ == "__main__":
    sys.exit(main())
