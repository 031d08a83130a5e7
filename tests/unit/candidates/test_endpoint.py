"""Candidates behind HTTP: a real server that is slow, flaky, rude or wrong."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import ssl
import threading
import time
import unittest.mock
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from regrade.candidates import Pool, is_trusted, trust
from regrade.candidates.worker.tls import InClear
from regrade.errors import CandidateError, NotTrustedError

from .conftest import SCHEMAS, Workspace, contents

Reply = tuple[int, dict[str, str], bytes]


def reply(document: Any, status: int = 200, **headers: str) -> Reply:
    return status, {name.replace("_", "-"): value for name, value in headers.items()}, json.dumps(document).encode()


def late(rows: list[dict[str, Any]]) -> list[Any]:
    return [{"prediction": "late" if row["n"] > 4 else "on_time", "scores": {"late": min(row["n"] / 10, 1.0)}} for row in rows]


class Server:
    """Answers by path; remembers what it was asked."""

    def __init__(self, certificate: Path | None = None) -> None:
        self.paths: dict[str, Callable[[list[dict[str, Any]]], Reply | None]] = {}
        self.asked: list[tuple[str, dict[str, str], Any]] = []
        self.atonce = self.most = 0
        self.lock = threading.Lock()
        self.released = threading.Event()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with server.lock:
                    server.asked.append((self.path, dict(self.headers), body))
                    server.atonce += 1
                    server.most = max(server.most, server.atonce)
                try:
                    found = server.paths[self.path.partition("?")[0].rpartition("http://elsewhere.invalid")[2]](next(iter(body.values())))
                    self.close_connection = found is None
                    if found is not None:
                        with contextlib.suppress(ConnectionError):  # nobody waits for it any more
                            self.answer(*found)
                finally:
                    with server.lock:
                        server.atonce -= 1

            def answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None: ...

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.http.socket = context.wrap_socket(self.http.socket, server_side=True)
        self.thread = threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.http.server_port}"

    def posts(self, path: str) -> list[Any]:
        return [body for asked, _, body in self.asked if asked == path]

    def close(self) -> None:
        self.released.set()
        self.http.shutdown()
        self.http.server_close()


def times(*replies: Callable[[list[dict[str, Any]]], Reply | None]) -> Callable[[list[dict[str, Any]]], Reply | None]:
    """Give one reply after the other; the last one from then on."""
    left = list(replies)
    return lambda rows: (left.pop(0) if left[1:] else left[0])(rows)


def good(rows: list[dict[str, Any]]) -> Reply:
    return reply({"predictions": late(rows)})


def status(code: int, **headers: str) -> Callable[[list[dict[str, Any]]], Reply]:
    return lambda _: reply({"error": "overloaded"}, code, **headers)


PATHS: dict[str, Callable[[list[dict[str, Any]]], Reply | None]] = {
    "good": good,
    "bare": lambda rows: reply(["late"] * len(rows)),
    "flaky": times(status(503), status(429, Retry_After="0"), lambda _: None, good),
    "down": status(503),
    "tomorrow": status(429, Retry_After="86400"),
    "partial": lambda rows: reply([{"error": "no such carrier"} if row["n"] == 2 else {"prediction": "late", "tokens": 5} for row in rows]),
    "picky": lambda rows: status(422)(rows) if any(row["n"] == 5 for row in rows) else good(rows),
    "stumbles": lambda rows: status(500)(rows) if any(row["n"] == 5 for row in rows) else good(rows),
    "short": lambda rows: reply(late(rows)[1:]),
    "text": lambda _: (200, {"Content-Type": "text/html"}, b"<html>\x1b[2J<h1>It works!</h1>"),
    "object": lambda _: reply({"result": []}),
    "forbidden": status(403),
    "moved": lambda _: (302, {"Location": "/good"}, b""),
    "huge": lambda _: (200, {}, b"[" + b" " * (70 << 20) + b"]"),
    "giant": lambda _: (200, {}, b'["late", {"prediction": "late", "scores": {"late": 1%s}}, "late"]' % (b"0" * 400)),
    "surrogate": lambda _: (200, {}, b'[{"prediction": "late", "scores": {"\\ud800": 0.5}}]'),
    "lies": lambda _: (200, {"Content-Length": "1000"}, b"[]"),
}
SETTINGS = {
    "good": "batch = 4\n",
    "flaky": "retries = 4\n",
    "down": "batch = 1\nconcurrency = 1\nretries = 1\n",
    "slow": "timeout = 0.2\nretries = 1\n",
    "drips": "timeout = 0.3\nretries = 0\n",
    "crowd": "batch = 1\nconcurrency = 3\n",
    "stumbles": "retries = 1\n",
    "lies": "retries = 0\ntimeout = 0.5\n",
    "secret": 'headers = { Authorization = "Bearer env:TOKEN", X-Team = "data" }\n',
    "nowhere": "retries = 2\n",
    "mlflow": 'field = "dataframe_records"\n',
}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    made = Server()
    made.paths = {f"/{name}": answer for name, answer in PATHS.items()}

    def slow(rows: list[dict[str, Any]]) -> Reply:
        made.released.wait(20)
        return good(rows)

    def drips(_: list[dict[str, Any]]) -> Reply | None:
        made.released.wait(20)
        return None

    together = threading.Barrier(3)

    def crowd(rows: list[dict[str, Any]]) -> Reply:
        together.wait(20)  # nobody is answered before three are here
        return good(rows)

    made.paths |= {"/slow": slow, "/drips": drips, "/crowd": crowd, "/secret": good, "/mlflow": good}
    yield made
    made.close()


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory, server: Server) -> Iterator[Pool]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TOKEN", "hunter2hunter2")
        patch.setenv("http_proxy", "http://127.0.0.1:9")
        patch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
        workspace = Workspace(tmp_path_factory.mktemp("endpoint"))
        for name in [*(path[1:] for path in server.paths), "nowhere"]:
            url = "http://127.0.0.1:9/" if name == "nowhere" else f"{server.url}/{name}"
            said = f'[candidates.{name}]\nurl = "{url}"\nversion = "7"\nbackoff = 0.001\n'
            workspace.toml += said + SETTINGS.get(name, "")
        workspace.toml += f'[candidates.through]\nurl = "http://elsewhere.invalid/good"\nproxy = "{server.url}"\n'
        yield workspace.pool()
        workspace.close()


def test_batches_are_posted_and_answers_put_in_order(pool: Pool, server: Server) -> None:
    outputs = pool.predict("good", contents(10), SCHEMAS)

    assert outputs.predictions == ["on_time"] * 5 + ["late"] * 5
    assert outputs.scores[3] == {"late": 0.3}
    assert outputs.calls == 3
    posts = server.posts("/good")
    assert sorted(len(each["inputs"]) for each in posts) == [2, 4, 4]
    assert {"x": 0.0, "n": 0, "s": "s0"} in [row for each in posts for row in each["inputs"]]
    assert pool.predict("bare", contents(2), SCHEMAS).predictions == ["late", "late"]


def test_as_many_requests_at_a_time_as_said(pool: Pool, server: Server) -> None:
    server.most = 0
    assert pool.predict("crowd", contents(9), SCHEMAS).errors == [None] * 9
    assert server.most == 3


def test_what_may_be_answered_the_next_time_is_asked_again(pool: Pool) -> None:
    outputs = pool.predict("flaky", contents(3), SCHEMAS)

    assert outputs.errors == [None] * 3
    assert outputs.calls == 4


def test_a_server_that_is_down_is_given_up(pool: Pool, server: Server) -> None:
    outputs = pool.predict("down", contents(50), SCHEMAS)

    assert "HTTP 503" in str(outputs.errors[0])
    assert "(2 attempts)" in str(outputs.errors[0])
    assert str(outputs.errors[49]).startswith("not asked: ")
    assert outputs.transient == set(range(50))
    assert len(server.posts("/down")) == 6

    assert "connection failed" in str(pool.predict("nowhere", contents(1), SCHEMAS).errors[0])


def test_a_server_that_asks_to_wait_until_tomorrow_is_not_waited_for(pool: Pool) -> None:
    outputs = pool.predict("tomorrow", contents(1), SCHEMAS)

    assert "asks to wait 86400 s" in str(outputs.errors[0])
    assert outputs.calls == 1


@pytest.mark.parametrize("name", ["slow", "drips"])
def test_a_request_has_its_time(pool: Pool, name: str) -> None:
    outputs = pool.predict(name, contents(1), SCHEMAS)

    assert "it gave no answer within 0." in str(outputs.errors[0])
    assert outputs.transient == {0}


def test_a_row_may_fail_alone(pool: Pool) -> None:
    outputs = pool.predict("partial", contents(4), SCHEMAS)

    assert outputs.predictions == ["late", "late", None, "late"]
    assert outputs.errors[2] == "it says: no such carrier"
    assert outputs.tokens == 15


@pytest.mark.parametrize(("name", "transient"), [("picky", set()), ("stumbles", {5})])
def test_the_row_that_a_server_does_not_take_is_found(pool: Pool, name: str, transient: set[int]) -> None:
    outputs = pool.predict(name, contents(16), SCHEMAS)

    assert [at for at, error in enumerate(outputs.errors) if error] == [5]
    assert "overloaded" in str(outputs.errors[5])
    assert outputs.transient == transient
    assert outputs.calls <= 12


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("short", "it returned 3 predictions for 4 rows"),
        ("text", "its reply is no JSON"),
        ("object", "no list of predictions"),
        ("forbidden", "HTTP 403"),
        ("moved", "redirects to '/good', which is not followed"),
        ("huge", "longer than 64 MB"),
    ],
)
def test_what_is_no_answer_is_refused_as_a_whole(pool: Pool, server: Server, name: str, said: str) -> None:
    with pytest.raises(CandidateError, match=r"^candidate " + name) as raised:
        pool.predict(name, contents(4), SCHEMAS)
    assert said in raised.value.what
    assert "\x1b" not in raised.value.what
    assert len(server.posts(f"/{name}")) == 1


def test_a_reply_that_breaks_off_is_no_answer(pool: Pool) -> None:
    assert pool.predict("lies", contents(1), SCHEMAS).errors[0] is not None


def test_headers_come_from_named_variables_and_no_others(pool: Pool, server: Server) -> None:
    assert pool.predict("secret", contents(1), SCHEMAS).errors == [None]
    _, headers, _ = next(each for each in server.asked if each[0] == "/secret")

    assert headers["Authorization"] == "Bearer hunter2hunter2"
    assert headers["X-Team"] == "data"
    assert "hunter2" not in json.dumps(pool.fingerprint("secret").parts)


def test_another_servers_name_for_the_batch(pool: Pool, server: Server) -> None:
    pool.predict("mlflow", contents(1), SCHEMAS)
    assert list(server.posts("/mlflow")[0]) == ["dataframe_records"]


def test_a_proxy_is_used_where_it_is_named_alone(pool: Pool, server: Server) -> None:
    assert pool.predict("through", contents(6), SCHEMAS).predictions == ["on_time"] * 5 + ["late"]
    assert server.asked[-1][0] == "http://elsewhere.invalid/good"


def test_a_certificate_is_always_verified(workspace: Workspace, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Signed by itself for 127.0.0.1, until 2099: its key is no secret."""
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    signed = workspace.root / "localhost.pem"
    signed.write_bytes(Path(__file__).with_name("localhost.pem").read_bytes())
    safe = Server(signed)
    safe.paths = {"/good": good, "/away": lambda _: (307, {"Location": f"{server.url}/good"}, b"")}
    own, known = f"https://127.0.0.1:{safe.http.server_port}", 'ca = "localhost.pem"\n'
    asked = {
        "unknown": (f"{own}/good", "", "not accepted: self-signed certificate; name the file of the authority"),
        "elsewhere": (f"{own}/good".replace("127.0.0.1", "localhost"), known, "not valid for 'localhost'"),
        "away": (f"{own}/away", known, "which is not followed"),
        "plain": (f"{server.url}/good".replace("http", "https"), "", "it does not speak TLS"),
        "clear": (f"{own}/good".replace("https", "http"), "", "it speaks TLS"),
        "nothing": (f"{own}/good", 'ca = "nothing.pem"\n', "nothing.pem holds no certificate"),
        "known": (f"{own}/good", known, ""),
    }
    (workspace.root / "nothing.pem").touch()
    for name, (url, settings, _) in asked.items():
        workspace.toml += f'[candidates.{name}]\nurl = "{url}"\nheaders = {{ Cookie = "env:TOKEN" }}\n{settings}'
    monkeypatch.setenv("TOKEN", "hunter2hunter2")
    before = len(server.asked)
    pool = workspace.pool()
    try:
        for name, (_, _, said) in asked.items():
            if said:
                with pytest.raises(CandidateError, match=said):
                    pool.predict(name, contents(1), SCHEMAS)
        assert [path for path, _, _ in safe.asked] == ["/away"] and len(server.asked) == before  # at once, and nothing is sent on
        assert pool.predict("known", contents(1), SCHEMAS).errors == [None]
        monkeypatch.setenv("SSL_CERT_FILE", str(signed))  # without `ca`, and without naming it in `env`
        assert workspace.pool().predict("unknown", contents(1), SCHEMAS).errors == [None]
        monkeypatch.setenv("SSL_CERT_FILE", "gone.pem")
        with pytest.raises(CandidateError, match="SSL_CERT_FILE of the environment names gone"):
            workspace.pool().predict("unknown", contents(1), SCHEMAS)
    finally:
        safe.close()

    trust(workspace.root, "known", workspace.config())
    assert is_trusted(workspace.root, "known", workspace.config())
    signed.write_bytes(signed.read_bytes() + b"\n")  # somebody else may answer now
    assert not is_trusted(workspace.root, "known", workspace.config())


