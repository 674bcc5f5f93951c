"""The programs that are measured, each started as a person would start it."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
BINARIES = Path(os.environ["CHATRPC_RELEASE_BINARIES"])
SQL = HERE / "pgbench"


class Server:
    """`chatrpc serve` on a free port of its own."""

    def __init__(self, database: str, *arguments: str):
        command = [BINARIES / "chatrpc", "serve", "--port", "0", *arguments]
        self.log = tempfile.TemporaryFile()
        environment = os.environ | {"DATABASE_URL": database}
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.log, env=environment, text=True)
        line = self.process.stdout.readline()
        if not line.startswith("ready http://"):
            self.log.seek(0)
            raise SystemExit(f"the server did not start: {self.log.read().decode(errors='replace')}")
        self.address = line.split("http://")[1].strip()

    def __enter__(self) -> "Server":
        deadline = time.monotonic() + 30
        while not self._is_ready():
            if time.monotonic() > deadline:
                raise SystemExit("the server's store is not usable after 30 s")
            time.sleep(0.05)
        return self

    def __exit__(self, *_) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://{self.address}/readyz") as answer:
                return answer.status == 200
        except urllib.error.HTTPError:
            return False

    def resident_mebibytes(self) -> float:
        return resident_mebibytes(self.process.pid)


def resident_mebibytes(pid: int) -> float:
    return int(re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())[1]) / 1024


@contextlib.contextmanager
def nghttpd(content: bytes):
    """nghttpd with one worker, serving one file: the address and the file's path."""
    with tempfile.TemporaryDirectory() as directory:
        Path(directory, "answer").write_bytes(content)
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        program = next(path for path in ("/usr/sbin/nghttpd", "/usr/bin/nghttpd") if os.path.exists(path))
        command = [program, "--no-tls", "--workers=1", "--address=127.0.0.1", f"--htdocs={directory}", str(port)]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            _await_listener(port, process)
            yield f"127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(10)


def _await_listener(port: int, process: subprocess.Popen) -> None:
    deadline = time.monotonic() + 10
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.05)
    raise SystemExit("nghttpd does not listen")


def h2load(url: str, seconds: float, *arguments: str) -> float:
    """Answers per second, over 8 connections of 64 streams each. Each answer has to be good and to have a body."""
    command = ["h2load", "--clients=8", "--threads=1", "--max-concurrent-streams=64", "--warm-up-time=1"]
    command += [f"--duration={round(seconds * 1000)}ms", *arguments, url]
    told = output_of(command)
    rate = float(re.search(r"finished in .*?, ([\d.]+) req/s", told)[1])
    done, failed, errored = map(int, re.search(r"(\d+) done, .*?, (\d+) failed, (\d+) errored", told).groups())
    # (Answers that began before the measured time are not among the status codes.)
    bad = sum(map(int, re.search(r"2xx, (\d+) 3xx, (\d+) 4xx, (\d+) 5xx", told).groups()))
    body_bytes = int(re.search(r"\((\d+)\) data", told)[1])
    if failed or errored or bad or body_bytes < done * 5:
        raise SystemExit(f"h2load on {url}: not every answer was good:\n{told}")
    return rate


def health_check(address: str, seconds: float) -> float:
    with tempfile.NamedTemporaryFile() as body:
        body.write(bytes(5))  # An empty HealthCheckRequest: no compression, length 0.
        body.flush()
        return h2load(
            f"http://{address}/grpc.health.v1.Health/Check", seconds,
            f"--data={body.name}", "--header=content-type: application/grpc", "--header=te: trailers",
        )


def rest_appends(address: str, seconds: float) -> float:
    """Messages per second that are posted to 1,000 sessions, 256 at once."""
    with tempfile.NamedTemporaryFile("w") as body, tempfile.NamedTemporaryFile("w") as urls:
        body.write(json.dumps({"role": "user", "content": "x" * 200}))
        body.flush()
        for session in range(1, 1001):
            urls.write(f"http://{address}/api/messages/00000000-0000-0000-0000-{session:012x}\n")
        urls.flush()
        command = ["h2load", "--clients=8", "--threads=1", "--max-concurrent-streams=32", "--warm-up-time=1"]
        command += [f"--duration={round(seconds * 1000)}ms", f"--data={body.name}", "--header=content-type: application/json"]
        told = output_of([*command, f"--input-file={urls.name}"])
        bad = sum(map(int, re.search(r"2xx, (\d+) 3xx, (\d+) 4xx, (\d+) 5xx", told).groups()))
        if bad:
            raise SystemExit(f"h2load: not every append was taken:\n{told}")
        return float(re.search(r"finished in .*?, ([\d.]+) req/s", told)[1])


def load_generator(workload: str, address: str, in_flight: int, seconds: float) -> dict:
    command = [BINARIES / "chatrpc-bench", workload, address, str(in_flight), str(seconds)]
    told = output_of(command)
    return json.loads(told) if told.strip() else {}


def pgbench(script: str, database: str, clients: int, seconds: float) -> float:
    """Transactions per second, by prepared statements."""
    command = ["pgbench", "--no-vacuum", "--protocol=prepared", f"--file={SQL / script}", f"--client={clients}"]
    command += [f"--jobs={min(clients, 2)}", f"--time={max(1, round(seconds))}", database]
    told = output_of(command)
    failed = re.search(r"number of failed transactions: (\d+)", told)
    if failed and int(failed[1]):
        raise SystemExit(f"pgbench {script}: {failed[0]}")
    rate = re.search(r"tps = ([\d.]+) \(without", told)
    return float(rate[1]) if rate else 0  # Its clients had no time left once all were connected.


def output_of(command: list) -> str:
    """What a program prints; where it fails, the run ends with its own words."""
    ended = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if ended.returncode != 0:
        raise SystemExit(f"{command[0]} failed: {ended.stderr}")
    return ended.stdout


def psql(statement: str, database: str) -> None:
    command = ["psql", "--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", "--dbname", database, "--command", statement]
    output_of(command)
