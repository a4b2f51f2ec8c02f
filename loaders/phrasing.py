"""How names and sentences look in running text: capitalised phrases, the words that end names of bodies, ends of sentences."""

from __future__ import annotations

import re
from typing import Final

from loaders.documents import BREAK

_HEADS: Final = (
    "Academy|Agency|Agreement|Alliance|Association|Authority|Board|Bureau|Center|Centers|Centre|Centres|Clinic|Coalition|"
    "Collaborative|College|Commission|Committee|Company|Consortium|Convention|Corporation|Council|Department|"
    "Directorate|Directorate-General|Division|Facility|Faculty|Federation|Forum|Foundation|Framework|Fund|Funds|Group|Hospital|Hub|"
    "Initiative|Institut|Institute|Instituto|Institution|Laboratory|Laboratories|Mechanism|Ministry|Network|Office|"
    "Organisation|Organization|Partnership|Plan|Platform|Programme|Program|Project|School|Secretariat|Service|Society|"
    "Strategy|Summit|System|Taskforce|Treaty|Trust|Union|Unit|University|Université|Universidad|Universidade|Hôpital|Hospitalier|"
    "Ministère|Ministerio|Ministério|Agence|Agencia|Agência|Fondation|Fundación|Fundação|Secretaría|Secretaria|Conseil|Consejo|"
    "Conselho|Comité|Comitê|Commissariat|Direction|Dirección|Direção|Laboratoire|Laboratorio|Laboratório"
)
_CAPITAL: Final = r"(?:[A-ZÀ-ÖØ-Þ][\w'&-]*|[a-z]-[A-Z][\w-]*)"
_SMALL: Final = r"(?:of|for|and|the|on|de|du|des|la|le|les|del|da|do|dos|et|y|e|in|at|&|to|against)"
PHRASE = re.compile(rf"(?<![\w-]){_CAPITAL}(?:(?:,? {_SMALL}){{0,3}},? {_CAPITAL}|, {_CAPITAL}){{0,14}}(?![\w])")
HEAD = re.compile(rf"\b(?:{_HEADS})\b")
FURTHER_HEAD = re.compile(rf" (?:{_HEADS})\b")
BRACKET = re.compile(r" ?\(([^()\n]{2,40})\)")
BEHIND = re.compile(rf" ((?:{_CAPITAL}|{_SMALL})(?: (?:{_CAPITAL}|{_SMALL})){{0,11}})")
_SENTENCE_END = re.compile(r"[.!?][\"')\]]*\s+(?=[\"'(]?[A-ZÀ-ÖØ-Þ0-9])|[.!?][\"')\]]*\s*\Z")
_ABBREVIATED = re.compile(
    r"(?:\b(?:[A-Z]|Dr|Mr|Mrs|Ms|Prof|St|Inc|Ltd|Co|Corp|No|vs|e\.g|i\.e|etc|cf|al|approx|Fig|Rep|Univ|Dept))\.\Z"
)


def sentence_starts(text: str) -> list[int]:
    """Where the sentences of a text begin; a block break ends one, an abbreviation does not.

    >>> sentence_starts("Dr. A. Okoro spoke. It ended.")
    [0, 20]
    """
    starts = [0]
    offset = 0
    for block in text.split(BREAK):
        if offset and offset != starts[-1]:
            starts.append(offset)
        for mark in _SENTENCE_END.finditer(block):
            is_abbreviation = _ABBREVIATED.search(block, max(0, mark.start() - 12), mark.start() + 1)
            if mark.end() < len(block) and not is_abbreviation:
                starts.append(offset + mark.end())
        offset += len(block) + 1
    return starts
