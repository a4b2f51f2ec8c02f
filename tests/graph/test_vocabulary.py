"""The words: the shipped file holds together, and what it does not know is refused with the nearest."""

from __future__ import annotations

import copy
from importlib import resources
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from graph.errors import BadDate, BadStatement, UnknownWord
from graph.model import ALWAYS, Citation, Statement, qualify
from graph.vocabulary import Predicate, Vocabulary, nearest, parse, vocabulary

KINDS = {
    "who": "organisation",
    "ken": "country",
    "rrf": "mechanism",
    "imcm": "network",
    "mpox": "pathogen",
    "s1": "source",
    "eid": "event",
}


@pytest.fixture(scope="module")
def raw() -> dict[str, Any]:
    """The shipped file, parsed."""
    read: dict[str, Any] = yaml.safe_load(resources.files("graph").joinpath("vocabulary.yaml").read_text(encoding="utf-8"))
    return read


def link(subject: str, predicate: str, target: str, **qualifiers: str) -> Statement:
    return Statement(subject, predicate, target, None, ALWAYS, Citation("s1", "p"), "high", "", qualify(qualifiers))


def text(subject: str, predicate: str, value: str) -> Statement:
    return Statement(subject, predicate, None, value, ALWAYS, Citation("s1", "p"), "high")


# --- the shipped file ---


def test_it_is_read_once() -> None:
    assert vocabulary() is vocabulary()
    assert isinstance(vocabulary(), Vocabulary)


def test_every_entry_of_the_file_is_a_word(raw: dict[str, Any]) -> None:
    words = vocabulary()
    assert list(words.kinds) == list(raw["kinds"])
    assert list(words.predicates) == [*raw["links"], *raw["literals"]]
    assert list(words.statuses) == list(raw["statuses"])
    assert not set(raw["links"]) & set(raw["literals"])


def test_words_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        vocabulary().kinds["new"] = vocabulary().kind("country")  # type: ignore[index]


def test_sentences_name_both_ends() -> None:
    for word in vocabulary().predicates.values():
        assert "{subject}" in word.sentence, word.name
        assert ("{object}" if word.is_link else "{value}") in word.sentence, word.name
        assert word.sentence.endswith((".", "{value}")), word.name
        fields = {"subject": "S", "object": "O", "value": "V", "status": "st", "topic": "T"}
        assert "{" not in word.sentence.format(**fields), word.name


def test_strengths_are_for_what_a_path_may_use() -> None:
    links = [word for word in vocabulary().predicates.values() if word.is_link]
    for word in links:
        assert (0 < word.strength <= 1) if word.traversable else word.strength == 0, word.name
    assert {word.traversable for word in links} == {True, False}


def test_inverses_are_words_of_their_own() -> None:
    links = [word for word in vocabulary().predicates.values() if word.is_link]
    inverses = [word.inverse for word in links if not word.symmetric]
    assert len(set(inverses)) == len(inverses)
    assert not set(inverses) & set(vocabulary().predicates)
    for word in links:
        assert word.symmetric is (word.inverse == word.name), word.name


def test_negatives_deny_a_link_and_are_never_walked() -> None:
    words = vocabulary().predicates
    negatives = [word for word in words.values() if word.negates]
    assert {word.name for word in negatives} >= {"not_member_of", "not_enrolled_in"}
    for word in negatives:
        denied = words[word.negates]
        assert denied.is_link
        assert not word.traversable
        assert (word.domain, word.range) == (denied.domain, denied.range), word.name


def test_literals_have_a_type_that_is_checked() -> None:
    known = {"text", "date", "number", "url", "identifier", "choice", "kinds", "predicates"}
    for word in vocabulary().predicates.values():
        if not word.is_link:
            assert word.type in known, word.name
            assert bool(word.choices) is (word.type == "choice"), word.name


# --- looking up ---


