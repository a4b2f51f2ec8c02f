"""None of the researched facts is lost on the way into the graph: each is looked for, not counted."""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from pathlib import Path

from graph.model import ANY_TIME, AsOf, Statement
from graph.sqlite import SqliteStore
from loaders.catalogue import source_id

JOINED = {
    "paho_membership": "paho",
    "paho_rrf": "paho-rrf",
    "africa_cdc_appm": "appm",
    "african_medicines_agency": "ama",
    "asean_avssr": "avssr",
    "pacific_vii": "pic-pool",
    "eu_hera_jpa": "eu-jpa",
    "ghc_gjpp": "gcc-gpp",
    "emro_ppm": "emr-pool",
    "oecs_pps": "oecs-pps",
    "gdf": "gdf",
    "pip_framework": "pip",
    "covax_facility": "covax",
    "who_aam_mpox": "aam-mpox",
}
TURNED = {"governs", "establishes"}
TURNED_ROUND = frozenset({"COD", "FSM", "PSE", "VGB", "VIR"})
"""Places that ISO lists under a name turned round for sorting; the graph shows that of the United Nations."""
RENAMED = {"chairs": "leads", "governs": "mandated_by", "establishes": "mandated_by", "follows": "succeeds"}
FORMER = {"former_signatory": "signatory", "former_member": "member", "former_eligible": "eligible"}


_STORED_COPY = re.compile(r" \(seed document \d{3}_[0-9a-f]+\.txt\)")


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        read_rows = list(csv.DictReader(lines))
    # Titles are shipped without the file name under which a stored copy was kept while the facts were compiled.
    for row in read_rows:
        if "source" in row:
            row["source"] = _STORED_COPY.sub("", row["source"])
    return read_rows


def mechanism(old: str) -> str:
    return JOINED.get(old, old.replace("_", "-"))


def entity(old: str) -> str:
    return old.removeprefix("country-").upper() if old.startswith("country-") else old


def cited(row: dict[str, str]) -> tuple[str, str, str]:
    return source_id(row["source"], row["source_url"]), row["source_url"], row["confidence"]


def citation(statement: Statement) -> tuple[str, str, str]:
    return statement.citation.source, statement.citation.url, statement.confidence


def literals(graph: SqliteStore, predicate: str) -> dict[str, list[Statement]]:
    found: dict[str, list[Statement]] = defaultdict(list)
    for statement in graph.scan(predicate, ANY_TIME):
        found[statement.subject].append(statement)
    return found


def test_every_relation_is_a_link_with_its_period_detail_and_citation(graph: SqliteStore, facts: Path) -> None:
    there = {
        (s.subject, s.predicate, s.object, str(s.valid), s.qualifier("detail"), citation(s), s.citation.locator)
        for s in graph.scan(None, ANY_TIME)
        if s.object is not None
    }
    given = read(facts / "network" / "relations.csv")
    assert len(given) == 918
    kinds = {row["id"]: row["type"] for row in read(facts / "network" / "entities.csv")}
    missing = []
    for row in given:
        subject, target, predicate = entity(row["subject_id"]), entity(row["object_id"]), row["predicate"]
        if predicate in TURNED:
            subject, target = target, subject
        if predicate == "supplies" and kinds[row["object_id"]] in ("country", "mechanism"):
            predicate = "supplies_to"
        predicate = RENAMED.get(predicate, predicate)
        match row["valid_from"], row["valid_to"]:
            case "", "":
                period = "no dates given"
            case start, "":
                period = f"since {start}"
            case "", end:
                period = f"until {end}"
            case start, end:
                period = start if start == end else f"{start} to {end}"
        locator = row["locator"] or "the source as a whole"
        if (subject, predicate, target, period, row["detail"], cited(row), locator) not in there:
            missing.append(row)
    assert missing == []


def test_each_of_the_918_relations_is_a_statement_of_its_own(graph: SqliteStore, facts: Path) -> None:
    origins = Counter(r.origin for r in graph.records(None, ANY_TIME) if r.statement.object is not None)
    assert origins["curated/links.csv"] == len(read(facts / "network" / "relations.csv")) == 918


def test_what_was_renamed_keeps_the_word_of_its_source(graph: SqliteStore, facts: Path) -> None:
    given = Counter(row["predicate"] for row in read(facts / "network" / "relations.csv"))
    kept = Counter(s.qualifier("predicate_as_given") for s in graph.scan(None, ANY_TIME) if s.qualifier("predicate_as_given"))
    assert kept == {"chairs": 4, "governs": 1, "establishes": 1, "follows": 1, "supplies": 2}
    assert {word: given[word] for word in RENAMED} == {word: kept[word] for word in RENAMED}


