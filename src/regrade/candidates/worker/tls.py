"""TLS to an endpoint: whose signature counts, and what it means when that cannot be agreed on. It is always verified."""

from __future__ import annotations

import os
import ssl
from pathlib import Path

from .answers import Refused

_UNKNOWN_SIGNER = (2, 18, 19, 20, 21)
"""X509_V_ERR_… of OpenSSL's x509_vfy.h: nobody whom we trust has signed it; others (expired, another host) no authority mends."""
_NO_TLS = ("WRONG_VERSION_NUMBER", "PACKET_LENGTH_TOO_LONG", "RECORD_LAYER_FAILURE")
"""What OpenSSL calls an answer that is no handshake, such as a line of HTTP."""


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
