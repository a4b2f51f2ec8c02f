"""Lenses, bases and column axes: the shipped files hold together, names are found in any case, wrong ones are refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from graph.errors import InputError, UnknownWord
from graph.revisions import Graph
from graph.snapshot import Snapshot
from graph.sqlite import SqliteStore
from graph.vocabulary import vocabulary
from queries.lens_names import axis_of, base_of, lens_of, list_axes, list_bases, list_lenses
from queries.lenses import parse
from tests.factories import LOADED_AT, entity, text

LABELS = ("D1", "D1b", "D1c", "D2", "D3", "D3b", "D3c", "D3d", "D4", "D5", "D6", "D7", "D8")


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    graph = Graph(SqliteStore(tmp_path_factory.mktemp("lenses") / "graph.sqlite"))
    statements = [
        *entity("appm", "mechanism", "African Pooled Procurement Mechanism"),
        text("appm", "alias", "APPM", sort="acronym"),
        text("appm", "alias", "africa_cdc_appm", sort="id"),
        *entity("pip", "instrument", "PIP Framework"),
        *entity("KEN", "country", "Kenya"),
    ]
    graph.store.replace("test.csv", statements, LOADED_AT)
    yield graph.snapshot()
    graph.close()


def test_the_thirteen_definitions_are_there_with_their_labels(snapshot: Snapshot) -> None:
    assert tuple(label for lens in list_lenses() for label in lens.labels) == LABELS
    assert lens_of("D1", snapshot).id == "four-convened-entities"


@pytest.mark.parametrize(
    "name",
    ["D1B", " d1b ", "four-convened-entities-all-PAHO", "the four regional entities, with every paho member state"],
)
def test_a_lens_is_found_by_id_label_or_title(snapshot: Snapshot, name: str) -> None:
    assert lens_of(name, snapshot).labels == ("D1b",)


@pytest.mark.parametrize(
    ("name", "id"),
    [("WHO MS 194", "who-ms-194"), ("who ms 192 (2026)", "who-ms-192"), ("ISO 249", "iso-249"), ("ISO+XKX 250", "iso-xkx-250"),
     ("iso with permanent population 242", "iso-populated-242"), ("WHO reporting 234", "who-reporting-234"),
     ("SEARO", "who-region-sear")],
)  # fmt: skip
def test_a_base_is_found_by_id_label_or_title(name: str, id: str) -> None:
    assert base_of(name).id == id


def test_an_unknown_word_is_refused_with_the_nearest(snapshot: Snapshot) -> None:
    with pytest.raises(UnknownWord, match=r"no base 'ISO 294'. Nearest: ISO 249") as caught:
        base_of("ISO 294")
    assert caught.value.sort == "base"
    with pytest.raises(UnknownWord, match="Nearest: four-convened-entities"):
        lens_of("four-convened-entity", snapshot)
    with pytest.raises(UnknownWord, match="Nearest: component"):
        axis_of("components")
    with pytest.raises(UnknownWord) as caught:
        lens_of("zzz", snapshot)
    assert caught.value.nearest


@pytest.mark.parametrize("name", ["mechanism:appm", "Mechanism: APPM", "mechanism:africa_cdc_appm"])
def test_any_mechanism_is_a_lens(snapshot: Snapshot, name: str) -> None:
    lens = lens_of(name, snapshot)
    assert (lens.id, lens.title) == ("mechanism:appm", "African Pooled Procurement Mechanism")
    counting = frozenset(status.name for status in vocabulary().statuses.values() if status.counts)
    assert lens.entries[0].steps[0].statuses == counting


@pytest.mark.parametrize(
    ("given", "nearest"),
    [
        ("D99", ("D1", "D1b", "D1c", "D2", "D3")),
        ("appm", ("mechanism:appm",)),
        ("africa_cdc_appm", ("mechanism:appm",)),
        ("mechanism:", ("appm", "pip")),
        ("mechanism:…", ("appm", "pip")),
    ],
)
def test_a_lens_that_is_not_there_is_refused_with_what_may_be_meant(
    snapshot: Snapshot, given: str, nearest: tuple[str, ...]
) -> None:
    with pytest.raises(UnknownWord) as caught:
        lens_of(given, snapshot)
    assert caught.value.nearest == nearest


def test_a_mechanism_is_found_by_words_of_its_name(snapshot: Snapshot) -> None:
    with pytest.raises(UnknownWord) as caught:
        lens_of("mechanism:african pooled", snapshot)
    assert caught.value.nearest[0] == "appm"
    assert lens_of("mechanism:african pooled procurement mechanism", snapshot).id == "mechanism:appm"


def test_an_instrument_is_a_lens_and_a_country_is_not(snapshot: Snapshot) -> None:
    assert lens_of("mechanism:pip", snapshot).title == "PIP Framework"
    with pytest.raises(UnknownWord, match="no mechanism 'KEN'"):
        lens_of("mechanism:KEN", snapshot)
    with pytest.raises(UnknownWord, match=r"no mechanism 'apm'. Nearest: appm"):
        lens_of("mechanism:apm", snapshot)


def test_every_lens_is_said_in_words() -> None:
    told = [(lens.title, lens.definition) for lens in list_lenses()] + [(base.title, base.definition) for base in list_bases()]
    assert all(title and definition.endswith(".") for title, definition in told)
    for lens in list_lenses():
        assert base_of(lens.base).kinds <= lens.rows
        assert all(entry.why for entry in lens.entries if entry.standing != "counted")
    assert {axis.base for axis in list_axes()} <= {base.id for base in list_bases()}


def read(lens: Mapping[str, Any] | None = None, base: Mapping[str, Any] | None = None) -> None:
    """Read one lens and one base, with some fields changed."""
    plain = {"title": "T", "definition": "D.", "rows": ["country"], "base": "b", "lists": [{"mechanism": "appm"}]}
    parse(
        {"columns": {}, "lenses": {"a": {**plain, **(lens or {})}}},
        {"b": {"title": "B", "definition": "D.", "kinds": ["country"], **(base or {})}},
    )


def test_a_plain_file_is_read() -> None:
    read()


@pytest.mark.parametrize(
    ("lens", "message"),
    [
        ({"lables": ["X"]}, "unknown words"),
        ({"base": "c"}, "no base 'c'"),
        ({"lists": [{"mechanism": "appm", "standing": "planned", "why": "soon"}]}, "no list counts"),
        ({"lists": [{"mechanism": "appm", "standing": "planned"}]}, "needs a why"),
        ({"lists": [{"mechanism": "appm", "standing": "later", "why": "soon"}]}, "standing"),
        ({"lists": [{"mechanism": "appm", "statuses": ["membr"]}]}, "no status 'membr'. Nearest: member"),
        ({"lists": [{"id": "x", "steps": [{"kinds": ["country"]}]}]}, "either out or in"),
        ({"lists": [{"id": "x", "steps": [{"in": "name"}]}]}, "does not link"),
        ({"lists": [{"id": "x", "steps": [{"in": "targest"}]}]}, "no predicate 'targest'. Nearest: targets"),
        ({"rows": ["land"]}, "no kind 'land'"),
        ({"labels": ["A"], "title": "a"}, None),
    ],
)
def test_a_wrong_lens_is_refused(lens: Mapping[str, Any], message: str | None) -> None:
    if message is None:
        read(lens)
        return
    with pytest.raises((ValueError, UnknownWord), match=message):
        read(lens)


@pytest.mark.parametrize(
    ("base", "message"),
    [
        ({"kind": "country"}, "unknown words"),
        ({"listed": ["iso-3166"]}, "no value of listed_as 'iso-3166'. Nearest: iso-3166-1"),
        ({"as_of": "2025-13"}, "not a day"),
        ({"having": [{"out": "enrolled_in", "in": "enrolled_in"}]}, "either out or in"),
    ],
)
def test_a_wrong_base_is_refused(base: Mapping[str, Any], message: str) -> None:
    with pytest.raises((ValueError, InputError), match=message):
        read(base=base)


def test_two_lenses_may_not_share_a_name() -> None:
    plain = {"title": "T", "definition": "D.", "rows": ["country"], "base": "b", "lists": [{"mechanism": "appm"}]}
    with pytest.raises(ValueError, match=r"share a name: \['a'\]"):
        parse(
            {"columns": {}, "lenses": {"a": plain, "c": {**plain, "title": "U", "labels": ["A"]}}},
            {"b": {"title": "B", "definition": "D.", "kinds": ["country"]}},
        )