def test_counts_of_works_on_are_those_of_the_relations(graph: SqliteStore, facts: Path) -> None:
    given = Counter(row["object_id"] for row in read(facts / "network" / "relations.csv") if row["predicate"] == "works_on")
    assert Counter(s.object for s in graph.scan("works_on", ANY_TIME)) == given


def test_every_membership_is_there_with_status_period_and_citation(graph: SqliteStore, facts: Path) -> None:
    there: Counter[tuple[str, ...]] = Counter(
        (
            s.subject,
            s.object or "",
            s.qualifier("status_as_given") or s.qualifier("status"),
            s.valid.valid_from,
            s.valid.valid_to,
            *citation(s),
        )
        for s in graph.scan("enrolled_in", ANY_TIME)
    )
    given = read(facts / "coverage" / "coverage.csv")
    assert len(given) == 998
    wanted: Counter[tuple[str, ...]] = Counter(
        (row["iso3"], mechanism(row["mechanism_id"]), row["status"], row["valid_from"], row["valid_to"], *cited(row))
        for row in given
    )
    assert wanted - there == Counter()
    assert sum(there.values()) == 998 + 197  # the others are the memberships in WHO


def test_former_statuses_end_and_are_told_as_they_were_given(graph: SqliteStore) -> None:
    former = [s for s in graph.scan("enrolled_in", ANY_TIME) if s.qualifier("status_as_given").startswith("former_")]
    assert len(former) == 6
    assert all(FORMER[s.qualifier("status_as_given")] == s.qualifier("status") and s.valid.valid_to for s in former)


def test_every_entity_is_there_with_kind_subtype_name_description(graph: SqliteStore, facts: Path) -> None:
    kinds, names, subtypes = literals(graph, "kind"), literals(graph, "name"), literals(graph, "subtype")
    descriptions, given = literals(graph, "description"), read(facts / "network" / "entities.csv")
    assert len(given) == 412
    for row in given:
        here = entity(row["id"])
        assert [s.value for s in kinds[here]] == [row["type"]], row["id"]
        if row["type"] == "country":
            continue
        assert [s.value for s in names[here]] == [row["name"]]
        assert citation(names[here][0]) == cited(row)
        assert [s.value for s in subtypes[here]] == [row["subtype"]]
        assert [s.value for s in descriptions[here]] == [row["description_in_own_words"]]


def test_every_alias_is_a_name_or_a_note(graph: SqliteStore, facts: Path) -> None:
    aliases = {(s.subject, s.value) for s in graph.scan("alias", ANY_TIME)}
    notes = {(s.subject, s.value) for s in graph.scan("note", ANY_TIME)}
    told_otherwise = set()
    for row in read(facts / "network" / "entities.csv"):
        here = entity(row["id"])
        for alias in filter(None, row["aliases"].split("|")):
            bare = alias.removeprefix("formerly ").split(" (")[0]
            if (here, alias) not in aliases and (here, bare) not in aliases and (here, alias) not in notes:
                told_otherwise.add((here, alias))
    assert told_otherwise == {
        ("paho-rrf", "Strategic Fund"),
        ("cepheid", "Danaher group"),
        ("cz-vaccines", "Zendal group"),
    }
    assert ("paho-strategic-fund", "Strategic Fund") in aliases
    assert {("cepheid", "belongs to the Danaher group"), ("cz-vaccines", "belongs to the Zendal group")} <= notes


def test_founding_sites_identifiers_and_seats_are_kept(graph: SqliteStore, facts: Path) -> None:
    founded = {(s.subject, s.value) for s in graph.scan("founded_in", ANY_TIME)}
    homepages = {(s.subject, s.value) for s in graph.scan("homepage", ANY_TIME)}
    identifiers = {(s.subject, s.value) for s in graph.scan("identifier", ANY_TIME)}
    seats = {(s.subject, s.object) for s in graph.scan("located_in", ANY_TIME)}
    for row in read(facts / "network" / "entities.csv"):
        if row["type"] == "country":
            continue
        here = row["id"]
        assert not row["founded"] or (here, row["founded"]) in founded
        assert not row["homepage"] or (here, row["homepage"]) in homepages
        assert {(here, one) for one in filter(None, row["ror_or_wikidata_id"].split(";"))} <= identifiers
        assert not row["country_iso3"] or (here, row["country_iso3"]) in seats


