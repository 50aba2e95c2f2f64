"""The second factor: six digits that change every thirty seconds (RFC 6238)."""

import hmac
import re
from datetime import datetime

STEP_SECONDS = 30
_DRIFT = 1  # a telephone may be half a minute off
_DIGITS = re.compile(r"\d{6}")
_ISSUER = "sinmungo"


def new_secret() -> str:
    """Return a fresh secret of 160 bits in base32."""
    import pyotp  # only where someone signs in: a web worker starts without it

    return pyotp.random_base32()


def uri(secret: str, login: str, deployment: str) -> str:
    """Return the otpauth address that an authenticator app takes."""
    import pyotp

    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=f"{_ISSUER} {deployment}")


def step_at(moment: datetime) -> int:
    """Return the number of the thirty seconds that a moment lies in."""
    return int(moment.timestamp()) // STEP_SECONDS


def code_at(secret: str, moment: datetime) -> str:
    """Return the six digits of a moment."""
    import pyotp

    return pyotp.HOTP(secret).at(step_at(moment))


def matching_step(secret: str, code: str, moment: datetime) -> int | None:
    """Return the step that the digits belong to, now or half a minute off, or None."""
    import pyotp

    typed = code.replace(" ", "")
    if not _DIGITS.fullmatch(typed):
        return None
    now, counter = step_at(moment), pyotp.HOTP(secret)
    fitting = [
        step
        for step in range(now - _DRIFT, now + _DRIFT + 1)
        if hmac.compare_digest(counter.at(step), typed)
    ]
    return max(fitting, default=None)
