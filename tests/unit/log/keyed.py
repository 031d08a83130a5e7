"""What docs/privacy.md says a keyed hash is, for the tests of it."""

from __future__ import annotations

import hashlib
import hmac

KEY = "sixteen characters and more"


def expected_hash(message: bytes, key: bytes) -> str:
    """What docs/privacy.md says a hash is."""
    return "hmac:" + hmac.new(key, message, hashlib.sha256).hexdigest()[:32]
