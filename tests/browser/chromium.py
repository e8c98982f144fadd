"""Finds a browser for the tests, or installs one, or says what to do."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    # A driven browser keeps the stack of every exception. For those that Plotly catches as it
    # starts, V8 would parse all of Plotly again, three times: half a second that no person waits.
    "--js-flags=--no-enable-lazy-source-positions",
)


def _installed() -> str | None:
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is not None:
        return found
    with sync_playwright() as playwright:
        bundled = playwright.chromium.executable_path
    return bundled if Path(bundled).exists() else None


def _run(*command: str) -> None:
    subprocess.run(command, check=False, timeout=600)


def install(package: str) -> None:
    """Install a package of Debian's, if that is possible."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        _run("apt-get", "update")
        _run("apt-get", "install", "--yes", "--no-install-recommends", package)


@cache
def chromium() -> str:
    """Path of an installed Chromium or Chrome, else of one installed now.

    Raises
    ------
    RuntimeError
        If there is none and none can be installed.
    """
    with (Path(tempfile.gettempdir()) / "logit-lab-chromium.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # several processes test, one installs
        return _found_or_installed()


def _found_or_installed() -> str:
    found = _installed()
    if found is None:
        _run(sys.executable, "-m", "playwright", "install", "chromium")
        found = _installed()
    if found is None:
        install("chromium")
        found = _installed()
    if found is None:
        raise RuntimeError(
            "The browser tests need Chromium or Chrome, and none could be installed. Install one "
            "(Debian: apt-get install chromium; elsewhere: python -m playwright install chromium) "
            "and run the tests again."
        )
    return found
