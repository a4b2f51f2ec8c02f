"""docs/vocabulary.md names every word of the vocabulary, with what the vocabulary says of it, and no other word."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from graph.vocabulary import vocabulary

PAGE = (Path(__file__).parents[2] / "docs" / "vocabulary.md").read_text(encoding="utf-8")
ROWS = {match[1]: match[0] for match in re.finditer(r"^\| `(\w+)` \|.*$", PAGE, re.MULTILINE)}
WORDS = vocabulary()


def test_the_page_has_a_row_for_every_word_and_no_other() -> None:
    assert set(ROWS) == {*WORDS.kinds, *WORDS.predicates, *WORDS.statuses}


@pytest.mark.parametrize("name", WORDS.predicates)
def test_the_row_says_what_the_vocabulary_says(name: str) -> None:
    word, row = WORDS.predicates[name], ROWS[name]
    assert word.sentence in row
    assert not word.negates or f"Denies `{word.negates}`" in row
    if word.is_link:
        assert (f" {word.strength} |" in row) == word.traversable
        assert word.symmetric or f"`{word.inverse}`" in row
    for kind in (word.domain or set()) | (word.range or set()):
        assert kind in row
