"""Masks for persons: enough to recognise someone on the telephone, too little to find them."""

from sinmungo.text.normalise import clean

_SHORT = 2
_KEPT_OF_LOCAL_PART = 2


def mask_name(name: str, style: str = "MIDDLE") -> str:
    """Mask a name: 김철수 → 김*수, 이산 → 이*, 남궁민수 → 남**수, John Smith → J*** S****.

    With `style` FIRST only the first letter stays: 김철수 → 김**.
    """
    plain = clean(name)
    if plain.isascii():
        return " ".join(word[0] + "*" * max(1, len(word) - 1) for word in plain.split())
    letters = plain.replace(" ", "")
    if style == "FIRST":
        return letters[:1] + "*" * max(1, len(letters) - 1)
    if len(letters) <= _SHORT:
        return letters[:1] + "*"
    return letters[0] + "*" * (len(letters) - 2) + letters[-1]


def mask_email(address: str, style: str = "HEAD") -> str:
    """Mask an address: kim.cs@example.com → ki***@example.com, always three stars.

    With `style` HOST nothing stays before the sign: ***@example.com.
    """
    local, at_sign, host = clean(address).rpartition("@")
    if not at_sign:
        return "***"
    if style == "HOST":
        return f"***@{host}"
    kept = local[:_KEPT_OF_LOCAL_PART] if len(local) > _KEPT_OF_LOCAL_PART else local[:1]
    return f"{kept}***@{host}"
