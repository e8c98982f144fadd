"""Several processes of the app behind one address: ``python -m pages.ui.replicas --count 4``.

Python uses one core a process; HAProxy shares a class out among them. A student stays with the
process that served the page first. One that dies is started again, and its students go on with
another: the address holds what they see. Ctrl+C, SIGTERM or a closed terminal stops everything.
"""

from __future__ import annotations

import argparse
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

__all__ = ["CONFIGURATION", "ReplicasError", "configuration", "find_haproxy", "main", "run"]

CONFIGURATION = Path(__file__).parent / "haproxy.cfg"
"""What HAProxy is told, but for the ports of the replicas."""

_ROOT = Path(__file__).parents[2]
_START_SECONDS, _STOP_SECONDS = 60.0, 10.0
_LOOK_SECONDS, _AGAIN_SECONDS = 0.2, 2.0
_STOP_SIGNALS = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]

_NO_HAPROXY = (
    "Replicas need HAProxy, and there is none. Install it (Debian and Ubuntu: apt-get install "
    "haproxy; macOS: brew install haproxy), or use Docker: .docker/compose.yaml."
)


class ReplicasError(Exception):
    """Says why the replicas cannot be served, and what to do."""


class _Process:
    """A process that serves an address until it is stopped: it is started again if it ends."""

    def __init__(
        self, name: str, url: str, command: Sequence[str], environment: Mapping[str, str]
    ) -> None:
        self._name, self._url = name, url
        self._command, self._environment = command, environment
        self._start()

    def _start(self) -> None:
        self._started = time.monotonic()
        self._process = subprocess.Popen(
            self._command,
            cwd=_ROOT,
            env={**os.environ, **self._environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # Streamlit names its own address, which is not for people
            start_new_session=True,  # Ctrl+C reaches this process only, which stops all others
        )

    def wait_until_healthy(self) -> None:
        """Wait for its first answer."""
        deadline = self._started + _START_SECONDS
        while self._process.poll() is None and time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"{self._url}/_stcore/health", timeout=2):
                    return
            except OSError:
                time.sleep(_LOOK_SECONDS)
        raise ReplicasError(f"{self._name} does not start: see what it says above.")

    def keep(self) -> None:
        """Start it again if it has ended, but not more often than every other second."""
        code = self._process.poll()
        if code is not None and time.monotonic() - self._started > _AGAIN_SECONDS:
            print(f"{self._name} ended (code {code}) and is started again", flush=True)
            self._start()

    def stop(self) -> None:
        """Ask it to end."""
        self._process.terminate()

    def wait(self) -> None:
        """Wait until it has ended, and end it if it takes long."""
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def find_haproxy() -> str:
    """Path of HAProxy; root on Debian installs it.

    Raises
    ------
    ReplicasError
        If there is none and it cannot be installed.
    """
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/local/sbin", "/usr/sbin"])
    found = shutil.which("haproxy", path=path)
    if found is None and os.name == "posix" and os.geteuid() == 0 and shutil.which("apt-get"):
        print("HAProxy is installed (apt-get install haproxy) ...", flush=True)
        for command in (["update"], ["install", "--yes", "--no-install-recommends", "haproxy"]):
            quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
            subprocess.run(["apt-get", "-qq", *command], env=quiet, check=False, timeout=600)
        found = shutil.which("haproxy", path=path)
    if found is None:
        raise ReplicasError(_NO_HAPROXY)
    return found


def configuration(ports: Sequence[int]) -> str:
    """What HAProxy is told when the replicas listen at these ports of this machine."""
    servers = [f"    server {n} 127.0.0.1:{port} cookie {n}\n" for n, port in enumerate(ports, 1)]
    return CONFIGURATION.read_text(encoding="utf-8") + "".join(servers)


def _free_ports(count: int) -> list[int]:
    with ExitStack() as sockets:
        probes = [sockets.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]


def _check_free(address: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        socket.create_server((address, port), family=family).close()
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise ReplicasError(f"{address}:{port} cannot be served: {reason}.") from error


def _replica(number: int, port: int, secret: str) -> _Process:
    command = [sys.executable, "-m", "streamlit", "run", str(_ROOT / "app.py")]
    place = ["--server.headless=true", "--server.address=127.0.0.1", f"--server.port={port}"]
    environment = {"STREAMLIT_SERVER_COOKIE_SECRET": secret}
    url = f"http://127.0.0.1:{port}"
    return _Process(f"replica {number}", url, [*command, *place], environment)


@contextmanager
def _served(count: int, bind: str) -> Iterator[list[_Process]]:
    """Start everything; stop all of it at the end."""
    haproxy, ports = find_haproxy(), _free_ports(count)
    secret = os.environ.get("STREAMLIT_SERVER_COOKIE_SECRET") or secrets.token_hex()
    processes: list[_Process] = []
    with TemporaryDirectory() as folder:
        told = Path(folder) / "haproxy.cfg"
        told.write_text(configuration(ports), encoding="utf-8")
        try:
            for number, port in enumerate(ports, 1):
                processes.append(_replica(number, port, secret))
            for process in processes:
                process.wait_until_healthy()
            command, environment = [haproxy, "-db", "-f", str(told)], {"LOGIT_LAB_BIND": bind}
            processes.append(_Process("HAProxy", f"http://{bind}", command, environment))
            processes[-1].wait_until_healthy()
            yield processes
        finally:
            for number in _STOP_SIGNALS:
                signal.signal(number, signal.SIG_IGN)
            for process in processes:
                process.stop()
            for process in processes:
                process.wait()


def run(count: int, address: str, port: int) -> None:
    """Serve the app by so many processes, until interrupted.

    Raises
    ------
    ReplicasError
        If HAProxy is missing, the port is taken, or something does not start.
    """
    _check_free(address, port)
    bind = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
    with _served(count, bind) as processes:
        print(f"{count} replicas at http://{bind} (Ctrl+C stops them)", flush=True)
        while True:
            time.sleep(_LOOK_SECONDS)
            for process in processes:
                process.keep()


def main() -> None:
    """Serve the app as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=os.cpu_count() or 1, help="of processes")
    parser.add_argument("--address", default="localhost", help="0.0.0.0 opens it to the room")
    parser.add_argument("--port", type=int, default=8501)
    options = parser.parse_args()
    if options.count < 1:
        parser.error("--count must be at least 1")
    for number in _STOP_SIGNALS:
        signal.signal(number, signal.default_int_handler)
    try:
        run(options.count, options.address, options.port)
    except KeyboardInterrupt:
        pass
    except ReplicasError as problem:
        sys.exit(str(problem))


if __name__ == "__main__":
    main()