def test_a_server_is_asked_once_whether_it_speaks_tls(server: Server) -> None:
    """One that an alert says it of is not asked at all."""
    host, port = server.http.server_address[:2]
    asked = InClear(str(host), port, 5.0)
    assert not asked.wants_tls(ConnectionRefusedError()) and not asked.wants_tls(http.client.BadStatusLine("HTTP!"))
    with unittest.mock.patch("socket.create_connection", wraps=socket.create_connection) as connect:
        assert not asked.wants_tls(ConnectionResetError()) and not asked.wants_tls(ConnectionResetError())
        assert connect.call_count == 1
        assert asked.wants_tls(http.client.BadStatusLine("\x15\x03\x01\x00\x02\x02\x16"))
        heard = InClear(str(host), port, 5.0)
        heard.replied()
        assert not heard.wants_tls(http.client.RemoteDisconnected()) and connect.call_count == 1


def test_an_address_needs_trust(workspace: Workspace, server: Server) -> None:
    """One of this machine too: whoever wrote regrade.toml could otherwise post to any service that listens here alone."""
    workspace.toml += '[candidates.far]\nurl = "https://models.invalid/predict"\n'
    workspace.toml += f'[candidates.near]\nurl = "{server.url}/containers"\n'
    pool = workspace.pool(allow_code=False)

    for name in ("far", "near"):
        with pytest.raises(NotTrustedError, match="sends inputs to"):
            pool.predict(name, contents(1), SCHEMAS)
    assert server.posts("/containers") == []

    trust(workspace.root, "far", workspace.config())
    assert is_trusted(workspace.root, "far", workspace.config())
    workspace.toml = workspace.toml.replace("models.invalid", "evil.invalid")
    assert not is_trusted(workspace.root, "far", workspace.config())


