"""The server under test: the real program, started as a person starts it and ended by a signal."""

import os
import selectors
import signal
import ssl
import subprocess
import time
from pathlib import Path

import httpx

REPOSITORY = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("CHATRPC_BINARY", REPOSITORY / ".build/debug/chatrpc"))
START_SECONDS = 30
STOP_SECONDS = 30


class Server:
    """One process of `chatrpc serve`, and where it listens."""

    def __init__(self, log: Path, *arguments: str, environment: dict[str, str] | None = None, port: int = 0,
                 trust: ssl.SSLContext | bool = True):
        self.log = log
        self.trust = trust
        self.command = [str(BINARY), "serve", "--port", str(port), *arguments]
        kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "XDG_DATA_HOME")}
        self.environment = kept | (environment or {})
        self.process: subprocess.Popen | None = None
        self.url = ""

    def launch(self) -> "Server":
        """Starts the process and reads its ready line: it listens, though the store may not be usable yet."""
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, env=self.environment
            )
        line = self._first_line()
        assert line.startswith(("ready http://", "ready https://")), f"not a ready line: {line!r}; the log says: {self.log_text()}"
        self.url = line.removeprefix("ready ").rstrip("\n")
        return self

    def start(self) -> "Server":
        """Starts the process and waits until its store is usable."""
        return self.launch().wait_until_usable()

    def wait_until_usable(self) -> "Server":
        deadline = time.monotonic() + START_SECONDS
        while httpx.get(self.url + "/readyz", verify=self.trust).status_code != 200:
            assert self.process.poll() is None, f"the server ended: {self.log_text()}"
            assert time.monotonic() < deadline, f"/readyz never turned 200: {self.log_text()}"
            time.sleep(0.02)
        return self

    @property
    def address(self) -> str:
        """HOST:PORT, as gRPC wants it."""
        return self.url.partition("://")[2]

    def stop(self, by: signal.Signals = signal.SIGTERM) -> None:
        """Ends the process by a signal."""
        self.process.send_signal(by)
        self.wait()

    def wait(self) -> None:
        """Waits until the process, which has been told to, ends. It has to end well, with nothing said but its ready line."""
        rest, _ = self.process.communicate(timeout=STOP_SECONDS)
        assert rest == b"", f"stdout holds more than the ready line: {rest!r}"
        assert self.process.returncode == 0, f"exit code {self.process.returncode}: {self.log_text()}"

    def kill(self) -> None:
        """Ends the process without a chance to say goodbye."""
        self.process.kill()
        self.process.communicate(timeout=STOP_SECONDS)

    def restart(self) -> "Server":
        self.stop()
        return self.start()

    def log_text(self) -> str:
        return self.log.read_text(errors="replace")[-4000:]

    def _first_line(self) -> str:
        deadline = time.monotonic() + START_SECONDS
        received = b""
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            while b"\n" not in received:
                assert selector.select(deadline - time.monotonic()), f"no ready line: {self.log_text()}"
                part = os.read(self.process.stdout.fileno(), 4096)
                assert part, f"stdout closed without a ready line ({received!r}): {self.log_text()}"
                received += part
        assert received.index(b"\n") == len(received) - 1, f"more than one line: {received!r}"
        return received.decode()
