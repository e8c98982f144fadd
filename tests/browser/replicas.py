"""Starts the app as several processes behind HAProxy, for a test."""

from __future__ import annotations

import fcntl
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from functools import cache
from pathlib import Path
from types import TracebackType

from pages.ui.replicas import find_haproxy
from tests.browser.server import ROOT, free_port


@cache
def haproxy() -> str:
    """Path of an installed HAProxy, else of one installed now."""
    # The same lock as that of the browser: several processes test, one at a time installs.
    with (Path(tempfile.gettempdir()) / "logit-lab-chromium.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return find_haproxy()


def _children(process: int) -> list[int]:
    found = Path(f"/proc/{process}/task/{process}/children").read_text()
    return [int(child) for child in found.split()]


def _port(process: int) -> int | None:
    """The port of an app's process; None of another's."""
    try:
        command = Path(f"/proc/{process}/cmdline").read_text()
    except OSError:  # it has just ended
        return None
    found = re.search(r"--server\.port=(\d+)", command)
    return int(found[1]) if found else None


class Replicas:
    """``python -m pages.ui.replicas`` on a free port of this machine."""

    def __init__(self, count: int, folder: Path) -> None:
        haproxy()
        port = free_port()
        self.url = f"http://localhost:{port}"
        self._log = (folder / f"replicas-{port}.log").open("w")
        command = [sys.executable, "-m", "pages.ui.replicas", f"--count={count}", f"--port={port}"]
        self._launcher = subprocess.Popen(
            command, cwd=ROOT, stdout=self._log, stderr=subprocess.STDOUT
        )

    def __enter__(self) -> Replicas:
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline and self._launcher.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=2):
                    self._ports = list(self._running())
                    return self
            except OSError:
                time.sleep(0.1)
        self.stop()
        raise RuntimeError(f"replicas did not start: {self.told}")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _running(self) -> dict[int, int]:
        ports = {_port(process): process for process in _children(self._launcher.pid)}
        return {port: process for port, process in ports.items() if port is not None}

    @property
    def told(self) -> str:
        """What the launcher has said."""
        return Path(self._log.name).read_text()

    @property
    def everything(self) -> list[int]:
        """Every process that the launcher has started: replicas and HAProxy."""
        return _children(self._launcher.pid)

    def process(self, number: int) -> int | None:
        """The process of a replica, numbered from 1 as its cookie is; None if there is none now."""
        return self._running().get(self._ports[number - 1])

    def kill(self, number: int) -> None:
        """End a replica as a crash would."""
        process = self.process(number)
        assert process is not None
        os.kill(process, signal.SIGKILL)

    def stop(self, by: signal.Signals = signal.SIGTERM) -> None:
        """Stop everything, and wait for it."""
        self._launcher.send_signal(by)
        self._launcher.wait(timeout=30)
        self._log.close()
