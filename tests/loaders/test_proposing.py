"""`mcmgraph map`: what columns are taken for, and a mapping that the checker takes and that loads."""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.errors import RefusedFile
from graph.model import ANY_TIME
from graph.revisions import Graph
from graph.sqlite import SqliteStore
from loaders.mapping import mapping_of
from loaders.proposing import Proposal, propose
from loaders.proposing_preview import preview
from loaders.proposing_roles import family_of, header_words
from loaders.table import load
from tests.loaders.registers import SHARED

AT = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture(scope="module")
def known(graph: SqliteStore, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graph]:
    """The shipped graph, in a place of its own: its snapshot is kept beside the store."""
    place = tmp_path_factory.mktemp("known")
    for part in graph.path.parent.glob(graph.path.name + "*"):
        shutil.copy(part, place / part.name)
    held = Graph(SqliteStore(place / graph.path.name))
    yield held
    held.close()


def table(path: Path, *rows: list[str]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def roles(proposal: Proposal) -> dict[str, str]:
    return {column.title or column.tag or column.letter: column.role for column in proposal.columns}


def checked(proposal: Proposal) -> None:
    mapping_of(proposal.text, "proposed.yaml")


def test_headers_in_several_languages(known: Graph, tmp_path: Path) -> None:
    rows = [["Fonds mondial", "Kenya", "2021", "2023-05"], ["Gavi", "Ghana", "2022", ""], ["UNICEF", "Pérou", "", "2024"]]
    for header in (
        ["Organisation", "Country", "Start date", "End date"],
        ["Organisation partenaire", "Pays", "Début", "Fin"],
        ["Organización", "País", "Inicio", "Hasta"],
        ["OrgName", "countryISO3", "since", "until"],
    ):
        proposal = propose(table(tmp_path / "partners.csv", header, *rows), known)
        assert list(roles(proposal).values()) == ["org", "country", "start", "end"], header
        checked(proposal)


def test_values_tell_where_headers_do_not(known: Graph, tmp_path: Path) -> None:
    path = table(
        tmp_path / "x.csv",
        ["a", "b", "c", "d", "e"],
        ["Gavi, the Vaccine Alliance", "KEN", "https://a.example", "03/04/2021", "yes"],
        ["World Health Organization", "GHA", "www.b.example", "17/04/2021", "no"],
        ["Africa CDC", "Peru", "https://c.example", "18/04/2021", "no"],
    )
    proposal = propose(path, known)
    assert roles(proposal) == {"a": "org", "b": "country", "c": "homepage", "d": "date", "e": ""}
    assert 'format: "%d/%m/%Y"' in proposal.text
    assert "100% of its different values" in proposal.text
    checked(proposal)
    american = table(tmp_path / "y.csv", ["day"], ["04/17/2021"], ["04/18/2021"])
    assert propose(american, known).columns[0].date_format == "%m/%d/%Y"


def test_values_overrule_a_header(known: Graph, tmp_path: Path) -> None:
    path = table(tmp_path / "x.csv", ["org", "end", "country"], ["Gavi", "north end", "blue"], ["WHO", "south end", "red"])
    proposal = propose(path, known)
    assert roles(proposal) == {"org": "org", "end": "", "country": ""}
    assert "called 'end', but only 0% of its different values are dates" in proposal.text
    checked(proposal)


def test_numbers_name_nobody(known: Graph, tmp_path: Path) -> None:
    path = table(tmp_path / "x.csv", ["Country", "vaccines_to_world"], ["Kenya", "20656240"], ["Ghana", "12.5"], ["Peru", "7"])
    proposal = propose(path, known)
    assert roles(proposal) == {"Country": "country", "vaccines_to_world": ""}
    assert "but 100% of its different values are numbers" in proposal.text
    checked(proposal)


def test_hxl_tags_count_most(known: Graph, tmp_path: Path) -> None:
    path = table(
        tmp_path / "x.csv",
        ["Payer", "Who", "Where", "When"],
        ["#org+funder", "#org+impl", "#country+name", "#date+start"],
        ["Gavi", "UNICEF", "Kenya", "2021"],
        ["Wellcome", "Africa CDC", "Ghana", "2022"],
    )
    proposal = propose(path, known)
    assert [(column.role, column.sure) for column in proposal.columns] == [
        ("funder", "sure"), ("org", "sure"), ("country", "sure"), ("start", "sure"),
    ]  # fmt: skip
    assert 'name: "#country+name"' in proposal.text
    assert re.search(r"subject: funder.*\n\s+predicate: funds\n\s+object: body", proposal.text)
    checked(proposal)


def test_a_title_above_the_table_is_no_header(known: Graph, tmp_path: Path) -> None:
    rows = (
        ["Partners in 2024", "", ""],
        ["as of June", "", ""],
        ["Who", "Where", "Share"],
        ["Africa CDC", "Ethiopia", "1"],
        ["Gavi", "Mali", "2"],
    )
    proposal = propose(table(tmp_path / "a.csv", *rows), known)
    assert "\nheader: 3 " in proposal.text
    checked(proposal)


def test_the_proposal_loads(copy: SqliteStore, tmp_path: Path) -> None:
    path = table(
        tmp_path / "works.csv",
        ["Organisation", "Country", "Since", "Sector"],
        ["Gavi, the Vaccine Alliance", "Kenya", "2021", "Cold chain"],
        ["Gavi, the Vaccine Alliance", "Ghana", "2022-03", "Cold chain"],
        ["World Health Organization", "Peru", "", "Training"],
    )
    proposal = propose(path, Graph(copy))
    (tmp_path / "works.csv.mapping.yaml").write_text(proposal.text, encoding="utf-8")
    report = load(copy, [path], AT)
    assert (report.ok, report.loaded) == (True, 3), report.findings
    made = {
        (one.statement.subject, one.statement.object, str(one.statement.valid), one.statement.qualifier("sector"))
        for one in copy.records("works_in", ANY_TIME)
        if one.origin == "table/works"
    }
    assert made == {
        ("gavi", "KEN", "since 2021", "Cold chain"),
        ("gavi", "GHA", "since 2022-03", "Cold chain"),
        ("who", "PER", "no dates given", "Training"),
    }


def test_the_preview_says_what_it_would_load_and_writes_nothing(copy: SqliteStore, tmp_path: Path) -> None:
    path = table(tmp_path / "x.csv", ["Organisation", "Country"], ["Gavi", "Kenya"], ["Gavi", "Atlantis"], ["OMS", "Ghana"])
    graph, before = Graph(copy), copy.revision()
    text = propose(path, graph).text
    told = list(preview(path, text, graph))
    assert "# As it stands: 1 of 3 rows are loaded, 1 rejected, 1 ignored." in told
    assert "#   Gavi, the Vaccine Alliance (gavi) works_in Kenya (KEN), no dates given (record 1)" in told
    assert any("row 3, column 'Country': 'Atlantis'" in line for line in told)
    assert all(line.startswith("#") and "\n" not in line for line in told)
    assert copy.revision() == before
    mapping_of(text + "\n".join(told), "x.yaml")


def test_acronyms_are_offered_and_not_taken(copy: SqliteStore, tmp_path: Path) -> None:
    path = table(tmp_path / "acronyms.csv", ["Org", "Country"], ["OMS", "Kenya"], ["UNICEF", "Ghana"], ["OMS", "Ghana"])
    text = propose(path, Graph(copy)).text
    assert re.search(r"^ +# +OMS: who  # World Health Organization$", text, re.MULTILINE)
    mapping = tmp_path / "m.yaml"
    mapping.write_text(text, encoding="utf-8")
    report = load(copy, [path], AT, mapping=str(mapping))
    assert (report.loaded, report.ignored) == (0, 3)
    taken = re.sub(r"^( +)# (values:$|  (?=\S+: \S+  # ))", r"\1\2", text, flags=re.MULTILINE)
    mapping.write_text(taken, encoding="utf-8")
    report = load(copy, [path], AT, mapping=str(mapping))
    assert (report.loaded, report.ignored) == (3, 0), taken


def test_a_family_of_columns_and_words_for_nothing(known: Graph, tmp_path: Path) -> None:
    path = table(
        tmp_path / "grants.csv",
        ["FunderName_1", "FunderName_2", "FunderCountry", "InstituteName", "GrantStartYear"],
        ["Wellcome Trust", "Not Selected", "United Kingdom", "University of Oxford", "2020"],
        ["Gavi", "Wellcome", "Switzerland", "Africa CDC", "Unspecified"],
    )
    text = propose(path, known).text
    assert "each: [FunderName_1, FunderName_2]" in text
    assert 'nulls: ["Not Selected", Unspecified]' in text
    assert "country: FunderCountry" in text
    mapping_of(text, "x.yaml")


def test_a_source_in_the_first_row_alone(known: Graph, tmp_path: Path) -> None:
    path = table(
        tmp_path / "gavi_list.csv",
        ["country", "product", "Source"],
        ["Kenya", "BCG-20", "Shipments 2023. Link: https://a.example/list.pdf"],
        ["Ghana", "YF-10", ""],
        ["Peru", "YF-10", ""],
    )
    text = propose(path, known).text
    assert 'title: "Shipments 2023"  # from the one row that names it' in text
    assert 'url: "https://a.example/list.pdf"' in text
    assert "is: gavi  # the name of the file speaks of it: check" in text
    assert "predicate: supplies_to" in text
    mapping_of(text, "x.yaml")


def test_a_header_below_a_title(known: Graph, tmp_path: Path) -> None:
    path = table(
        tmp_path / "x.csv", ["Partners of 2024", "", ""], ["Organisation", "Country", "Since"], ["Gavi", "Kenya", "2021"]
    )
    text = propose(path, known).text
    assert "header: 2" in text
    mapping_of(text, "x.yaml")


def test_what_holds_no_rows_is_refused(known: Graph, tmp_path: Path) -> None:
    for rows in ([], [["a", "b"]]):
        with pytest.raises(RefusedFile):
            propose(table(tmp_path / "x.csv", *rows), known)


CELLS = st.one_of(
    st.sampled_from(
        ("", "Gavi", "Kenya", "WHO", "2021", "https://a.example", "n/a", "=1+1", "#org", "a: b", "{x}", "- y", '"', "'", "é")
    ),
    st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\u202d\u202e"), max_size=12),
)


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    header=st.lists(CELLS, min_size=1, max_size=5),
    body=st.lists(st.lists(CELLS, min_size=1, max_size=5), min_size=1, max_size=4),
)
def test_every_proposal_is_a_valid_mapping(known: Graph, tmp_path: Path, header: list[str], body: list[list[str]]) -> None:
    path = table(tmp_path / "random table.csv", header, *body)
    try:
        proposal = propose(path, known)
    except RefusedFile:
        return  # no table at all
    checked(proposal)


@pytest.mark.parametrize(
    ("name", "least"),
    [("hxl/input-valid.csv", 0), ("gavi_shipments/gavi_vaccine_supply.xlsx", 1247), ("ebola_3w/ebola_3w_2014-12-10.csv", 300)],
)
def test_published_tables(copy: SqliteStore, tmp_path: Path, name: str, least: int) -> None:
    path = SHARED / name
    if not path.is_file():
        pytest.skip(f"the published file {path.name} is not beside the project")
    mapping = tmp_path / "m.yaml"
    mapping.write_text(propose(path, Graph(copy)).text, encoding="utf-8")
    report = load(copy, [path], AT, mapping=str(mapping))
    assert report.balanced
    assert report.loaded >= least


def test_words_of_headers() -> None:
    assert header_words("WHOGHObservatory Framework_2") == ("whogh", "observatory", "framework", "2")
    assert family_of("Name 12") == ("Name", 12)
    assert family_of("Name") is None
