"""One HTTP request: a JSON body posted, a list of answers read, with a limit on time and size; redirects are not followed."""

from __future__ import annotations

import contextlib
import email.utils
import http.client
import json
import os
import re
import socket
import threading
import time
from typing import Any
from urllib.parse import urlsplit

from .answers import Refused
from .json_answers import parse, shown
from .tls import InClear, context, refusal

LARGEST = 64 << 20
"""Bytes of one reply."""
LONGEST_PAUSE = 60.0
"""Seconds that a server may ask us to wait; more is as good as not answering."""
LATER = (408, 425, 429, 500, 502, 503, 504)
NOT_THESE = (400, 413, 422)
"""What a server says of rows that it does not take, rather than of the request."""
_VARIABLE = re.compile(r"(?P<before>(?:[A-Za-z]+ )?)env:(?P<name>[A-Za-z_][A-Za-z0-9_]*)\Z")


class Again(Exception):
    """The server may answer the next time: why, and in how many seconds; None where it is not worth waiting.

    ``divides``: it may be one of the rows that it fails on.
    """

    def __init__(self, why: str, pause: float | None = 0.0, *, divides: bool = False) -> None:
        super().__init__(why)
        self.why, self.pause, self.divides = why, pause, divides


class RowsRefused(Exception):
    """The server does not take one of these rows."""

    def __init__(self, why: str, *, certain: bool) -> None:
        super().__init__(why)
        self.why, self.certain = why, certain


