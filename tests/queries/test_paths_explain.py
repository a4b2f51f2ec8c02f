"""Sentences, periods and citations, as a reader sees them."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph.model import ALWAYS, AsOf, Citation, Statement
from graph.vocabulary import vocabulary
from queries.explain import cite, period_text, sentence
from tests.factories import cited_source, entity, graph_in, link, text

NAMES = {"ann": "Ann Ltd.", "net": "the {subject} Network", "KEN": "Kenya", "pool": "the Pool"}


def name(id: str) -> str:
    return NAMES.get(id, id)


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (link("ann", "member_of", "net"), "Ann Ltd. is a member of the {subject} Network."),
        (link("net", "part_of", "ann"), "the {subject} Network is part of Ann Ltd."),
        (
            link("ann", "member_of", "net", detail="as an observer."),
            "Ann Ltd. is a member of the {subject} Network (as an observer).",
        ),
        (
            link("KEN", "enrolled_in", "pool", status="participating"),
            "Kenya is enrolled in the Pool (takes part and buys or may buy).",
        ),
        (link("KEN", "enrolled_in", "pool", status="made_up"), "Kenya is enrolled in the Pool (made up)."),
        (link("KEN", "enrolled_in", "pool"), "Kenya is enrolled in the Pool."),
        (
            link("KEN", "enrolled_in", "pool", status="member", detail="for vaccines"),
            "Kenya is enrolled in the Pool (a member; for vaccines).",
        ),
        (text("ann", "description", "Makes vials."), "Ann Ltd.: Makes vials."),
        (text("ann", "description", "Who knows?"), "Ann Ltd.: Who knows?"),
        (text("ann", "claim", "leads the field", topic="size"), "On size, Ann Ltd.: leads the field."),
        (text("ann", "name", "{object}"), "Ann Ltd. is called {object}."),
        (text("KEN", "kind", "country"), "Kenya is of the kind country, area or territory."),
        (link("ann", "not_member_of", "pool"), "Ann Ltd. is not a member of the Pool."),
    ],
)
def test_sentences(statement: Statement, said: str) -> None:
    assert sentence(statement, name) == said


def test_a_sentence_says_when_it_ended() -> None:
    ended = link("ann", "funds", "pool", period=("2020", "2024-06"))
    assert sentence(ended, name, ended=True) == "Ann Ltd. funds the Pool; this ended in June 2024."
    negative = link("ann", "not_member_of", "pool", period=("", "2023"))
    assert sentence(negative, name, ended=True) == "Ann Ltd. is not a member of the Pool."


@pytest.mark.parametrize("predicate", sorted(vocabulary().predicates))
def test_every_predicate_makes_a_sentence_without_a_blank(predicate: str) -> None:
    is_link = vocabulary().predicates[predicate].is_link
    stated = Statement(
        "ann", predicate, "pool" if is_link else None, None if is_link else "high", ALWAYS, Citation("src-a", "page 1"), "high"
    )
    said = sentence(stated, name)
    assert "Ann Ltd." in said
    assert ("the Pool" if is_link else "high") in said
    assert said.endswith(".")
    assert not [bit for bit in ("{", "}", "()", " .", "  ", "..") if bit in said]


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "said"),
    [
        ("", "", "no dates given"),
        ("2024", "2024", "in 2024"),
        ("2024-09", "2024-09", "in September 2024"),
        ("2026-01-13", "2026-01-13", "on 13 January 2026"),
        ("2022-09-14", "2022-09-15", "from 14 September 2022 to 15 September 2022"),
        ("2021-12", "", "since December 2021"),
        ("", "2026-01-06", "until 6 January 2026"),
    ],
)
def test_periods(valid_from: str, valid_to: str, said: str) -> None:
    assert period_text(valid_from, valid_to) == said


def test_cited(tmp_path: Path) -> None:
    funds = link("ann", "funds", "pool", period=("2020", "2024"), source="src-b", locator="p. 7", detail="two grants")
    met = link("ann", "participates_in", "fair", period=("2024-03-01", "2024-03-02"), source="src-b")
    own_address = Statement(
        "ann", "leads", "pool", None, ALWAYS, Citation("src-b", "p. 8", "https://example.org/b#8", "leads it"), "low", "2026-1"
    )
    unheard = link("ann", "funds", "nobody", source="src-unheard")
    graph = graph_in(
        tmp_path,
        [
            *entity("ann", name="Ann Ltd"),
            *entity("pool", "mechanism", "the Pool"),
            *entity("fair", "event", "the Fair"),
            *cited_source("src-b", "Report B", "https://example.org/b", "inferred_from_mirror"),
            *(funds, met, own_address, unheard),
        ],
    )
    ids = [own_address.id, "0" * 32, funds.id, met.id, unheard.id]
    told = cite(graph, graph.snapshot(), ids, AsOf("2026"))
    assert [cited.id for cited in told] == [own_address.id, funds.id, met.id, unheard.id]
    first, second, third, fourth = told
    assert (first.url, first.url_status, first.quotation, first.release) == (
        "https://example.org/b#8",
        "inferred_from_mirror",
        "leads it",
        "2026-1",
    )
    assert (second.subject_name, second.object, second.object_name, second.value) == ("Ann Ltd", "pool", "the Pool", None)
    assert (second.source_name, second.url, second.locator) == ("Report B", "https://example.org/b", "p. 7")
    assert second.sentence == "Ann Ltd funds the Pool (two grants); this ended in 2024."
    assert second.qualifiers == {"detail": "two grants"}
    assert third.sentence == "Ann Ltd took part in the Fair."
    assert (fourth.object_name, fourth.source_name, fourth.url, fourth.url_status) == ("nobody", "src-unheard", "", "")
    assert [cited.sentence for cited in cite(graph, graph.snapshot(), [funds.id])] == ["Ann Ltd funds the Pool (two grants)."]
    graph.close()
