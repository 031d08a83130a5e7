"""What docs/privacy.md says a keyed hash is, for the tests of it."""

from __future__ import annotations

import hashlib
import hmac

KEY = "sixteen characters and more"


def expected_check(key: bytes | str = KEY) -> str:
    """What docs/privacy.md says the check value of a key is."""
    key = key.encode() if isinstance(key, str) else key
    return hmac.new(key, b"regrade privacy check", hashlib.sha256).hexdigest()[:8]


def expected_hash(message: bytes, key: bytes) -> str:
    """What docs/privacy.md says a hash is."""
    return "hmac:" + expected_check(key) + hmac.new(key, message, hashlib.sha256).hexdigest()[:24]