@pytest.mark.parametrize(
    ("sort", "word", "nearest_word"),
    [
        ("kind", "organization", "organisation"),
        ("kind", "Country", "country"),
        ("predicate", "memberof", "member_of"),
        ("predicate", "member-of", "member_of"),
        ("predicate", "partner_with", "partners_with"),
        ("status", "signatry", "signatory"),
    ],
)
def test_unknown_words_are_refused_with_the_nearest(sort: str, word: str, nearest_word: str) -> None:
    with pytest.raises(UnknownWord) as raised:
        getattr(vocabulary(), sort)(word)
    assert (raised.value.sort, raised.value.word) == (sort, word)
    assert raised.value.nearest[0] == nearest_word
    assert str(raised.value).startswith(f"There is no {sort} {word!r}. Nearest: {nearest_word}")


def test_a_word_like_no_other_gets_no_hint() -> None:
    with pytest.raises(UnknownWord) as raised:
        vocabulary().kind("xyzzy")
    assert raised.value.nearest == ()
    assert str(raised.value) == "There is no kind 'xyzzy'."


def test_known_words_are_found() -> None:
    assert vocabulary().kind("country").label == "country, area or territory"
    assert vocabulary().predicate("member_of").inverse == "has_member"
    assert vocabulary().status("member").counts is True


def test_nearest_is_best_first_and_short() -> None:
    assert nearest("WHO", ["who", "whom", "when"]) == ["who", "whom"]
    assert nearest("a_b", ["ab", "a-b", "A B", "zz"]) == ["ab", "a-b", "A B"]
    assert len(nearest("word", [f"word{number}" for number in range(9)], most=3)) == 3
    assert len(nearest("word", [f"word{number}" for number in range(9)])) == 5
    assert nearest("x", []) == []


@given(
    st.one_of(st.text(max_size=20), st.sampled_from([*vocabulary().kinds, *vocabulary().predicates, *vocabulary().statuses]))
)
def test_any_text_is_a_word_or_is_refused(word: str) -> None:
    words = vocabulary()
    for sort, known in (("kind", words.kinds), ("predicate", words.predicates), ("status", words.statuses)):
        if word in known:
            assert getattr(words, sort)(word).name == word
            continue
        with pytest.raises(UnknownWord) as raised:
            getattr(words, sort)(word)
        assert set(raised.value.nearest) <= set(known)


# --- checking statements ---


@pytest.mark.parametrize(
    "statement",
    [
        link("who", "member_of", "imcm"),
        link("ken", "enrolled_in", "rrf", status="member"),
        text("who", "name", "World Health Organization"),
        text("who", "kind", "organisation"),
        text("rrf", "list_complete", "enrolled_in"),
        text("s1", "url", "https://www.who.int/x?y=z"),
    ],
    ids=lambda statement: statement.predicate,
)
def test_what_fits_passes(statement: Statement) -> None:
    vocabulary().check(statement, KINDS)


