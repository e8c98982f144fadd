"""Starts the app, or a small app around the stage, for a test."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from types import TracebackType

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """An app served on a free port of this machine, from a folder that is not the project's."""

    def __init__(
        self, script: Path, folder: Path, port: int | None = None, options: tuple[str, ...] = ()
    ) -> None:
        self.port = port or free_port()
        self.url = f"http://localhost:{self.port}"
        self._log = (folder / f"server-{self.port}.log").open("w")
        command = [sys.executable, "-m", "streamlit", "run", str(script)]
        place = ["--server.headless=true", f"--server.port={self.port}"]
        self.process = subprocess.Popen(
            [*command, *place, *options], cwd=folder, stdout=self._log, stderr=subprocess.STDOUT
        )

    def __enter__(self) -> Server:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=2):
                    return self
            except OSError:
                if self.process.poll() is not None:
                    break
                time.sleep(0.1)
        self.__exit__(None, None, None)
        raise RuntimeError(f"server did not start: {Path(self._log.name).read_text()}")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.process.terminate()
        self.process.wait(timeout=20)
        self._log.close()
