"""What the browser benchmarks share: servers, a browser, and how results are written."""

from __future__ import annotations

import os
import platform
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import ViewportSize

from tests.browser.chromium import FLAGS

__all__ = ["APPS", "LAUNCH", "ROOT", "VIEWPORT", "machine", "percentile", "serve", "table"]

ROOT = Path(__file__).resolve().parents[2]
APPS = Path(__file__).resolve().parent / "apps"

LAUNCH: dict[str, Any] = {
    "executable_path": shutil.which("chromium"),  # None: the Chromium that Playwright installed
    "args": list(FLAGS),
}
VIEWPORT: ViewportSize = {"width": 1366, "height": 900}

START_SECONDS, STOP_SECONDS = 60.0, 30.0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return int(probe.getsockname()[1])


def _wait_until_healthy(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended at once, with code {process.returncode}")
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=1):
                return
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.1)
    raise TimeoutError(f"no answer from {url} within {START_SECONDS:g} s")


@contextmanager
def serve(script: Path, replicas: int = 0) -> Iterator[str]:
    """Run a Streamlit app on a free port with the settings of Logit Lab; yield its address.

    With ``replicas``, it is Logit Lab behind HAProxy, by so many processes.
    """
    port = _free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(script)]
    options = ["--server.headless", "true", "--server.port", str(port)]
    if replicas:
        command = [sys.executable, "-m", "pages.ui.replicas"]
        options = ["--count", str(replicas), "--port", str(port)]
    process = subprocess.Popen(
        [*command, *options], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        url = f"http://localhost:{port}"
        _wait_until_healthy(url, process)
        yield url
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the smallest value that at least ``percent`` of all values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -int(-percent * len(ordered) // 100) - 1)]


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def machine(browser_version: str = "") -> str:
    """Return one line that says on what the numbers were measured."""
    model = platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        lines = cpuinfo.read_text(encoding="utf-8").splitlines()
        names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
        model = names[0] if names else model
    load = f", load {os.getloadavg()[0]:.1f} before the run" if hasattr(os, "getloadavg") else ""
    browser = f"no GPU; headless Chromium {browser_version}; " if browser_version else ""
    return (
        f"{time.strftime('%Y-%m-%d')}; {os.cpu_count()} cores ({model}){load}; "
        f"{browser}Python {platform.python_version()}"
    )
