"""The identity of a calendar entry."""

from __future__ import annotations

import hmac
import uuid


def uid_of(plan_id: str, administration_id: str) -> str:
    """The entry's identity: the same for the same plan and administration, different for every
    other, and without meaning to anyone who does not hold the plan's random id.

    A UUID of version 8 (RFC 9562, section 5.8) as RFC 7986, section 5.3, advises: no host name.
    """
    digest = bytearray(hmac.digest(plan_id.encode(), administration_id.encode(), "sha256")[:16])
    digest[6] = digest[6] & 0x0F | 0x80
    digest[8] = digest[8] & 0x3F | 0x80
    return str(uuid.UUID(bytes=bytes(digest)))
