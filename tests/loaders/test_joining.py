"""A register's own entities: joined to those of the graph where their name is certain, else put to review."""

from __future__ import annotations

import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from graph.errors import InputError
from graph.model import ANY_TIME
from graph.revisions import Graph
from graph.sqlite import SqliteStore
from loaders import deciding, prequalification, review, ror
from queries.search import resolve
from tests.loaders.registers import organisation, values, write_json
from tests.loaders.test_prequalification import listed

AT = datetime(2026, 11, 22, tzinfo=UTC)
HOUR = timedelta(hours=1)


def row(maker: str) -> str:
    return f'16/01/2025,"Yellow Fever","Fever-No of {maker}",Vial,10,"{maker}","A Regulator"'


def maker(store: SqliteStore, name: str) -> str:
    return next(one.subject for one in store.scan("name", ANY_TIME) if one.value == name and one.subject.startswith("whopq:"))


def joined(store: SqliteStore) -> set[tuple[str, str]]:
    return {(one.subject, one.object or "") for one in store.scan("same_as", ANY_TIME)}


def same(store: SqliteStore) -> list[review.Item]:
    return [one for one in review.queue(store) if one.sort == "same"]


def test_a_certain_name_is_joined_and_a_likely_one_waits(copy: SqliteStore, tmp_path: Path) -> None:
    names = ("Serum Institute of India Pvt. Ltd.", "Serum Institut of India & Others", "Nobody Known GmbH")
    path = listed(tmp_path / "list.csv", *map(row, names))
    prequalification.load(copy, [path], AT)
    certain, likely, unknown = (maker(copy, name) for name in names)
    assert joined(copy) == {(certain, "sii")}
    (item,) = same(copy)
    assert (item.subject, item.candidates[0]) == (likely, "sii")
    assert item.reason
    assert all(item.reasons)
    assert prequalification.load(copy, [path], AT + HOUR).files[0].added == 0, "a second load changes nothing"
    graph = Graph(copy)
    assert resolve(graph, certain) == "sii"
    assert resolve(graph, unknown) == unknown
    made = {link.subject for link in copy.scan("manufactures", ANY_TIME) if link.subject == certain}
    assert made, "the statements keep the id of the register's own entity"


def test_names_whose_legal_forms_contradict_each_other_all_wait(copy: SqliteStore, tmp_path: Path) -> None:
    path = listed(tmp_path / "list.csv", row("Sanofi Pasteur Inc."), row("Sanofi Pasteur Limited"))
    prequalification.load(copy, [path], AT)
    assert joined(copy) == set()
    assert {one.candidates[0] for one in same(copy)} == {"sanofi"}
    assert len(same(copy)) == 2


def test_decisions_about_the_own_entities_of_a_register_are_obeyed_by_later_loads(copy: SqliteStore, tmp_path: Path) -> None:
    names = ("Serum Institute of India Pvt. Ltd.", "Serum Institut of India & Others")
    path = listed(tmp_path / "list.csv", *map(row, names))
    prequalification.load(copy, [path], AT)
    certain, likely = (maker(copy, name) for name in names)
    (item,) = same(copy)
    accepted = deciding.accept(copy, item.key, "Ada", "asked them", AT + HOUR, "sii")
    assert str(accepted).startswith(f"1: accepted: {likely} same_as sii")
    assert (likely, "sii") in joined(copy)
    before = {one.id for one in copy.scan(None, ANY_TIME)}
    deciding.keep_apart(copy, certain, "sii", "", "Ada", "a namesake", AT + HOUR)
    assert joined(copy) == {(likely, "sii")}, "it holds at once"
    assert len(before - {one.id for one in copy.scan(None, ANY_TIME)}) == 1, "and takes nothing else back"
    assert resolve(Graph(copy), certain) == certain
    prequalification.load(copy, [path], AT + 2 * HOUR)
    assert joined(copy) == {(likely, "sii")}
    assert same(copy) == []
    deciding.undo(copy, accepted.number, "Bo", "they did not mean it", AT + 3 * HOUR)
    assert joined(copy) == set()
    deciding.reject(copy, item.key, "Bo", "another body", AT + 3 * HOUR)
    prequalification.load(copy, [path], AT + 4 * HOUR)
    assert same(copy) == []
    assert [one.state for one in review.queue(copy, review.STATES) if one.key == item.key] in ([], ["rejected"])


def test_a_name_kept_away_takes_its_join_back_at_once_and_an_undo_lets_the_next_load_make_it_again(
    copy: SqliteStore, tmp_path: Path
) -> None:
    name = "Serum Institute of India Pvt. Ltd."
    path = listed(tmp_path / "list.csv", row(name))
    prequalification.load(copy, [path], AT)
    decided = deciding.keep_apart(copy, "sii", "", name, "Ada", "a namesake", AT + HOUR)
    assert joined(copy) == set()
    prequalification.load(copy, [path], AT + 2 * HOUR)
    assert joined(copy) == set()
    deciding.undo(copy, decided.number, "Ada", "it is the same", AT + 3 * HOUR)
    prequalification.load(copy, [path], AT + 4 * HOUR)
    assert joined(copy) == {(maker(copy, name), "sii")}


def test_what_is_one_by_way_of_another_is_not_kept_apart_without_saying_where(copy: SqliteStore, tmp_path: Path) -> None:
    names = ("Serum Institute of India Pvt. Ltd.", "SERUM INSTITUTE OF INDIA")
    prequalification.load(copy, [listed(tmp_path / "list.csv", *map(row, names))], AT)
    one, other = (maker(copy, name) for name in names)
    assert joined(copy) == {(one, "sii"), (other, "sii")}
    with pytest.raises(InputError, match=r"by way of others\. Keep one of the two apart from: sii"):
        deciding.keep_apart(copy, one, other, "", "Ada", "two bodies", AT + HOUR)


def test_a_decision_may_be_made_when_what_an_earlier_one_was_about_is_gone(copy: SqliteStore, tmp_path: Path) -> None:
    path = listed(tmp_path / "list.csv", row("Serum Institut of India & Others"))
    prequalification.load(copy, [path], AT)
    (item,) = same(copy)
    deciding.accept(copy, item.key, "Ada", "one body", AT + HOUR, "sii")
    prequalification.load(copy, [listed(path, row("Another Maker"))], AT + 2 * HOUR)
    assert deciding.merge(copy, "nexelis", "synexa", "Ada", "tried out", AT + 3 * HOUR).number == 2


def test_organisations_of_ror_are_only_put_to_review(copy: SqliteStore, tmp_path: Path) -> None:
    records = [
        organisation("01aaaaa11", "Medicines Patent Pool"),
        organisation("02bbbbb22", "Ministry of Health"),
        organisation("03ccccc33", "Network of Networks", locations=[{"geonames_details": {"country_code": "CA"}}]),
        organisation("04ddddd44", "Unitaid", status="inactive"),
    ]
    path = tmp_path / "ror.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(write_json(tmp_path / "ror.json", records), "v9/ror.json")
        archive.writestr("v9/relationships.csv", "a,b\n")
    report = ror.load(copy, [path], AT)
    assert joined(copy) == set()
    assert [(one.subject, one.candidates) for one in same(copy)] == [("ror:01aaaaa11", ("mpp",))]
    assert values(copy, "ror:03ccccc33", "name") == {"Network of Networks"}
    (note,) = [one for one in report.notes if "relationships.csv" in one.value]
    assert "not read" in note.reason
