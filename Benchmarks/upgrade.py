"""Upgrades a database of the old shape, a million messages unless told otherwise, while its program goes on writing.

Usage: scripts/with-postgres python3 Benchmarks/upgrade.py [MESSAGES]

It prints how long the upgrade took, how many messages were written meanwhile, and the longest that one of them took.
"""

import os
import subprocess
import sys
import threading
import time
import uuid
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Tests/Foreign"))

from old_program import MESSAGES, SESSIONS, OldProgram, create_tables  # noqa: E402
from stores import new_database, run_sql  # noqa: E402

BOUND_SECONDS_PER_MILLION = 120


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    binary = Path(os.environ["CHATRPC_RELEASE_BINARIES"]) / "chatrpc"
    url = new_database("postgresql", Path())
    create_tables(url, is_newer=True)
    run_sql(
        f"INSERT INTO {MESSAGES} (session_id, role, content, timestamp, metadata) "
        f"SELECT md5((n % {count // 100})::text)::uuid, CASE n % 2 WHEN 0 THEN 'user' ELSE 'assistant' END, repeat('some text ', 20), "
        f"timestamptz '2025-01-01' + interval '1 second' * (n / 7), "
        f"CASE n % 3 WHEN 0 THEN NULL ELSE json_build_object('client_id', gen_random_uuid(), 'client_timestamp', n)::jsonb END "
        f"FROM generate_series(1, {count}) AS n", url)
    run_sql(f"INSERT INTO {SESSIONS} (session_id, name) SELECT DISTINCT session_id, 'A chat' FROM {MESSAGES}", url)
    run_sql("CHECKPOINT", url)
    sessions = [str(uuid.UUID(line)) for line in run_sql(f"SELECT session_id FROM {SESSIONS} LIMIT 200", url).split()]
    over, latencies = threading.Event(), []

    def write() -> None:
        program = OldProgram(url)
        while not over.is_set():
            began = time.monotonic()
            program.add(sessions[len(latencies) % len(sessions)], "written meanwhile")
            latencies.append(time.monotonic() - began)
        program.end()

    writer = threading.Thread(target=write)
    writer.start()
    began = time.monotonic()
    ended = subprocess.run([binary, "migrate", "--database", url], stdout=subprocess.DEVNULL)
    seconds = time.monotonic() - began
    over.set()
    writer.join()
    if ended.returncode != 0:
        return 1
    unnumbered = run_sql(
        f"SELECT count(*) FROM (SELECT session_id, count(*), max(seq), min(seq) FROM {MESSAGES} GROUP BY 1) AS s "
        f"WHERE count <> max OR min <> 1", url).strip()
    latencies.sort()
    print(f"{count:,} old messages upgraded in {seconds:.1f} s ({seconds / count * 1e6:.1f} s a million; bound {BOUND_SECONDS_PER_MILLION})")
    print(
        f"meanwhile the old program wrote {len(latencies):,} messages: median {latencies[len(latencies) // 2] * 1e3:.1f} ms, "
        f"longest {latencies[-1] * 1e3:.0f} ms")
    print(f"sessions with a gap or a double: {unnumbered}")
    return 0 if unnumbered == "0" and seconds / count * 1e6 <= BOUND_SECONDS_PER_MILLION else 1


if __name__ == "__main__":
    sys.exit(main())
