"""What the shipped graph says, held against what was counted by hand."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest

from graph.identity import are_kept_apart, kept_apart
from graph.model import ANY_TIME, AsOf, Statement
from graph.sqlite import SqliteStore
from graph.vocabulary import vocabulary
from loaders.curated import EDITION, shipped
from loaders.ledger import Report

TODAY = AsOf("2026-11-21")


def enrolled(graph: SqliteStore, mechanism: str, when: AsOf = TODAY) -> dict[str, list[str]]:
    """Countries, areas and territories by their status in a mechanism."""
    found: dict[str, list[str]] = defaultdict(list)
    for statement in graph.links(mechanism, when):
        if statement.predicate == "enrolled_in":
            found[statement.qualifier("status")].append(statement.subject)
    return found


def listed(graph: SqliteStore, name: str) -> set[str]:
    return {s.subject for s in graph.scan("listed_as", TODAY) if s.value == name}


def test_the_shipped_files_load_without_a_finding_and_balance(loaded: tuple[SqliteStore, Report]) -> None:
    report = loaded[1]
    assert report.findings == ()
    assert report.ok
    assert report.balanced
    assert report.read == report.loaded > 7000
    assert {ledger.source for ledger in report.files} == {f"curated/{path.name}" for path in shipped()}
    assert report.revision == len(report.files) == 11


def test_every_statement_fits_the_vocabulary(graph: SqliteStore) -> None:
    kinds = {s.subject: s.value or "" for s in graph.scan("kind", ANY_TIME)}
    words = vocabulary()
    count = 0
    for statement in graph.scan(None, ANY_TIME):
        words.check(statement, kinds)
        assert kinds[statement.citation.source] == "source"
        assert statement.release in ("", EDITION)
        count += 1
    assert count > 10_000


def test_every_entity_has_one_kind_and_one_name(graph: SqliteStore) -> None:
    kinds = Counter(s.subject for s in graph.scan("kind", ANY_TIME))
    names = Counter(s.subject for s in graph.scan("name", ANY_TIME))
    assert set(kinds) == set(names)
    assert set(kinds.values()) == set(names.values()) == {1}


def test_what_rests_on_general_knowledge_is_never_of_high_confidence(graph: SqliteStore) -> None:
    source = next(s.subject for s in graph.scan("name", ANY_TIME) if s.value == "general knowledge, to be verified")
    resting = [s for s in graph.scan(None, ANY_TIME) if s.citation.source == source and s.subject != source]
    assert len(resting) > 100
    assert {s.confidence for s in resting} == {"medium", "low"}


def test_works_on_is_never_better_than_medium_but_for_the_map_itself(graph: SqliteStore) -> None:
    high = {s.citation.source for s in graph.scan("works_on", ANY_TIME) if s.confidence == "high"}
    assert all("i-mcm-net" in source for source in high)


def test_the_map_has_three_stages_thirteen_components_two_extensions(graph: SqliteStore) -> None:
    subtypes = {s.subject: s.value for s in graph.scan("subtype", ANY_TIME) if s.subject.startswith("vc")}
    assert Counter(subtypes.values()) == {"stage": 3, "component": 13, "extension": 2}
    parts = {s.subject: s.object for s in graph.scan("part_of", ANY_TIME) if s.subject in subtypes}
    assert parts == {one: one.split("-")[0] for one, subtype in subtypes.items() if subtype == "component"}


def test_bases(graph: SqliteStore) -> None:
    assert len(enrolled(graph, "who", AsOf("2025-12-31"))["member"]) == 194
    assert len(enrolled(graph, "who")["member"]) == 192
    assert sorted(enrolled(graph, "who")["associate"]) == ["FRO", "PRI", "TKL"]
    iso = listed(graph, "iso-3166-1")
    assert len(iso) == 249
    assert len(iso - listed(graph, "no-permanent-population")) == 242
    assert len(listed(graph, "who-reporting-entity")) == 234
    countries = {s.subject for s in graph.scan("kind", ANY_TIME) if s.value == "country"}
    assert len(countries) == 250
    assert countries - iso == {"XKX"}


def test_who_membership_of_the_two_that_left(graph: SqliteStore) -> None:
    for code, last in (("USA", "2026-01-22"), ("ARG", "2026-03-17")):
        member = next(s for s in graph.about(code, ANY_TIME) if s.predicate == "enrolled_in" and s.object == "who")
        left = next(s for s in graph.about(code, ANY_TIME) if s.predicate == "not_enrolled_in")
        assert (member.valid.valid_to, left.valid.valid_from, left.object) == (last, last, "who")
        assert code in enrolled(graph, "paho")["member"]


def test_observers_are_no_members_of_who(graph: SqliteStore) -> None:
    observers = {s.subject for s in graph.links("who", TODAY) if s.predicate == "observer_at"}
    assert {"PSE", "VAT"} <= observers
    everyone = {one for countries in enrolled(graph, "who").values() for one in countries}
    assert not everyone & {"PSE", "VAT", "LIE", "XKX", "TWN"}


def test_region_of_indonesia_is_dated(graph: SqliteStore) -> None:
    def region(day: str) -> set[str | None]:
        return {s.object for s in graph.about("IDN", AsOf(day)) if s.predicate == "in_region" and s.object in who}

    who = {"r-sear", "r-wpr"}
    assert region("2025-05-22") == {"r-sear"}
    assert region("2025-05-23") == {"r-wpr"}
    assert region("2025") == {"r-sear", "r-wpr"}


def test_namibia_has_the_text_na_as_its_code(graph: SqliteStore) -> None:
    assert {s.value for s in graph.about("NAM", ANY_TIME) if s.qualifier("sort") == "code"} == {"NA", "NAM"}


COUNTS = {
    "paho": {"member": 35, "participating_state": 3, "associate": 4, "observer": 2},
    "paho-rrf": {"participating": 42, "eligible": 2},
    "paho-rf-vaccines": {"participating": 42},
    "paho-strategic-fund": {"participating": 33},
    "appm": {"member": 55},
    "avssr": {"member": 11},
    "eu-jpa": {"signatory": 38, "via_parent_state": 7},
    "gcc-gpp": {"member": 6, "council_member": 1},
    "oecs-pps": {"member": 9},
    "comisca-nc": {"participating": 7, "eligible": 1},
    "sadc-spps": {"member": 10, "member_interested": 3, "active_user": 3},
    "eac-ppm": {"member": 8},
    "waho-ecowas": {"member": 12},
    "sids-africa-ppp": {"signatory": 6, "associated": 1},
    "uma-maghreb": {"member": 5},
    "pic-pool": {"participating": 11},
    "emr-pool": {"eligible": 22},
    "searo-delhi": {"committed": 10},
    "carec-health": {"member": 11},
    "saarc-health": {"member": 8},
    "nordic-nlf": {"member": 5},
    "baltic-bpi": {"member": 3},
    "beneluxa": {"member": 5},
    "ama": {"ratified_deposited": 20, "ratified": 3, "ratified_not_deposited": 2},
    "gavi-support": {"eligible": 54},
    "unicef-sd-vaccines": {"recipient": 63},
    "gf-ppm": {"eligible": 116, "transition": 2},
    "covax-amc": {},
    "aam-mpox": {"allocated": 12},
    "pip": {"eligible": 192},
    "unrwa": {"field_of_operation": 4},
    "gdf": {},
    "covax": {},
    "unicef-vii": {},
}


@pytest.mark.parametrize("mechanism", COUNTS)
def test_live_memberships_of_a_mechanism(graph: SqliteStore, mechanism: str) -> None:
    assert {status: len(who) for status, who in enrolled(graph, mechanism).items()} == COUNTS[mechanism]


def test_memberships_of_earlier_days(graph: SqliteStore) -> None:
    assert len(enrolled(graph, "waho-ecowas", AsOf("2025-01-28"))["member"]) == 15
    assert len(enrolled(graph, "covax-amc", AsOf("2023"))["eligible"]) == 92
    assert len(enrolled(graph, "pip", AsOf("2025"))["eligible"]) == 194
    assert "GBR" in enrolled(graph, "eu-jpa", AsOf("2020-06"))["signatory"]


def test_blocs_follow_from_the_memberships(graph: SqliteStore) -> None:
    blocs = Counter(s.object for s in graph.scan("in_region", TODAY) if s.qualifier("derived_from"))
    assert blocs == {"r-au": 55, "r-asean": 11, "r-eueea": 38, "r-gcc": 6, "r-oecs": 9, "r-pic": 11}
    derived = [s for s in graph.scan("in_region", ANY_TIME) if s.qualifier("derived_from")]
    assert {s.confidence for s in derived} == {"medium", "low"}
    for statement in derived:
        mechanism = statement.qualifier("derived_from").removeprefix("membership in ")
        sources = {
            s.citation.source
            for s in graph.about(statement.subject, ANY_TIME)
            if s.predicate == "enrolled_in" and s.object == mechanism
        }
        assert statement.citation.source in sources


def test_isolated_on_purpose(graph: SqliteStore) -> None:
    for gap in ("vcx-delivery", "r-none"):
        assert not [s for s in graph.about(gap, ANY_TIME) if s.object is not None]
        assert list(graph.links(gap, ANY_TIME)) == []


def test_all_six_languages_for_all_250(graph: SqliteStore) -> None:
    countries = {one.subject for one in graph.scan("kind", ANY_TIME) if one.value == "country"}
    spoken: dict[str, set[str]] = defaultdict(set)
    for predicate in ("name", "alias"):
        for statement in graph.scan(predicate, ANY_TIME):
            if statement.qualifier("lang") and statement.subject in countries:
                spoken[statement.subject].add(statement.qualifier("lang"))
    assert len(spoken) == 250
    assert all(langs == {"ar", "en", "es", "fr", "ru", "zh"} for langs in spoken.values())


@pytest.mark.parametrize(
    ("name", "entity"),
    [
        ("Côte d’Ivoire", "CIV"),
        ("Ivory Coast", "CIV"),
        ("Burma", "MMR"),
        ("Swaziland", "SWZ"),
        ("Кения", "KEN"),
        ("肯尼亚", "KEN"),
        ("كينيا", "KEN"),
        ("Косово", "XKX"),
        ("country-ken", "KEN"),
        ("paho_rrf", "paho-rrf"),
        ("africa_cdc_appm", "appm"),
        ("EuBiologicals", "eubiologics"),
        ("Access Allocaiton Mechanism", "aam-mpox"),
        ("Regional Vaccine Manufacturing Collaborative", "rvmc"),
        ("Africa Pooled Procurement Mechanism", "appm"),
        ("Bill & Melinda Gates Foundation", "gates"),
        ("Health Technology Access Pool", "htap"),
        ("CDC Group", "bii"),
    ],
)
def test_names_lead_to_their_entity(graph: SqliteStore, name: str, entity: str) -> None:
    assert {s.subject for s in graph.scan("alias", ANY_TIME) if s.value == name} == {entity}


def test_names_of_the_department_are_dated(graph: SqliteStore) -> None:
    dated = {
        s.value: (s.valid.valid_from, s.valid.valid_to)
        for s in graph.about("who-epm", ANY_TIME)
        if s.predicate == "alias" and s.valid.valid_from
    }
    assert dated == {
        "Epidemic and Pandemic Threat Management": ("2026-02", ""),
        "Epidemic and Pandemic Management Department": ("2025-10", "2025-10"),
        "Department of Epidemic and Pandemic Preparedness and Prevention": ("2024", "2024"),
    }


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("us-cdc", "africa-cdc"),
        ("africa-cdc", "china-cdc"),
        ("bii", "africa-cdc"),
        ("icmr-niv", "p-nipah"),
        ("nus", "duke-nus"),
        ("duke-nus-cop", "nus"),
        ("paho", "paho-rrf"),
        ("pavm", "phahm"),
        ("c-tap", "htap"),
        ("biological-e", "BEL"),
        ("ppp-uk", "pandemic-fund"),
        ("avssr", "asean-sec"),
        ("dg-hera", "hadea"),
    ],
)
def test_name_traps_are_kept_apart(graph: SqliteStore, one: str, two: str) -> None:
    assert are_kept_apart(graph, one, two)
    assert are_kept_apart(graph, two, one, TODAY)
    assert not are_kept_apart(graph, one, two, AsOf("2026-11-20"))
    decision = next(d for d in kept_apart(graph, one) if d.other == two)
    assert (decision.entity, decision.decided_by, decision.decided_on) == (one, "curation", "2026-11-21")
    assert decision.why


@pytest.mark.parametrize(
    ("entity", "name"),
    [
        ("nvi-th", "Netherlands Vaccine Institute"),
        ("ivi", "Institute of Virology and Immunology (Switzerland)"),
        ("msd", "Merck KGaA"),
        ("ipd", "Institut Pasteur (Paris)"),
        ("ipd", "Institut Pasteur de Tunis"),
        ("ppp-uk", "public-private partnership"),
    ],
)
def test_name_traps_outside_the_graph(graph: SqliteStore, entity: str, name: str) -> None:
    assert name in [d.name for d in kept_apart(graph, entity) if d.other is None]


def test_all_twenty_contradictions_have_both_sides(graph: SqliteStore) -> None:
    sides: dict[tuple[str, str, str], list[Statement]] = defaultdict(list)
    for statement in graph.scan("claim", ANY_TIME):
        number, topic = statement.qualifier("contradiction"), statement.qualifier("topic")
        sides[number, statement.subject, topic].append(statement)
    whole = {number for number, _, _ in sides}
    assert whole == {f"c{number:02d}" for number in range(1, 21)}
    for number in whole:
        best = max((said for key, said in sides.items() if key[0] == number), key=len)
        assert len({s.value for s in best}) >= 2, number
    notes = {s.subject for s in graph.scan("name", ANY_TIME) if s.value == "Curated notes on the starting graph, 2026-11-21"}
    resting = [s for said in sides.values() for s in said if s.citation.source in notes]
    assert {s.confidence for s in resting} <= {"low", "medium"}
    assert all(
        s.citation.locator == f"contradiction {int(s.qualifier('contradiction')[1:])}" and not s.citation.url for s in resting
    )


COMPLETE = {
    "paho": ("2012-09-17", "2012-09-17"),
    "paho-strategic-fund": ("2018-06", "2018-06"),
    "appm": ("2024-02-18", ""),
    "avssr": ("2025-10-26", ""),
    "eu-jpa": ("2025-05", "2025-05"),
    "gcc-gpp": ("2020", ""),
    "oecs-pps": ("2026-11-21", ""),
    "comisca-nc": ("2013-07", ""),
    "sadc-spps": ("2018-12-27", ""),
    "sids-africa-ppp": ("2024-03-27", ""),
    "carec-health": ("2026-11-21", ""),
    "nordic-nlf": ("2025", ""),
    "beneluxa": ("2026-11-21", ""),
    "covax-amc": ("2021", "2023-12-31"),
    "pip": ("2024-11-20", ""),
    "unrwa": ("1982", ""),
}


def test_lists_declared_complete(graph: SqliteStore) -> None:
    declared = {s.subject: s for s in graph.scan("list_complete", ANY_TIME)}
    assert {one: (s.valid.valid_from, s.valid.valid_to) for one, s in declared.items()} == COMPLETE
    assert all(s.value == "enrolled_in" and s.qualifier("why") and s.citation.source for s in declared.values())


def test_a_complete_list_is_as_long_as_its_source_says(graph: SqliteStore) -> None:
    for mechanism, (first, last) in COMPLETE.items():
        there = enrolled(graph, mechanism, AsOf(last or first))
        assert sum(len(who) for status, who in there.items() if status != "via_parent_state") >= 3, mechanism
    assert len(enrolled(graph, "eu-jpa", AsOf("2025-05"))["signatory"]) == 38


def test_every_statement_names_the_edition_it_came_with(graph: SqliteStore) -> None:
    assert {statement.release for statement in graph.scan(None, ANY_TIME)} == {"2026-11-21"}
