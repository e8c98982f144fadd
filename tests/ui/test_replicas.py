"""Replicas: one address, a student stays with one process, all of them start and end together."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pages.ui.replicas import ReplicasError, configuration, find_haproxy
from tests.browser.replicas import Replicas, haproxy

COOKIE = "LOGIT_LAB_REPLICA"


@pytest.fixture(scope="module")
def replicas(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replicas]:
    with Replicas(2, tmp_path_factory.mktemp("replicas")) as running:
        yield running


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


def assigned(url: str, cookie: str | None = None) -> str | None:
    """Fetch a page; return the replica that its visitor is told to stay with, if a new one."""
    request = urllib.request.Request(f"{url}/softmax")
    if cookie is not None:
        request.add_header("Cookie", f"{COOKIE}={cookie}")
    with urllib.request.urlopen(request, timeout=60) as answer:
        cookies = answer.headers.get_all("Set-Cookie") or []
    found = [one.partition(";")[0] for one in cookies if one.startswith(COOKIE)]
    return found[0].partition("=")[2] if found else None


def is_running(process: int) -> bool:
    return Path(f"/proc/{process}").exists()


def test_visitors_are_shared_out_and_each_stays(replicas: Replicas) -> None:
    assert {assigned(replicas.url) for _ in range(4)} == {"1", "2"}
    assert [assigned(replicas.url, cookie) for cookie in ("1", "2", "1")] == [None] * 3


def test_one_that_dies_is_started_again_and_the_other_answers(replicas: Replicas) -> None:
    dead = replicas.process(2)
    replicas.kill(2)
    assert assigned(replicas.url, "2") == "1"
    until(lambda: replicas.process(2) not in (None, dead))
    assert "replica 2 ended" in replicas.told
    until(lambda: assigned(replicas.url, "2") is None)


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_all_end_together(by: signal.Signals, tmp_path: Path) -> None:
    with Replicas(1, tmp_path) as running:
        started = running.everything
        assert len(started) == 2
        running.stop(by)
        assert not any(map(is_running, started))
        with pytest.raises(urllib.error.URLError):
            urllib.request.urlopen(running.url, timeout=5)


def test_a_port_that_is_taken_is_told(replicas: Replicas) -> None:
    port = replicas.url.rpartition(":")[2]
    command = ["-m", "pages.ui.replicas", "--count=1", f"--port={port}"]
    ended = subprocess.run([sys.executable, *command], capture_output=True, text=True, timeout=90)
    assert ended.returncode == 1
    assert ended.stderr == f"localhost:{port} cannot be served: Address already in use.\n"


def test_without_haproxy_a_sentence_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name, path=None: None)
    with pytest.raises(ReplicasError, match="apt-get install haproxy"):
        find_haproxy()


@pytest.mark.parametrize(
    ("ports", "containers"), [([4001, 4002], None), ([], "app:8501")], ids=["here", "containers"]
)
def test_haproxy_takes_the_configuration(
    ports: list[int], containers: str | None, tmp_path: Path
) -> None:
    file = tmp_path / "haproxy.cfg"
    file.write_text(configuration(ports))
    environment = {**os.environ, "LOGIT_LAB_BIND": "localhost:8501"}
    if containers is not None:
        environment["LOGIT_LAB_REPLICAS"] = containers
    checked = subprocess.run(
        [haproxy(), "-c", "-f", str(file)], env=environment, capture_output=True, text=True
    )
    assert (checked.returncode, "warning" in checked.stderr.lower()) == (0, False), checked.stderr
