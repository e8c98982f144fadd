from __future__ import annotations

import re
import socket
from pathlib import Path
from types import SimpleNamespace

import plotly
import pytest
import streamlit
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from pages.ui import server
from pages.ui.files import EAGER, FILES, STYLE_URL
from pages.ui.frames import FRAME_ANCESTORS
from pages.ui.stage.mount import SCRIPT_URL
from pages.ui.stage.pack import PLOTLY_URL
from pages.ui.uploads import MOST_FILES

INDEX = Path(streamlit.__file__).parent / "static" / "index.html"
BROWSER = {"Accept": "text/html,*/*"}


def taken(request: Request) -> PlainTextResponse:
    return PlainTextResponse("taken")


async def echo(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_json({"origin": websocket.headers.get("origin")})
    await websocket.close()


def client(host: str = "localhost:8501") -> TestClient:
    routes = [
        *FILES,
        Route("/", lambda request: HTMLResponse(INDEX.read_text(encoding="utf-8"))),
        Route("/text", lambda request: PlainTextResponse("text")),
        Route("/_stcore/upload_file/{session}/{file}", taken, methods=["PUT"]),
        WebSocketRoute("/_stcore/stream", echo),
    ]
    app = Starlette(routes=routes, middleware=list(server.MIDDLEWARE))
    return TestClient(app, base_url=f"http://{host}")


@pytest.fixture(autouse=True)
def _fresh_policy() -> None:
    server._content_security_policy.cache_clear()


@pytest.mark.parametrize("compression", ["gzip", "identity"])
def test_plotly_is_the_installed_one_and_may_be_kept(compression: str) -> None:
    answer = client().get(f"/{PLOTLY_URL}", headers={"Accept-Encoding": compression})
    assert answer.status_code == 200
    assert plotly.__version__ in PLOTLY_URL
    installed = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
    assert answer.content == EAGER + installed.read_bytes()
    assert answer.headers["content-encoding"] == compression
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"].startswith("text/javascript")
    assert (int(answer.headers["content-length"]) < 2e6) == (compression == "gzip")


@pytest.mark.parametrize("url", [SCRIPT_URL, STYLE_URL])
def test_another_content_has_another_address(url: str) -> None:
    assert re.fullmatch(r"\w+\.[0-9a-f]{16}\.(js|css)", url)
    assert "immutable" in client().get(f"/{url}").headers["cache-control"]


def test_streamlits_scripts_are_compressed_too() -> None:
    (script,) = re.findall(r'src="\./(static/js/index[^"]+)"', INDEX.read_text(encoding="utf-8"))
    answer = client().get(f"/{script}", headers={"Accept-Encoding": "gzip"})
    assert answer.content == (INDEX.parent / script).read_bytes()
    assert int(answer.headers["content-length"]) < len(answer.content) / 2
    assert client().get("/static/js/..%2f..%2findex.html").status_code == 404


def test_the_page_brings_what_the_stage_needs() -> None:
    plain = client().get("/", headers={"Accept": "*/*"}).text
    page = client().get("/", headers={**BROWSER, "If-None-Match": '"kept"'})
    assert page.headers["content-length"] == str(len(page.content))
    for early in (f'src="./{PLOTLY_URL}"', f'href="./{SCRIPT_URL}"', f'href="./{STYLE_URL}"'):
        assert early in page.text
        assert early not in plain
    assert "etag" not in page.headers


def test_security_headers() -> None:
    headers = client().get("/").headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'self'"
    assert policy["frame-ancestors"] == "'self'"
    assert policy["object-src"] == "'none'"
    assert "unsafe" not in policy["script-src"]
    assert len(re.findall(r"'sha256-[\w+/]{43}='", policy["script-src"])) == 2
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


def test_slides_may_embed_only_when_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FRAME_ANCESTORS, "https://a.example, https://b.example; script-src *")
    policy = client().get("/").headers["content-security-policy"]
    assert policy.endswith(
        "frame-ancestors 'self' https://a.example https://b.example script-src *"
    )
    assert "; script-src *" not in policy


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "Logit Lab may not be shown in this page."),
        ("zh-CN,zh;q=0.9", "Logit Lab 不能显示在这个页面里。"),
    ],
)
def test_a_frame_that_nobody_allowed_says_why_it_is_empty(
    monkeypatch: pytest.MonkeyPatch, language: str, sentence: str
) -> None:
    framed = {"Accept-Language": language, "Sec-Fetch-Dest": "iframe"}
    answer = client().get("/", headers={**framed, "Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert answer.text.startswith(sentence)
    assert FRAME_ANCESTORS in answer.text
    assert "content-security-policy" not in answer.headers  # it would hide the sentence
    for own in ("same-origin", "none"):
        assert client().get("/", headers={**framed, "Sec-Fetch-Site": own}).status_code == 200
    monkeypatch.setenv(FRAME_ANCESTORS, "https://a.example")
    assert client().get("/", headers={**framed, "Sec-Fetch-Site": "cross-site"}).status_code == 200


def opened(host: str = "localhost:8501", **headers: str) -> dict[str, str | None]:
    """What the app behind it finds in the handshake of a websocket."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    with client().websocket_connect(f"ws://{host}/_stcore/stream", headers=given) as connection:
        return dict(connection.receive_json())


MACHINE = socket.gethostname().lower()


@pytest.mark.parametrize(
    "host", ["localhost:8501", "127.0.0.1", "192.168.7.9:8501", "[::1]:8501", f"{MACHINE}:8501"]
)
def test_the_machine_answers_at_each_of_its_addresses(host: str) -> None:
    assert client(host).get("/text").text == "text"
    assert opened(host, Origin=f"http://{host}") == {"origin": None}  # nothing to look up


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("de", "This server does not answer at the address evil.example."),
        ("zh-CN,zh;q=0.9", "本服务器不通过地址 evil.example 提供服务。"),
    ],
)
def test_a_name_that_was_made_to_lead_here_is_refused(language: str, sentence: str) -> None:
    answer = client("evil.example:8501").get("/text", headers={"Accept-Language": language})
    assert answer.status_code == 421
    assert answer.text.startswith(sentence)
    with pytest.raises(WebSocketDisconnect):
        opened("evil.example:8501", Origin="http://evil.example:8501")


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "http://localhost:3000", "https://localhost:8501.evil", "null", "["],
)
def test_a_websocket_from_another_page_is_refused(origin: str) -> None:
    with pytest.raises(WebSocketDisconnect):
        opened(Origin=origin)


def test_a_websocket_of_no_page_and_of_a_proxy_is_served() -> None:
    opened()
    lab = "lab.example"
    opened(lab, Origin=f"https://{lab}", X_Forwarded_For="10.0.0.7")
    opened(Origin=f"https://{lab}", X_Forwarded_Host=lab)


def test_names_can_be_given(monkeypatch: pytest.MonkeyPatch) -> None:
    options = {"server.allowedHosts": ["lab.example"], "server.corsAllowedOrigins": []}
    monkeypatch.setattr("streamlit.get_option", lambda name: options.get(name, True))
    assert client("lab.example").get("/text").text == "text"


def test_a_session_holds_few_files_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    files = MemoryUploadedFileManager("/_stcore/upload_file")
    runtime = SimpleNamespace(uploaded_file_mgr=files)
    monkeypatch.setattr("pages.ui.uploads.get_instance", lambda: runtime)
    for number in range(MOST_FILES):
        assert client().put(f"/_stcore/upload_file/one/{number}").text == "taken"
        files.add_file("one", UploadedFileRec(str(number), "a.csv", "text/csv", b"1"))
    assert client().put("/_stcore/upload_file/one/last").status_code == 413
    assert client().put("/_stcore/upload_file/two/first").text == "taken"
    files.remove_file("one", "0")
    assert client().put("/_stcore/upload_file/one/last").text == "taken"