def test_every_mechanism_keeps_all_its_columns(graph: SqliteStore, facts: Path) -> None:
    said: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for statement in graph.scan(None, ANY_TIME):
        if statement.value is not None:
            said[statement.subject].add((statement.predicate, statement.value))
    handled: dict[str, set[str]] = defaultdict(set)
    for statement in graph.scan("handles", ANY_TIME):
        handled[statement.subject].update(statement.qualifier("as_given").split("; "))
    parents = {(s.subject, s.object) for s in graph.scan("part_of", ANY_TIME)}
    given = read(facts / "coverage" / "mechanisms.csv")
    assert len(given) == 35
    for row in given:
        here, what = mechanism(row["id"]), said[mechanism(row["id"])]
        assert ("alias", row["id"]) in what or here == row["id"]
        assert {("arrangement", row["kind"]), ("operator", row["operator"]), ("stage", row["status"])} <= what
        assert {("chain_label", one) for one in filter(None, row["value_chain_stage"].split(";"))} <= what
        assert {("named_partner", one) for one in filter(None, row["partners"].split(";"))} <= what
        assert not row["claimed_country_count"] or ("claimed_count", row["claimed_country_count"]) in what
        assert not row["start_year"] or ("founded_in", row["start_year"]) in what
        assert {("note", row["description_in_own_words"]), ("description", row["description_in_own_words"])} & what
        classes = set(row["product_classes"].split(";"))
        assert classes <= handled[here] or ("note", f"Product classes as the source table gives them: {classes.pop()}.") in what
        assert not row["parent_id"] or (here, mechanism(row["parent_id"])) in parents


def test_every_country_area_or_territory_keeps_its_columns(graph: SqliteStore, facts: Path) -> None:
    names, lists = literals(graph, "name"), literals(graph, "listed_as")
    notes, income = literals(graph, "note"), literals(graph, "income_group")
    codes = {(s.subject, s.value) for s in graph.scan("alias", ANY_TIME) if s.qualifier("sort") == "code"}
    aliases = {(s.subject, s.value) for s in graph.scan("alias", ANY_TIME)}
    regions = {(s.subject, s.object) for s in graph.scan("in_region", AsOf("2026-11-21"))}
    parents = {(s.subject, s.object) for s in graph.scan("territory_of", ANY_TIME)}
    who = {
        "AFRO": "r-afr",
        "AMRO": "r-amr",
        "EMRO": "r-emr",
        "EURO": "r-eur",
        "SEARO": "r-sear",
        "WPRO": "r-wpr",
    }
    given = read(facts / "coverage" / "countries.csv")
    assert len(given) == 250
    for row in given:
        here = row["iso3"]
        (shown,) = [s.value for s in names[here]]
        if here in TURNED_ROUND:
            assert (here, row["name"]) in aliases
            assert "," in row["name"]
            assert "," not in (shown or "")
        else:
            assert shown == row["name"]
        assert {(here, row["iso2"]), (here, here)} <= codes
        assert [s.value for s in income[here]] == ([row["income_group"]] if row["income_group"] else [])
        assert not row["note"] or row["note"] in [s.value for s in notes[here]]
        assert not row["who_region"] or (here, who[row["who_region"]]) in regions
        assert not row["un_region"] or (here, f"r-un-{row['un_region'].lower()}") in regions
        assert not row["sovereign_iso3"] or (here, row["sovereign_iso3"]) in parents
        listed = {s.value for s in lists[here]}
        assert ("who-reporting-entity" in listed) == (row["who_reporting_entity"] == "true")
        assert ("iso-3166-1" in listed) == (here != "XKX")


def test_every_dated_change_of_region_or_membership_is_kept(graph: SqliteStore, facts: Path) -> None:
    region = {"SEARO": "r-sear", "WPRO": "r-wpr", "AMRO": "r-amr", "EURO": "r-eur", "AFRO": "r-afr"}
    given = read(facts / "coverage" / "countries_history.csv")
    assert len(given) == 8
    for row in given:
        day = AsOf(row["valid_from"])
        regions = {s.object for s in graph.about(row["iso3"], day) if s.predicate == "in_region"}
        assert region[row["who_region"]] in regions
        standing = [s for s in graph.about(row["iso3"], day) if s.predicate == "enrolled_in" and s.object == "who"]
        refused = [s for s in graph.about(row["iso3"], day) if s.predicate == "not_enrolled_in"]
        if row["who_member"] == "false":
            assert [s.valid.valid_from for s in refused] == [row["valid_from"]]
        else:
            status = "associate" if row["who_member"] == "associate" else "member"
            assert [s.qualifier("status") for s in standing] == [status]


def test_every_cited_source_has_its_entry_with_the_state_of_its_address(graph: SqliteStore, facts: Path) -> None:
    names, status = literals(graph, "name"), literals(graph, "url_status")
    kinds, urls = literals(graph, "kind"), literals(graph, "url")
    for name in ("network/entities.csv", "network/relations.csv", "coverage/coverage.csv", "coverage/mechanisms.csv"):
        for row in read(facts / name):
            if row.get("type") == "country":
                continue
            here = source_id(row["source"], row["source_url"])
            assert [s.value for s in names[here]] == [row["source"]]
            assert [s.value for s in status[here]] == [row["url_status"]]
            assert [s.value for s in kinds[here]] == ["source"]
            assert [s.value for s in urls[here]] == ([row["source_url"]] if row["source_url"] else [])
