"""Names, phones and mails are unreadable in the database, its backups and its dumps.

A city's values are sealed under the city's key, and that key is stored only wrapped by a
deployment key which is kept outside the database. Beside each ciphertext lie a mask for lists
and keyed hashes for exact look-ups, so that neither needs the plaintext. Ciphertexts carry the
version of their key (rotation) and are bound to their place (`context`): a value copied to
another row does not open.
"""

import base64
import binascii
import hashlib
import hmac
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sinmungo.text import people, phone
from sinmungo.text.normalise import clean

type Kind = Literal["name", "phone", "email"]

_KEY_BYTES = 32
_NONCE_BYTES = 12
_TAG_BYTES = 16
_FORMAT = b"\x01"
_VERSION_BYTES = 2
_HEADER_BYTES = len(_FORMAT) + _VERSION_BYTES
_KEY_ID_BYTES = 4
_MAX_VERSION = 0xFFFF
_TAIL_DIGITS = 4
_TAIL_LABEL = "phone-tail"


class SealError(Exception):
    """Something sealed could not be handled; never says what was inside."""


class TamperedError(SealError):
    """The bytes were changed, cut, or belong to another place or city."""


class UnknownKeyError(SealError):
    """Sealed with a key that is not at hand."""


class KeyFormatError(SealError):
    """No usable key where one was expected."""


class Masks(msgspec.Struct, frozen=True):
    """How a city masks: styles of `text.people.mask_name`, `phone.mask` and `mask_email`."""

    name: str = "MIDDLE"
    phone: str = "MIDDLE"
    email: str = "HEAD"

    def of(self, value: str, kind: Kind) -> str:
        """Return the mask of a clean value."""
        match kind:
            case "name":
                return people.mask_name(value, self.name)
            case "phone":
                return phone.mask(value, self.phone)
            case "email":
                return people.mask_email(value, self.email)


class Sealed(msgspec.Struct, frozen=True):
    """What the database keeps of one personal value."""

    ciphertext: bytes
    mask: str
    lookup: bytes
    lookup_tail: bytes | None

    def __repr__(self) -> str:
        return f"Sealed({len(self.ciphertext)} bytes)"


@dataclass(frozen=True, slots=True, repr=False)
class CityKey:
    """32 secret bytes of one city and their version (1 … 65,535)."""

    material: bytes
    version: int = 1

    def __post_init__(self) -> None:
        if len(self.material) != _KEY_BYTES or not 1 <= self.version <= _MAX_VERSION:
            raise KeyFormatError("a city key is 32 bytes with a version from 1 to 65535")

    @classmethod
    def generate(cls, version: int = 1) -> Self:
        """A fresh random key."""
        return cls(secrets.token_bytes(_KEY_BYTES), version)

    def __repr__(self) -> str:
        return f"CityKey(version={self.version})"


class DeploymentKey:
    """The key that wraps all city keys; lives in a file or the environment of the deployment."""

    __slots__ = ("_aead", "_id", "_material")

    def __init__(self, material: bytes) -> None:
        if len(material) != _KEY_BYTES:
            raise KeyFormatError("the deployment key is 32 bytes")
        self._material = material
        self._aead = AESGCM(_derive(material, b"wrap city key"))
        self._id = _derive(material, b"key id")[:_KEY_ID_BYTES]

    def __repr__(self) -> str:
        return f"DeploymentKey(id={self._id.hex()})"

    @classmethod
    def generate(cls) -> Self:
        """A fresh random key."""
        return cls(secrets.token_bytes(_KEY_BYTES))

    @classmethod
    def from_text(cls, text: str) -> Self:
        """A key from its base64 form. Raises KeyFormatError."""
        try:
            material = base64.b64decode(text.strip(), validate=True)
        except (binascii.Error, ValueError):
            raise KeyFormatError("the deployment key is not base64") from None
        return cls(material)

    @classmethod
    def load(cls, path: Path) -> Self:
        """The key from its file. Raises KeyFormatError when it is not 32 bytes of base64."""
        try:
            return cls.from_text(path.read_text(encoding="ascii"))
        except (OSError, UnicodeDecodeError) as problem:
            raise KeyFormatError(f"the deployment key file cannot be read: {path}") from problem

    def save(self, path: Path) -> None:
        """Write the key, readable by its owner only; never over an existing file."""
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(base64.b64encode(self._material).decode("ascii") + "\n")

    def derive(self, purpose: bytes) -> bytes:
        """A secret of 32 bytes for another purpose, the same in every process."""
        return _derive(self._material, b"derived " + purpose)

    def wrap(self, key: CityKey, city_id: str) -> bytes:
        """A city's key as the registry stores it, bound to the city's id."""
        head = _FORMAT + self._id + key.version.to_bytes(_VERSION_BYTES, "big")
        return head + _encrypt(self._aead, key.material, head + city_id.encode())

    def unwrap(self, wrapped: bytes, city_id: str) -> CityKey:
        """The city's key again.

        Raises UnknownKeyError for another deployment's key, TamperedError for changed bytes or
        another city's key.
        """
        size = len(_FORMAT) + _KEY_ID_BYTES + _VERSION_BYTES
        head, body = wrapped[:size], wrapped[size:]
        if len(head) < size or head[:1] != _FORMAT:
            raise TamperedError("this is no wrapped city key")
        if head[1 : 1 + _KEY_ID_BYTES] != self._id:
            raise UnknownKeyError("the city key was wrapped by another deployment key")
        material = _decrypt(self._aead, body, head + city_id.encode())
        return CityKey(material, int.from_bytes(head[-_VERSION_BYTES:], "big"))