def test_headers_are_part_of_what_answers(workspace: Workspace) -> None:
    for name, header in (("one", "small"), ("same", "small"), ("other", "large"), ("token", "env:TOKEN")):
        workspace.toml += f'[candidates.{name}]\nurl = "http://127.0.0.1:9/"\nversion = "7"\nheaders = {{ X-Model = "{header}" }}\n'
    found = {name: workspace.pool().fingerprint(name).hash for name in ("one", "same", "other", "token")}

    assert found["one"] == found["same"]
    assert len(set(found.values())) == 3


def test_a_number_beyond_all_floats_is_an_error_of_its_row(pool: Pool) -> None:
    outputs = pool.predict("giant", contents(3), SCHEMAS)

    assert outputs.predictions == ["late", None, "late"]
    assert outputs.errors == [None, "a number in its answer is beyond all floats", None]


def test_a_class_that_cannot_be_written_is_an_error_of_its_row(pool: Pool) -> None:
    assert "lone surrogate" in str(pool.predict("surrogate", contents(1), SCHEMAS).errors[0])


def test_nothing_is_asked_once_it_was_cancelled(pool: Pool, server: Server) -> None:
    began = time.monotonic()
    outputs = pool.predict("slow", contents(3), SCHEMAS, cancelled=lambda: time.monotonic() - began > 0.05)

    assert set(outputs.errors) == {"not asked: it was cancelled"}