@pytest.mark.parametrize(
    ("statement", "error", "said"),
    [
        (link("who", "is_friends_with", "imcm"), UnknownWord, "predicate 'is_friends_with'"),
        (link("who", "memberof", "imcm"), UnknownWord, "Nearest: member_of"),
        (link("nobody", "member_of", "imcm"), BadStatement, "subject 'nobody' is no entity"),
        (link("who", "member_of", "imcmn"), BadStatement, r"object 'imcmn' is no entity.*Nearest: imcm"),
        (
            link("mpox", "member_of", "imcm"),
            BadStatement,
            r"subject 'mpox' is of the kind pathogen.*takes one of: country, mechanism",
        ),
        (link("who", "member_of", "ken"), BadStatement, r"object 'ken' is of the kind country.*takes one of"),
        (
            link("who", "enrolled_in", "rrf", status="member"),
            BadStatement,
            "subject 'who' is of the kind organisation",
        ),
        (link("ken", "enrolled_in", "rrf"), UnknownWord, "status ''"),
        (link("ken", "enrolled_in", "rrf", status="membr"), UnknownWord, r"status 'membr'.*member"),
        (link("who", "name", "imcm"), BadStatement, "'name' takes a value, not an entity"),
        (text("who", "member_of", "the network"), BadStatement, "'member_of' takes an entity, not a value"),
        (text("nobody", "name", "Nobody"), BadStatement, "subject 'nobody' is no entity"),
        (text("who", "kind", "organization"), UnknownWord, "organisation"),
        (text("rrf", "list_complete", "enroled_in"), UnknownWord, "enrolled_in"),
        (text("s1", "url", "www.who.int"), BadStatement, "is not a url"),
        (text("s1", "url", "https://www.who.int/a b"), BadStatement, "is not a url"),
        (text("s1", "url", "javascript:alert(1)"), BadStatement, "is not a url"),
    ],
    ids=lambda value: value.predicate if isinstance(value, Statement) else "",
)
def test_what_does_not_fit_is_refused(statement: Statement, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        vocabulary().check(statement, KINDS)


def _of_type(sort: str) -> str:
    return next(word.name for word in vocabulary().predicates.values() if not word.is_link and word.type == sort)


@pytest.mark.parametrize("value", ["2020", "2020-02", "2020-02-29"])
def test_dates_as_values(value: str) -> None:
    vocabulary().check_value(vocabulary().predicate(_of_type("date")), value)


@pytest.mark.parametrize("value", ["2020-02-30", "soon", "20"])
def test_bad_dates_as_values(value: str) -> None:
    with pytest.raises(BadDate):
        vocabulary().check_value(vocabulary().predicate(_of_type("date")), value)


@pytest.mark.parametrize(
    ("value", "fits"), [("0", True), ("-1.5", True), ("12345", True), ("1,000", False), ("1e3", False), ("many", False)]
)
def test_numbers_as_values(value: str, fits: bool) -> None:
    word = Predicate("how_many", False, None, frozenset(), "{subject} has {value}.", type="number")
    if fits:
        vocabulary().check_value(word, value)
    else:
        with pytest.raises(BadStatement, match="is not a number"):
            vocabulary().check_value(word, value)


@pytest.mark.parametrize(
    ("value", "fits"), [("ror:01f80g185", True), ("iso:KEN", True), ("01f80g185", False), ("ror: x", False)]
)
def test_identifiers_as_values(value: str, fits: bool) -> None:
    word = vocabulary().predicate(_of_type("identifier"))
    if fits:
        vocabulary().check_value(word, value)
    else:
        with pytest.raises(BadStatement, match="identifier"):
            vocabulary().check_value(word, value)


def test_listed_values() -> None:
    word = vocabulary().predicate(_of_type("choice"))
    for value in word.choices:
        vocabulary().check_value(word, value)
    with pytest.raises(UnknownWord, match=f"value of {word.name}") as raised:
        vocabulary().check_value(word, word.choices[0] + "x")
    assert word.choices[0] in raised.value.nearest


# --- files that contradict themselves ---


@pytest.mark.parametrize(
    ("place", "field", "value", "said"),
    [
        ("member_of", "strength", 1.5, "strength"),
        ("member_of", "strength", 0, "strength"),
        ("member_of", "traversable", False, "strength"),
        ("member_of", "domain", ["organisation", "club"], "no such kind.*club"),
        ("member_of", "range", ["club"], "no such kind.*club"),
        ("member_of", "inverse", "", "inverse"),
        ("member_of", "inverse", "funds", "predicate of its own"),
        ("member_of", "symmetric", True, "inverse"),
        ("partners_with", "symmetric", False, "inverse"),
        ("not_member_of", "negates", "nothing", "negates"),
    ],
)
def test_a_file_that_contradicts_itself_is_refused(
    raw: dict[str, Any], place: str, field: str, value: object, said: str
) -> None:
    changed = copy.deepcopy(raw)
    changed["links"][place][field] = value
    with pytest.raises(ValueError, match=said):
        parse(changed)
    parse(raw)
