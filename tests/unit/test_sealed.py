import base64
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinmungo import sealed
from sinmungo.sealed import CityCipher, CityKey, DeploymentKey
from sinmungo.text.phone import PhoneError

KEY = CityKey(bytes(range(32)))
CIPHER = CityCipher(KEY)
PLACE = b"person.name:1"


@given(st.text(alphabet="가나다라 abc", max_size=30), st.binary(max_size=40))
def test_what_is_sealed_opens_in_its_place(name: str, context: bytes) -> None:
    value = CIPHER.seal(name, kind="name", context=context)
    assert CIPHER.open(value.ciphertext, context) == " ".join(name.split())


def test_a_phone_is_kept_as_digits_with_mask_and_hashes() -> None:
    value = CIPHER.seal("010-1234-5678", kind="phone", context=PLACE)
    assert CIPHER.open(value.ciphertext, PLACE) == "01012345678"
    assert value.mask == "010-****-5678"
    assert value.lookup == CIPHER.lookup("+82 10 1234 5678", "phone")
    assert value.lookup_tail == CIPHER.lookup_tail("5678") == CIPHER.lookup_tail("02-999-5678")
    assert value.lookup != CIPHER.lookup("010-1234-5679", "phone")
    for wrong in ("567", "", "가나다라"):
        with pytest.raises(PhoneError):
            CIPHER.lookup_tail(wrong)
    with pytest.raises(PhoneError):
        CIPHER.seal("아무 번호", kind="phone", context=PLACE)


def test_names_and_mails_are_looked_up_whole_whatever_their_spacing_or_case() -> None:
    name = CIPHER.seal(" 김 철수 ", kind="name", context=PLACE)
    assert (name.mask, name.lookup_tail) == ("김*수", None)
    assert name.lookup == CIPHER.lookup("김철수", "name")
    mail = CIPHER.seal("Kim.CS@example.com", kind="email", context=PLACE)
    assert mail.mask == "Ki***@example.com"
    assert mail.lookup == CIPHER.lookup("kim.cs@EXAMPLE.com", "email")
    assert CIPHER.lookup("김철수", "name") != CIPHER.lookup("김철수", "email")


def test_equal_values_do_not_look_equal() -> None:
    first = CIPHER.seal("김철수", kind="name", context=PLACE)
    second = CIPHER.seal("김철수", kind="name", context=PLACE)
    assert first.ciphertext != second.ciphertext
    assert first.lookup == second.lookup


def test_every_changed_byte_is_noticed() -> None:
    good = CIPHER.seal("김철수", kind="name", context=PLACE).ciphertext
    for position in range(len(good)):
        bad = bytearray(good)
        bad[position] ^= 1
        with pytest.raises(sealed.SealError):
            CIPHER.open(bytes(bad), PLACE)
    for size in range(len(good)):
        with pytest.raises(sealed.TamperedError):
            CIPHER.open(good[:size], PLACE)


def test_a_value_does_not_open_elsewhere() -> None:
    value = CIPHER.seal("김철수", kind="name", context=PLACE)
    with pytest.raises(sealed.TamperedError):
        CIPHER.open(value.ciphertext, b"person.name:2")
    other = CityCipher(CityKey.generate())
    with pytest.raises(sealed.TamperedError):
        other.open(value.ciphertext, PLACE)
    assert other.lookup("김철수", "name") != value.lookup


def test_rotation() -> None:
    old_value = CIPHER.seal("010-1234-5678", kind="phone", context=PLACE)
    rotated = CityCipher(CityKey.generate(version=2), older=[KEY])
    new_value = rotated.seal("010-1234-5678", kind="phone", context=PLACE)
    assert rotated.open(old_value.ciphertext, PLACE) == "01012345678"
    assert not rotated.is_current(old_value.ciphertext)
    assert rotated.is_current(new_value.ciphertext)
    assert rotated.lookups("010-1234-5678", "phone") == [new_value.lookup, old_value.lookup]
    assert rotated.lookup_tails("5678") == [new_value.lookup_tail, old_value.lookup_tail]
    with pytest.raises(sealed.UnknownKeyError):
        CIPHER.open(new_value.ciphertext, PLACE)
    with pytest.raises(sealed.KeyFormatError):
        CityCipher(KEY, older=[CityKey.generate()])


def test_city_keys_are_wrapped_for_one_city_and_deployment() -> None:
    deployment, key = DeploymentKey.generate(), CityKey.generate(version=7)
    wrapped = deployment.wrap(key, "c1")
    assert deployment.unwrap(wrapped, "c1") == key
    assert key.material not in wrapped
    with pytest.raises(sealed.TamperedError):
        deployment.unwrap(wrapped, "c2")
    with pytest.raises(sealed.UnknownKeyError):
        DeploymentKey.generate().unwrap(wrapped, "c1")
    for position in range(len(wrapped)):
        bad = bytearray(wrapped)
        bad[position] ^= 1
        with pytest.raises(sealed.SealError):
            deployment.unwrap(bytes(bad), "c1")
        with pytest.raises(sealed.SealError):
            deployment.unwrap(wrapped[:position], "c1")


def test_the_deployment_key_is_saved_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "deployment.key"
    deployment = DeploymentKey.generate()
    deployment.save(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    wrapped = deployment.wrap(KEY, "c1")
    assert DeploymentKey.load(path).unwrap(wrapped, "c1") == KEY
    with pytest.raises(FileExistsError):
        DeploymentKey.generate().save(path)


def test_a_missing_deployment_key_is_told(tmp_path: Path) -> None:
    with pytest.raises(sealed.KeyFormatError, match="cannot be read"):
        DeploymentKey.load(tmp_path / "missing")


def test_derived_secrets_differ_by_purpose_and_key() -> None:
    one, other = DeploymentKey.generate(), DeploymentKey.generate()
    assert one.derive(b"a") == one.derive(b"a")
    assert len({one.derive(b"a"), one.derive(b"b"), other.derive(b"a")}) == 3


@pytest.mark.parametrize("text", ["", "가", "!!!!", "c2hvcnQ="])
def test_broken_keys_are_refused(text: str) -> None:
    with pytest.raises(sealed.KeyFormatError):
        DeploymentKey.from_text(text)


@pytest.mark.parametrize(
    ("material", "version"), [(b"short", 1), (bytes(32), 0), (bytes(32), 65536)]
)
def test_broken_city_keys_are_refused(material: bytes, version: int) -> None:
    with pytest.raises(sealed.KeyFormatError):
        CityKey(material, version)


def test_nothing_secret_is_ever_printed() -> None:
    value = CIPHER.seal("김철수", kind="name", context=PLACE)
    deployment = DeploymentKey(KEY.material)
    shown = f"{KEY!r} {CIPHER!r} {deployment!r} {value!r} {KEY} {deployment} {value}"
    hidden = [repr(KEY.material), KEY.material.hex(), base64.b64encode(KEY.material).decode()]
    assert not [secret for secret in [*hidden, "김", "수", repr(value.lookup)] if secret in shown]
