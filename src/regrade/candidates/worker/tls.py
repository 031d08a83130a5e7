"""TLS to an endpoint: whose signature counts, and what it means when that cannot be agreed on. It is always verified."""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import ssl
import threading
from pathlib import Path

from .answers import Refused

_UNKNOWN_SIGNER = (2, 18, 19, 20, 21)
"""X509_V_ERR_… of OpenSSL's x509_vfy.h: nobody whom we trust has signed it; others (expired, another host) no authority mends."""
_NO_TLS = ("WRONG_VERSION_NUMBER", "PACKET_LENGTH_TOO_LONG", "RECORD_LAYER_FAILURE")
"""What OpenSSL calls an answer that is no handshake, such as a line of HTTP."""
_ALERT = "\x15\x03"
"""How a record of TLS begins in which a server says that it was sent none."""
_GREETING = 10.0
"""Seconds that a server may take for its part of a handshake."""


def context(ca: str | None) -> ssl.SSLContext:
    """Return what verifies servers: by the system's authorities (or SSL_CERT_FILE, SSL_CERT_DIR), and those in the file ``ca``.

    Raises Refused for a file that is not there or holds none; OpenSSL would say nothing about one in the environment.
    """
    named = os.environ.get("SSL_CERT_FILE")
    if named and not ca and not Path(named).is_file():
        raise Refused(f"SSL_CERT_FILE of the environment names {named}, which is no file")
    made = ssl.create_default_context()
    if ca:
        try:
            made.load_verify_locations(ca)
        except OSError as error:  # of which ssl.SSLError is one
            why = "holds no certificate in PEM" if isinstance(error, ssl.SSLError) else f"cannot be read: {error.strerror}"
            raise Refused(f"ca: {ca} {why}") from None
    return made


def refusal(error: BaseException) -> str | None:
    """Return why a connection is of no use, however often it is tried; None where the next attempt may succeed."""
    if isinstance(error, ssl.SSLCertVerificationError):
        told = f"its certificate is not accepted: {error.verify_message}"
        if error.verify_code in _UNKNOWN_SIGNER:
            told += '; name the file of the authority that signed it: ca = "ca.pem", or SSL_CERT_FILE in the environment'
        return told
    if isinstance(error, ssl.SSLError) and error.reason in _NO_TLS:
        return "it does not speak TLS: does its address begin with http:// instead?"
    return None


class InClear:
    """A server that is asked without TLS: does it want TLS? Looked at once, when it breaks off a request before it ever replied."""

    def __init__(self, host: str, port: int, seconds: float) -> None:
        self._address, self._seconds = (host, port), min(seconds, _GREETING)
        self._lock, self._known = threading.Lock(), False

    def replied(self) -> None:
        """Note that it speaks HTTP."""
        self._known = True

    def wants_tls(self, error: BaseException) -> bool:
        """Say whether this error means so. Some servers send an alert; of others a handshake tells, with nothing sent after it."""
        if isinstance(error, http.client.BadStatusLine) and str(error).startswith(_ALERT):
            return True
        if not isinstance(error, (ConnectionResetError, BrokenPipeError, http.client.RemoteDisconnected)):
            return False
        with self._lock:
            known, self._known = self._known, True
        return not known and self._greets()

    def _greets(self) -> bool:
        try:
            with contextlib.closing(socket.create_connection(self._address, self._seconds)) as plain:
                ssl.create_default_context().wrap_socket(plain, server_hostname=self._address[0]).close()
        except ssl.SSLError as error:
            return isinstance(error, ssl.SSLCertVerificationError) or "ALERT" in (error.reason or "")
        except (OSError, ValueError):  # ValueError: a host that no certificate can name
            return False
        return True
