"""A city that leaves understands what it takes along: every table and column has its meaning."""

import re

import pytest
from sqlalchemy import Column, LargeBinary, MetaData, Table, Uuid

from sinmungo.component import COMPONENT
from sinmungo.deploy import dictionary
from sinmungo.deploy.dictionary import context, entries, words
from sinmungo.host.loader import load
from sinmungo.slices import CORE_SLICES
from sinmungo.testing.fakes import fake_component
from sinmungo_tenants import Component

COMPONENTS = [COMPONENT, *load(CORE_SLICES).components()]
HANGUL = re.compile("[가-힣]")
SECRETS = ("password", "token", "wrapped", "verifier", "nonce", "code_hash")


@pytest.mark.parametrize("component", COMPONENTS, ids=lambda c: c.name)
def test_every_table_and_column_has_a_korean_title(component: Component):
    for table in component.metadata.sorted_tables:
        assert table.name in words(component).tables, f"{table.name} is not in dictionary.toml"
        for entry in entries(component, table):
            assert HANGUL.search(entry.table_title), table.name
            assert HANGUL.search(entry.title), f"{table.name}.{entry.column} has no title"


@pytest.mark.parametrize("component", COMPONENTS, ids=lambda c: c.name)
def test_no_words_for_what_is_not_there(component: Component):
    tables = component.metadata.tables
    columns = {
        name: {e.column for e in entries(component, table)} for name, table in tables.items()
    }
    every = {c for some in columns.values() for c in some}
    known = words(component)
    assert known.tables.keys() <= tables.keys()
    assert known.columns.keys() <= every
    for name, table in known.tables.items():
        assert table.columns.keys() <= columns[name], name
    stored = {c.name for t in tables.values() for c in t.c}
    stored |= {f"{n}.{c.name}" for n, t in tables.items() for c in t.c}
    assert known.left_out.keys() | known.sealed.keys() | set(known.kept) <= stored


@pytest.mark.parametrize("component", COMPONENTS, ids=lambda c: c.name)
def test_secrets_and_bytes_stay(component: Component):
    kept = words(component).kept
    for table in component.metadata.sorted_tables:
        for entry in entries(component, table):
            secret = any(word in entry.source for word in SECRETS)
            raw = entry.kind == "bytea" and f"{table.name}.{entry.source}" not in kept
            assert entry.left_out or not (secret or raw), f"{entry.table}.{entry.column}"


def test_a_sealed_field_is_one_column():
    found = {e.column: e for e in entries(COMPONENT, COMPONENT.metadata.tables["contacts"])}
    assert found["phone"].sealed
    assert not {"phone_mask", "phone_hash", "phone_tail", "phone_sealed"} & found.keys()
    assert found["company_id"].refers_to == "companies.id"
    assert found["id"].key
    assert context(COMPONENT, "contacts", "phone_sealed") == "phone"


def test_a_sealed_field_beside_a_plain_one_keeps_a_name_of_its_own():
    found = {e.column: e for e in entries(COMPONENT, COMPONENT.metadata.tables["form_values"])}
    assert (found["content"].sealed, found["content_personal"].sealed) == (False, True)
    assert context(COMPONENT, "form_values", "content_sealed") == "form.value"


def test_a_plugin_without_a_dictionary_is_exported_under_its_names(tmp_path):
    metadata = MetaData()
    table = Table(
        "seoul_things", metadata, Column("id", Uuid, primary_key=True), Column("raw", LargeBinary)
    )
    component = fake_component("seoul", tmp_path, metadata)
    found = {e.column: e for e in entries(component, table)}
    assert found["id"].table_title == "seoul_things"
    assert found["id"].title == words(COMPONENT).columns["id"]
    assert (found["raw"].title, found["raw"].left_out) == ("", "기계만 읽는 값")


def test_a_wrong_dictionary_is_told(tmp_path):
    component = fake_component("wrong", tmp_path, _one_table())
    (component.scripts / dictionary.FILE).write_text("[tables.x]\ncolumns.id = '번호'\n", "utf-8")
    with pytest.raises(ValueError, match="title"):
        words(component)


def _one_table() -> MetaData:
    metadata = MetaData()
    Table("wrong_things", metadata, Column("id", Uuid, primary_key=True))
    return metadata