class _Version:
    """The sub-keys of one version of a city's key."""

    __slots__ = ("aead", "head", "lookup")

    def __init__(self, key: CityKey) -> None:
        self.aead = AESGCM(_derive(key.material, b"encrypt"))
        self.lookup = _derive(key.material, b"lookup")
        self.head = _FORMAT + key.version.to_bytes(_VERSION_BYTES, "big")


class CityCipher:
    """Seals and opens one city's personal values.

    `key` seals; `older` keys still open and are still searched while values are being re-sealed.
    `masks` are the city's styles; a cipher that is in use takes new ones.
    """

    __slots__ = ("_current", "_versions", "masks")

    def __init__(
        self, key: CityKey, older: Iterable[CityKey] = (), masks: Masks | None = None
    ) -> None:
        self.masks = masks or Masks()
        self._current = _Version(key)
        versions = [self._current, *map(_Version, older)]
        self._versions = {version.head: version for version in versions}
        if len(self._versions) != len(versions):
            raise KeyFormatError("two keys of one city carry the same version")

    def __repr__(self) -> str:
        return f"CityCipher({len(self._versions)} keys)"

    def seal(self, plain: str, *, kind: Kind, context: bytes) -> Sealed:
        """Seal one value for one place, e.g. context b"person.name:" + id.

        Phones are kept as national digits, other values cleaned. Raises PhoneError.
        """
        value = phone.parse(plain) if kind == "phone" else clean(plain)
        return Sealed(
            ciphertext=self.seal_bytes(value.encode(), context=context),
            mask=self.masks.of(value, kind),
            lookup=_hash(self._current, kind, value if kind == "phone" else _folded(value)),
            lookup_tail=self.lookup_tail(value) if kind == "phone" else None,
        )

    def seal_bytes(self, plain: bytes, *, context: bytes) -> bytes:
        """Seal raw bytes (a file, a row of cells) for one place, without mask or look-up."""
        head = self._current.head
        return head + _encrypt(self._current.aead, plain, head + context)

    def open_bytes(self, ciphertext: bytes, context: bytes) -> bytes:
        """The bytes again. Raises TamperedError or UnknownKeyError."""
        head, body = ciphertext[:_HEADER_BYTES], ciphertext[_HEADER_BYTES:]
        if len(head) < _HEADER_BYTES or head[:1] != _FORMAT:
            raise TamperedError("this is no sealed value")
        version = self._versions.get(head)
        if version is None:
            raise UnknownKeyError("sealed with a version of the city's key that is not at hand")
        return _decrypt(version.aead, body, head + context)

    def open(self, ciphertext: bytes, context: bytes) -> str:
        """The value again. Raises TamperedError or UnknownKeyError."""
        return self.open_bytes(ciphertext, context).decode()

    def is_current(self, ciphertext: bytes) -> bool:
        """Whether a value is sealed with the newest key; others are to be re-sealed."""
        return ciphertext[:_HEADER_BYTES] == self._current.head

    def lookup(self, value: str, kind: Kind) -> bytes:
        """32 bytes that equal `Sealed.lookup` of the same value under the newest key."""
        return _hash(self._current, kind, _normal(value, kind))

    def lookups(self, value: str, kind: Kind) -> list[bytes]:
        """The same under every key at hand, newest first: for queries while a rotation runs."""
        normal = _normal(value, kind)
        return [_hash(version, kind, normal) for version in self._versions.values()]

    def lookup_tail(self, value: str) -> bytes:
        """Hash of the last four digits of a phone, given whole or as the four digits.

        Raises PhoneError when there are fewer than four digits.
        """
        return _hash(self._current, _TAIL_LABEL, _tail(value))

    def lookup_tails(self, value: str) -> list[bytes]:
        """The same under every key at hand, newest first. Raises PhoneError."""
        tail = _tail(value)
        return [_hash(version, _TAIL_LABEL, tail) for version in self._versions.values()]


def _normal(value: str, kind: Kind) -> str:
    if kind == "phone":
        return phone.parse(value)
    return _folded(clean(value))


def _folded(value: str) -> str:
    return "".join(value.casefold().split())


def _tail(value: str) -> str:
    digits = "".join(char for char in value if char.isdecimal() and char.isascii())
    if len(digits) < _TAIL_DIGITS:
        raise phone.PhoneError("전화번호 뒤 네 자리를 적어 주십시오.")
    return digits[-_TAIL_DIGITS:]


def _hash(version: _Version, label: str, value: str) -> bytes:
    return hmac.digest(version.lookup, f"{label}\0{value}".encode(), hashlib.sha256)


def _derive(material: bytes, purpose: bytes) -> bytes:
    info = b"sinmungo 1 " + purpose
    return HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=info).derive(material)


def _encrypt(aead: AESGCM, plain: bytes, bound_to: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + aead.encrypt(nonce, plain, bound_to)


def _decrypt(aead: AESGCM, body: bytes, bound_to: bytes) -> bytes:
    if len(body) < _NONCE_BYTES + _TAG_BYTES:
        raise TamperedError("sealed bytes are cut short")
    try:
        return aead.decrypt(body[:_NONCE_BYTES], body[_NONCE_BYTES:], bound_to)
    except InvalidTag:
        raise TamperedError("sealed bytes do not fit their key or place") from None