class Poster:
    """Posts to one address, over one connection a thread."""

    def __init__(self, url: str, field: str, headers: dict[str, str], proxy: str | None, ca: str | None, timeout: float) -> None:
        self._url, self._parts, self._field, self._timeout = url, urlsplit(url), field, timeout
        self._tls = context(ca) if self._parts.scheme == "https" else None
        self._proxy = urlsplit(proxy) if proxy else None
        self._headers = {"Content-Type": "application/json", "Accept": "application/json", "User-Agent": "regrade"}
        self._headers.update({name: _value(name, said) for name, said in headers.items()})
        target = self._parts.path or "/"
        self._target = f"{target}?{self._parts.query}" if self._parts.query else target
        if self._proxy and self._parts.scheme == "http":
            self._target = f"http://{self._parts.netloc}{self._target}"
        in_clear = self._tls is None and not self._proxy
        self._in_clear = InClear(self._parts.hostname or "", self._parts.port or 80, timeout) if in_clear else None
        self._local = threading.local()
        self._connections: list[http.client.HTTPConnection] = []

    def post(self, rows: list[dict[str, Any]]) -> list[Any]:
        """Return one answer a row.

        Raises
        ------
        Again, RowsRefused
            The next attempt may be answered; one of the rows is not taken.
        Refused
            It says what is no answer.
        """
        body = json.dumps({self._field: rows}, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")
        connection = self._connection()
        late = threading.Event()
        watch = threading.Timer(self._timeout, _cut, (connection, late))
        watch.daemon = True
        watch.start()
        try:
            connection.request("POST", self._target, body, self._headers)
            response = connection.getresponse()
            data = response.read(LARGEST + 1)
        except (OSError, http.client.HTTPException) as error:
            self._drop()
            if late.is_set() or isinstance(error, TimeoutError):
                raise Again(f"it gave no answer within {self._timeout:g} s") from None
            if refused := refusal(error):
                raise Refused(refused) from None
            if self._in_clear and self._in_clear.wants_tls(error):
                raise Refused("it speaks TLS: does its address begin with https:// instead?") from None
            raise Again(f"the connection failed: {_text(error)}") from None
        finally:
            watch.cancel()
        if self._in_clear:
            self._in_clear.replied()
        if late.is_set():  # cut in the middle of a reply without a length looks like its end
            self._drop()
            raise Again(f"it gave no answer within {self._timeout:g} s")
        if len(data) > LARGEST:
            self._drop()
            raise Refused(f"its reply is longer than {LARGEST >> 20} MB")
        if response.will_close:
            self._drop()
        return self._read(response, data, len(rows))

    def _read(self, response: http.client.HTTPResponse, data: bytes, n: int) -> list[Any]:
        status = f"HTTP {response.status} {response.reason}".strip()
        said = f"{status}: {shown(data)}" if data else status
        if response.status in LATER:
            pause = _retry_after(response.getheader("Retry-After"))
            if pause > LONGEST_PAUSE:
                raise Again(f"{status}, and it asks to wait {pause:.0f} s", None)
            raise Again(said, pause, divides=response.status == 500)
        if response.status in NOT_THESE:
            raise RowsRefused(said, certain=True)
        if 300 <= response.status < 400:
            raise Refused(
                f"{status}: it redirects to {shown(response.getheader('Location'))}, which is not followed: name the right address"
            )
        if response.status != 200:
            raise Refused(said)
        try:
            found = parse(data)
        except ValueError as error:
            raise Refused(f"its reply is no JSON ({error}): {shown(data)}") from None
        entries = found.get("predictions") if isinstance(found, dict) else found
        if not isinstance(entries, list):
            raise Refused(f"its reply has no list of predictions: {shown(data)}")
        if len(entries) != n:
            raise Refused(f"it returned {len(entries)} predictions for {n} rows")
        return [each if isinstance(each, dict) else {"prediction": each} for each in entries]

    def _connection(self) -> http.client.HTTPConnection:
        known: http.client.HTTPConnection | None = getattr(self._local, "connection", None)
        if known is None:
            known = self._local.connection = self._connect()
            self._connections.append(known)
        return known

    def _connect(self) -> http.client.HTTPConnection:
        host, port = self._parts.hostname or "", self._parts.port
        if self._tls is None:
            if self._proxy:
                return http.client.HTTPConnection(self._proxy.hostname or "", self._proxy.port, timeout=self._timeout)
            return http.client.HTTPConnection(host, port, timeout=self._timeout)
        if self._proxy:
            tunnelled = http.client.HTTPSConnection(
                self._proxy.hostname or "", self._proxy.port or 80, timeout=self._timeout, context=self._tls
            )
            tunnelled.set_tunnel(host, port or 443)
            return tunnelled
        return http.client.HTTPSConnection(host, port, timeout=self._timeout, context=self._tls)

    def _drop(self) -> None:
        known: http.client.HTTPConnection | None = getattr(self._local, "connection", None)
        self._local.connection = None
        if known is not None:
            known.close()

    def close(self) -> None:
        """Close every connection."""
        connections, self._connections = self._connections, []
        for each in connections:
            each.close()
        self._local = threading.local()


def _cut(connection: http.client.HTTPConnection, late: threading.Event) -> None:
    """Make a thread that waits for this connection see its end; a server that sends a byte now and then resets every other limit."""
    late.set()
    if connection.sock is not None:
        with contextlib.suppress(OSError):
            connection.sock.shutdown(socket.SHUT_RDWR)


def _value(name: str, said: str) -> str:
    """Return the value of a header; one from the environment is never shown."""
    match = _VARIABLE.match(said)
    if match is None:
        return said
    value = match["before"] + os.environ[match["name"]]
    if not value.isascii() or not value.isprintable():
        raise Refused(f"the value of {match['name']} cannot be sent in a header: it holds a line break, or what is not ASCII")
    return value


def _retry_after(said: str | None) -> float:
    """Return the seconds that a server asks for: a number, or a date; 0 where it says nothing that can be read."""
    if not said:
        return 0.0
    try:
        return max(0.0, float(int(said)))
    except ValueError:
        pass
    try:
        return max(0.0, email.utils.parsedate_to_datetime(said).timestamp() - time.time())
    except (ValueError, TypeError):
        return 0.0


def _text(error: BaseException) -> str:
    text = str(error) or type(error).__name__
    return text[:200]
