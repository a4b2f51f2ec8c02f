"""Names to entities: certain ones are linked, the others go to review with their candidates."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.revisions import Graph
from graph.sqlite import SqliteStore
from loaders import curated
from loaders.naming import slip
from loaders.resolve import Resolver
from loaders.stems import stem_of
from tests.factories import entities, entity, graph_in, link, text

NAMESAKES = [
    *entity("hum-hera", name="Humanities in the European Research Area"),
    text("hum-hera", "alias", "HERA", sort="acronym"),
    *entity("nvi-no", name="Norwegian Veterinary Institute"),
    text("nvi-no", "alias", "NVI", sort="acronym"),
    link("nvi-no", "located_in", "NOR"),
    *entity("n2-ca", name="N2"),
    text("n2-ca", "alias", "Network of Networks", sort="other"),
    *entity("ror-who", name="World Health Organization"),
    text("ror-who", "identifier", "ror:01f80g185"),
]


@pytest.fixture(scope="module")
def resolver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Resolver]:
    """The shipped graph, with namesakes out of a register."""
    store = SqliteStore(tmp_path_factory.mktemp("resolve") / "graph.sqlite")
    curated.load(store, None, datetime.now(UTC))
    store.replace("register", NAMESAKES, datetime.now(UTC))
    graph = Graph(store)
    yield Resolver(graph)
    graph.close()


@pytest.mark.parametrize(
    ("given_name", "id"),
    [
        ("Serum Institute of India Pvt. Ltd.", "sii"),
        ("EIB - European Investment Bank", "eib"),
        ("African Union (AU)", "au"),
        ("World Health Organization Regional Office for Africa", "who-afro"),
        ("Regional Office for Europe (WHO)", "who-euro"),
        ("WHO-AFRO", "who-afro"),
        ("European Commission - HERA", "dg-hera"),
        ("Food and Drug Administration (FDA), USA", "fda"),
        ("National Institute of Allergy and Infectious Diseases (NIAID)", "niaid"),
        ("Deutsche Gesellschaft für Internationale Zusammenarbeit (GIZ) GmbH", "giz"),
        ("CEPI (Coalition for Epidemic Preparedness Innovations)", "cepi"),
        ("GSK plc", "gsk"),
        ("Butantan Institute", "butantan"),
        ("UNICEF Supply Div.", "unicef-sd"),
        ("U.S.A.", "USA"),
        ("Korea (Rep. of)", "KOR"),
        ("Phillipines", "PHL"),
        ("Zimbawe", "ZWE"),
        ("  institut pasteur\u00a0de DAKAR (IPD) ", "ipd"),
        ("Intitut Pasteur de Dakar", "ipd"),
        ("Bharat Biotech (India)", "bharat"),
        ("PT Bio Farma (Persero)", "bio-farma"),
        ("Fundação Oswaldo Cruz", "fiocruz"),
        ("Sao Tome & Principe", "STP"),
        ("https://ror.org/01f80g185", "who"),
        ("KEN", "KEN"),
        ("DG HERA", "dg-hera"),
        ("World Health Organization", "who"),
        ("Health Emergency Preparedness and Response Authority (HERA)", "dg-hera"),
        ("United Kingdom Health Security Agency (UKHSA)", "ukhsa"),
        ("SK Biosciences (peptide #1)", "sk-bio"),
        ("CanSino (China)", "cansino"),
        ("Korea, DPR", "PRK"),
        ("Oxford University", "oxford"),
        ("Universität Oxford", "oxford"),
    ],
)
def test_certain_names_are_linked(resolver: Resolver, given_name: str, id: str) -> None:
    found = resolver.resolve(given_name)
    assert (found.decision, found.id) == ("automatic", id), found.reason


@pytest.mark.parametrize(
    ("given_name", "candidate"),
    [
        ("HERA", "dg-hera"),
        ("NVI", "nvi-th"),
        ("BE", "BEL"),
        ("Network of Networks", "n2-ca"),
        ("Codagenix/Serum Institute of India", "sii"),
        ("Statens Serum Institute", "sii"),
        ("Thai Food and Drug Administration", "fda"),
        ("Institut Pasteur de Dakar (Senegal Branch)", "ipd"),
        ("National Vaccine Institute", "nvi-th"),
        ("Department of Zoology, University of Oxford", "oxford"),
        ("University of Oxford Medical School", "oxford"),
        ("CanSino (Canada)", "cansino"),
    ],
)
def test_uncertain_names_go_to_review_with_their_candidates(resolver: Resolver, given_name: str, candidate: str) -> None:
    found = resolver.resolve(given_name)
    assert (found.decision, found.id) == ("review", None)
    assert candidate in [one.id for one in found.candidates]
    assert found.reason.endswith(".")


@pytest.mark.parametrize("given_name", ["", "  ", "---", "Acme Widgets of Nowhere", "x" * 5000, "\u202e\u200b"])
def test_what_is_no_known_name_is_not_linked(resolver: Resolver, given_name: str) -> None:
    assert resolver.resolve(given_name).decision == "none"


@pytest.mark.parametrize(
    "given_name",
    [
        "Nigeira",  # Nigeria or Niger
        "Korea",
        "Austrlia",
        "Cepheid AB",  # a form of Sweden; the seat is in the United States
        "GSK GmbH",
        "Medecins sans Frontieres Switzerland",  # a section; the international body has its seat there too
        "Makerere University Walter Reed Project",
        "Ministry of Health, Kenya",
    ],
)
def test_what_is_near_is_not_linked(resolver: Resolver, given_name: str) -> None:
    assert resolver.resolve(given_name).id is None


def test_a_name_may_leave_its_place_to_the_column_beside_it(resolver: Resolver) -> None:
    assert resolver.resolve("National Institute of Infectious Diseases", "Japan").id == "niid"
    assert resolver.resolve("National Institute of Virology", "India").id == "icmr-niv"
    assert resolver.resolve("National Institute of Infectious Diseases", "Romania").id is None
    assert resolver.resolve("National Institute of Infectious Diseases").id is None


def test_letters_are_not_certain_where_the_list_spells_out_another_body_of_these_letters(resolver: Resolver) -> None:
    full, letters = "Medicines Patent Pool", "MPP"
    assert resolver.resolve_all([(full, ""), (letters, "")])[1].id == "mpp"
    assert resolver.resolve_all([(full, ""), (letters, ""), ("Ministry of Public Procurement", "")])[1].id is None


def test_an_acronym_needs_context(resolver: Resolver) -> None:
    assert resolver.resolve("NVI", "Thailand").id == "nvi-th"
    assert resolver.resolve("NVI", "Norway").id == "nvi-no"
    alone, named = resolver.resolve("UNICEF"), resolver.resolve_all([("UNICEF", ""), ("United Nations Children's Fund", "")])
    assert alone.decision == "review"
    assert [one.id for one in named] == ["unicef", "unicef"]


def test_another_country_speaks_against_a_name(resolver: Resolver) -> None:
    assert resolver.resolve("Instituto Butantan", "Brazil").id == "butantan"
    assert resolver.resolve("Instituto Butantan", "Portugal").decision == "review"
    assert resolver.resolve("World Health Organization", "Guinea").id == "who"


def test_contradicting_legal_forms_in_one_list_are_two_bodies(tmp_path: Path) -> None:
    graph = graph_in(tmp_path, entity("acme", name="Acme Vaccines"))
    both = Resolver(graph).resolve_all([("Acme Vaccines Inc.", ""), ("Acme Vaccines GmbH", "")])
    assert [one.decision for one in both] == ["review", "review"]
    assert Resolver(graph).resolve("Acme Vaccines Inc.").id == "acme"
    graph.close()


def test_a_longer_name_that_goes_on_behind_speaks_against_another_order(tmp_path: Path) -> None:
    told = [*entity("uw", name="University of Washington"), *entity("uf", name="University of Fukui")]
    further = [
        *entity("wustl", name="Washington University in Saint Louis"),
        *entity("fut", name="Fukui University of Technology"),
    ]
    graph = graph_in(tmp_path, [*told, *further])
    assert Resolver(graph).resolve("Washington University").decision == "review"
    assert Resolver(graph).resolve("Fukui University").id == "uf"
    assert Resolver(graph).resolve("Central University").id is None
    graph.close()


def test_the_nearer_spelling_and_the_name_in_use_come_first(tmp_path: Path) -> None:
    told = [*entity("nwu", name="North-West University"), *entity("northwest", name="Northwest University")]
    former = [
        *entity("new", name="New Agency"),
        text("new", "alias", "Old Agency", sort="former"),
        *entity("old", name="Old Agency"),
    ]
    graph = graph_in(tmp_path, [*told, *former])
    assert Resolver(graph).resolve("North West University").id == "nwu"
    assert Resolver(graph).resolve("NORTHWEST University").id == "northwest"
    assert Resolver(graph).resolve("Old Agency").id == "old"
    graph.close()


def test_what_ended_is_found_and_names_all_its_successors(tmp_path: Path) -> None:
    told = [
        *entity("phe", name="Public Health England"),
        text("phe", "register_status", "inactive"),
        *entity("ukhsa", name="UK Health Security Agency"),
        *entity("ohid", name="Office for Health Improvement"),
        link("ukhsa", "succeeds", "phe"),
        link("ohid", "succeeds", "phe"),
    ]
    graph = graph_in(tmp_path, told)
    found = Resolver(graph).resolve("Public Health England")
    assert found.id == "phe"
    assert (found.candidates[0].status, found.candidates[0].successors) == ("inactive", ("ohid", "ukhsa"))
    assert "It is inactive in its register; it was succeeded by" in found.reason
    assert Resolver(graph).resolve("UK Health Security Agency").candidates[0].status == ""
    graph.close()


def test_a_file_is_not_held_against_itself(tmp_path: Path) -> None:
    graph = graph_in(tmp_path, entity("a", name="Alpha Institute"), [*entity("own", name="Beta Institute")])
    assert Resolver(graph).resolve("Beta Institute").id == "own"
    besides = Resolver(graph, besides="test/1.csv")
    assert besides.resolve("Beta Institute").id is None
    assert besides.resolve("Alpha Institute").id == "a"
    graph.close()


def test_keep_apart_decisions_are_obeyed(tmp_path: Path) -> None:
    told = [*entity("a", name="Institute of Health"), text("a", "not_to_confuse_with", "Institute for Health")]
    graph = graph_in(tmp_path, told)
    assert Resolver(graph).resolve("Institute for Health").id is None
    assert Resolver(graph).resolve("Institute of Health").id == "a"
    graph.close()


def test_a_word_that_other_names_hold_is_no_slip(tmp_path: Path) -> None:
    told = [*entity("c", name="Columbia University"), *entity("d", name="Colombia Health Fund"), *entities("country", "COL")]
    graph = graph_in(tmp_path, [*told, text("COL", "alias", "Colombia")])
    assert Resolver(graph).resolve("Colombia University").decision == "review"
    assert Resolver(graph).resolve("Columbia Univeristy").id == "c"
    graph.close()


def test_numbers_are_never_slips() -> None:
    assert not slip("hospital12", "hospital13")


@given(st.text(max_size=80), st.text(max_size=20))
@settings(max_examples=150)
def test_any_text_is_answered(resolver: Resolver, given_name: str, country: str) -> None:
    found = resolver.resolve(given_name, country)
    assert (found.id is not None) == (found.decision == "automatic")
    assert (found.decision == "none") == (not found.candidates and found.id is None) or found.decision == "review"


@given(st.text(max_size=60))
def test_a_stem_is_made_of_its_own_words(name: str) -> None:
    stem = stem_of(name)
    assert set(stem.words) <= set(stem.all_words)
