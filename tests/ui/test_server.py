from __future__ import annotations

import re
from pathlib import Path

import plotly
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from pages.ui import server
from pages.ui.stage.pack import PLOTLY_URL


def client() -> TestClient:
    routes = [
        Route("/plotly.min.js", server.plotly_script),
        Route("/", lambda request: HTMLResponse("<html></html>")),
    ]
    return TestClient(Starlette(routes=routes, middleware=[Middleware(server.SecurityHeaders)]))


@pytest.fixture(autouse=True)
def _fresh_policy() -> None:
    server._content_security_policy.cache_clear()


def test_plotly_is_the_installed_one_and_may_be_kept() -> None:
    answer = client().get(f"/{PLOTLY_URL}")
    assert answer.status_code == 200
    assert plotly.__version__ in PLOTLY_URL
    installed = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
    assert answer.content == server.EAGER + installed.read_bytes()
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"].startswith("text/javascript")


def test_security_headers() -> None:
    headers = client().get("/").headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'self'"
    assert policy["frame-ancestors"] == "'self'"
    assert policy["object-src"] == "'none'"
    assert "unsafe" not in policy["script-src"]
    assert re.search(r"'sha256-[\w+/]{43}='", policy["script-src"])
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["link"] == f"</{PLOTLY_URL}>; rel=preload; as=script"


def test_slides_may_embed_only_when_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(server.FRAME_ANCESTORS, "https://a.example, https://b.example; script-src *")
    policy = client().get("/").headers["content-security-policy"]
    assert policy.endswith(
        "frame-ancestors 'self' https://a.example https://b.example script-src *"
    )
    assert "; script-src *" not in policy
