"""``docs/data.md`` is held against the files it describes."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

from loaders.curated import shipped
from loaders.curated.layouts import LAYOUTS
from loaders.curated.row import CITATION
from loaders.curated.states import SORTS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "data.md").read_text(encoding="utf-8")


def read(name: str) -> list[dict[str, str]]:
    path = next(path for path in shipped() if path.name == name)
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_every_file_is_named_with_its_number_of_rows() -> None:
    told = dict(re.findall(r"^\| `(\w+\.csv)` \| \w+ \| (\d+) \|", PAGE, re.MULTILINE))
    assert {name: int(rows) for name, rows in told.items()} == {path.name: len(read(path.name)) for path in shipped()}


def test_every_layout_is_named_with_its_columns() -> None:
    for layout in LAYOUTS:
        columns = ", ".join(f"`{column}`" for column in layout.columns if column not in CITATION)
        assert f"| {layout.name} | {columns} |" in PAGE
    assert all(f"`{sort}`" in PAGE for sort in SORTS)


def test_cited_sources_are_counted() -> None:
    status = {(row["source"], row["url"]): row["url_status"] for path in shipped() for row in read(path.name)}
    assert f"There are {len(status)} cited" in PAGE
    told = dict(re.findall(r"^\| `(as_found|inferred_from_mirror|none)` \|.*\| (\d+) \|$", PAGE, re.MULTILINE))
    assert {word: int(count) for word, count in told.items()} == Counter(status.values())


def test_completeness_is_told_for_every_mechanism() -> None:
    told = dict(re.findall(r"^\| `([a-z-]+)` \| (yes|no) \|", PAGE, re.MULTILINE))
    mechanisms = {row["entity"] for row in read("values.csv") if row["predicate"] == "arrangement"}
    assert set(told) == mechanisms
    assert len(told) == 35
    assert {one for one, word in told.items() if word == "yes"} == {row["entity"] for row in read("completeness.csv")}


def test_every_contradiction_and_decision_is_told() -> None:
    assert set(re.findall(r"^\| (c\d\d) \|", PAGE, re.MULTILINE)) == {row["contradiction"] for row in read("claims.csv")}
    decisions = read("decisions.csv")
    traps = PAGE.split("## 7. ")[1].split("## 8. ")[0]
    for row in decisions:
        assert f"`{row['entity']}`" in traps or row["entity"] == "i-mcm-net"
        assert not row["other"] or f"`{row['other']}`" in traps
    entities = sum(1 for row in decisions if row["other"])
    assert f"({entities} between two\nentities" in PAGE
    assert f"{len(decisions) - entities} from something outside" in PAGE


def test_what_was_changed_is_counted_right() -> None:
    given = Counter(row["predicate_as_given"] for row in read("links.csv") if row["predicate_as_given"])
    for word in ("chairs", "governs", "establishes", "follows"):
        assert f"| `{word}` | {given[word]} |" in PAGE
    assert f"as object | {given['supplies']} |" in PAGE
    values = Counter(row["predicate"] for row in read("values.csv"))
    joined = Counter(row["predicate"] for row in read("links_joined.csv"))
    in_register = sum(row["source"] == "Research Organization Registry (ROR)" for row in read("values.csv"))
    counts = {
        "partners of a mechanism": values["named_partner"],
        "value-chain labels of a mechanism": values["chain_label"],
        "product classes of a mechanism": joined["handles"],
        "number of countries, areas or territories claimed": values["claimed_count"],
        "kind of a mechanism": values["arrangement"],
        "state of a mechanism": values["stage"],
        "country of an entity": joined["located_in"],
        "year or day of founding, site, identifier": values["founded_in"]
        + values["homepage"]
        + values["identifier"]
        - in_register,
        "identifiers in ROR of 65 bodies": in_register,
    }
    for what, count in counts.items():
        assert f"| {what} | {count} |" in PAGE, (what, count)
    assert f"`territory_of` ({joined['territory_of']} links)" in PAGE
    claims = read("claims.csv")
    notes = sum(row["source"].startswith("Curated notes") for row in claims)
    assert f": {len(claims)} claims. {notes} rest on the notes" in PAGE
