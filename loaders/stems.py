"""What a name of a body is made of: its stem and its legal form; its university, its owner, its place; what makes it common.

Every rule here is a reason that holds for any list of names. What is certain and what is only likely is decided by the caller.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from graph.folding import words_of
from loaders.naming import SMALL_WORDS

# Legal forms as folded words, each with its family. Two names whose forms are of different families are two bodies (an Inc.
# and a Ltd. of one group); a form without a family ("Co.", "Pvt.") says nothing on its own.
_FORMS: Final[dict[tuple[str, ...], str]] = {
    tuple(form.split()): family
    for family, forms in {
        "": "co|company|cia|pvt|private|pty|persero|tbk|group|holding|holdings|pt|ooo",
        "ltd": "ltd|limited|ltda|limitada|ltee|plc|bhd|sdn bhd",
        "inc": "inc|incorporated",
        "corp": "corp|corporation",
        "llc": "llc|l l c",
        "llp": "llp|l l p|lp|l p",
        "gmbh": "gmbh|mbh|g m b h|gmbh co kg",
        "ag": "ag|a g",
        "kg": "kg|kgaa",
        "ev": "e v",
        "sa": "sa|s a|sae|s a e",
        "sas": "sas|s a s|sasu",
        "sarl": "sarl|s a r l",
        "srl": "srl|s r l",
        "spa": "spa|s p a",
        "sl": "sl|s l|slu|s l u",
        "bv": "bv|b v",
        "nv": "nv|n v",
        "ab": "ab|a b",
        "as": "a s|asa|aps",
        "oy": "oy|oyj",
        "se": "se",
        "jsc": "jsc|ojsc|pjsc|cjsc|ao|pao|oao|zao",
        "kk": "kk|k k",
        "eeig": "eeig",
    }.items()
    for form in forms.split("|")
}
_COUNTRIES_OF: Final = {
    "ab": "SWE FIN", "gmbh": "DEU AUT CHE LIE", "ag": "DEU AUT CHE LIE", "kg": "DEU AUT CHE LIE", "ev": "DEU", "bv": "NLD BEL",
    "nv": "NLD BEL ABW CUW SXM SUR", "oy": "FIN", "sl": "ESP", "kk": "JPN", "as": "DNK NOR ISL EST CZE SVK TUR",
}  # fmt: skip
_LONGEST_FORM: Final = max(map(len, _FORMS))
_LEADING: Final = frozenset({("pt",), ("ooo",), ("jsc",), ("ojsc",), ("ao",), ("pao",)})
_SHORTENED: Final = {
    "univ": "university", "natl": "national", "hosp": "hospital", "ctr": "center", "rep": "republic", "dept": "department",
    "inst": "institute", "lab": "laboratory", "labs": "laboratories", "med": "medical", "br": "branch", "coll": "college",
    "sch": "school", "acad": "academy", "sci": "science", "technol": "technology", "res": "research", "fdn": "foundation",
    "assoc": "association", "intl": "international", "minist": "ministry", "st": "saint", "mt": "mount", "ft": "fort",
    "min": "ministry", "div": "division", "dev": "development", "govt": "government", "assn": "association",
    "org": "organization", "soc": "society", "fndn": "foundation", "prog": "program",
}  # fmt: skip
# What everybody shortens in names of bodies ("UK Health Security Agency"): the words and the letters.
_LETTERS_OF: Final = {
    ("united", "kingdom"): "uk", ("united", "states", "of", "america"): "us", ("united", "states"): "us", ("usa",): "us",
    ("united", "nations"): "un", ("european", "union"): "eu", ("african", "union"): "au", ("u", "k"): "uk", ("u", "s"): "us",
    ("u", "n"): "un", ("e", "u"): "eu",
}  # fmt: skip
_LONGEST_OF: Final = max(map(len, _LETTERS_OF))
_UNIVERSITY: Final = "university"
_UNIVERSITIES: Final = frozenset((
    _UNIVERSITY, "universitat", "universitaet", "universidad", "universidade", "universita", "universite", "universiteit",
    "universitet", "universitetet", "universitatea", "uniwersytet", "univerzita", "univerzitet", "universitas", "yliopisto",
))  # fmt: skip
_OF_STUDIES: Final = ("degli", "studi")
_INSTITUTE: Final = "institute"
_INSTITUTES: Final = frozenset((_INSTITUTE, "institut", "instituto", "istituto", "instytut", "institutul", "instituut"))
# Words that universities of many places have: with nothing else beside it "Central University" names none of them.
_GENERIC: Final = frozenset((
    "national", "state", "central", "american", "open", "free", "technical", "medical", "catholic", "islamic", "normal",
    "international", "northern", "southern", "eastern", "western", "north", "south", "east", "west", "federal", "royal",
    "technology", "science", "sciences", "medicine", "health", "agriculture", "agricultural", "women", "education", "new",
    "people", "public", "pedagogical", "applied", "autonomous", "metropolitan", "pontifical", "regional", "college",
))  # fmt: skip
_LONG_OF_PLACES: Final = {
    "dpr": "democratic people s republic", "pdr": "people s democratic republic", "dr": "democratic republic",
    "dem": "democratic", "rep": "republic", "fed": "federation", "federated": "federation", "st": "saint", "isl": "islamic",
    "is": "islands", "rb": "bolivarian republic", "republique": "republic", "republica": "republic",
    "sar": "special administrative region",
}  # fmt: skip
_OF_EVERY_PLACE: Final = frozenset(("national", "ministry", "department", "government", "parliament"))
_PARTS: Final = frozenset((
    "division", "department", "school", "faculty", "college", "center", "office", "institute", "laboratory", "unit", "branch",
    "section", "campus", "directorate", "group", "bureau",
))  # fmt: skip
_WORDS_OF_ITS_OWN: Final = 4
_UNITS: Final = _GENERIC | frozenset((
    "hospital", "hospitals", "press", "dental", "clinic", "library", "institute", "school", "museum", "foundation", "system",
))  # fmt: skip
_DIGRAPHS: Final = (("ue", "u"), ("oe", "o"), ("ae", "a"))
_SHORTEST_REWORDED: Final = 8


@dataclass(frozen=True, slots=True)
class Stem:
    """A name without its legal form: its words in order, without and with the small ones, and the families of its forms."""

    words: tuple[str, ...]
    all_words: tuple[str, ...]
    families: frozenset[str]

    @property
    def key(self) -> str:
        """Under which spellings of one stem meet."""
        return "".join(self.words)

    def can_sit_in(self, codes: Collection[str]) -> bool:
        """Whether a body of this legal form may have its seat in one of these countries, areas and territories (alpha-3)."""
        places = [_COUNTRIES_OF[family].split() for family in self.families if family in _COUNTRIES_OF]
        return not codes or all(set(where) & set(codes) for where in places)

    def contradicts(self, other: Stem) -> bool:
        """Whether the legal forms say that these are two bodies."""
        return bool(self.families and other.families and not self.families & other.families)


@lru_cache(maxsize=524288)  # the names of a large register, which are compared again with each text
def stem_of(text: str) -> Stem:
    """The stem of a name.

    >>> stem_of("Serum Institute of India Pvt. Ltd.").words
    ('serum', 'institute', 'india')
    >>> stem_of("Valneva SE").contradicts(stem_of("Valneva Sweden AB"))
    True
    """
    words = [_SHORTENED.get(word, word) for word in _with_letters(words_of(text))]
    families: set[str] = set()
    while len(words) > 1 and (taken := _form_at_end(words)):
        families.add(_FORMS[tuple(words[-taken:])])
        del words[-taken:]
        while len(words) > 1 and words[-1] in ("and", "&"):
            words.pop()
    while len(words) > 1 and tuple(words[:1]) in _LEADING:
        families.add(_FORMS[tuple(words[:1])])
        del words[0]
    content = [word for word in words if word not in SMALL_WORDS] or words
    return Stem(tuple(content), tuple(words), frozenset(families - {""}))


def _with_letters(words: list[str]) -> Iterator[str]:
    """The words, those that everybody shortens as their letters, a lone "U" as the university it stands for."""
    at = 0
    while at < len(words):
        for size in range(min(_LONGEST_OF, len(words) - at), 0, -1):
            # Alone they are the name of the place or the body itself.
            if size < len(words) and (letters := _LETTERS_OF.get(tuple(words[at : at + size]))):
                yield letters
                at += size
                break
        else:
            lone = words[at] == "u" and (at + 1 == len(words) > 1 or words[at + 1 : at + 2] == ["of"])
            yield _UNIVERSITY if lone else words[at]
            at += 1


@lru_cache(maxsize=65536)
def reworded(stem: Stem) -> str:
    """The key under which a university meets itself in another order or language, and a name in another spelling of its
    umlauts; ``""`` where so little is left that many bodies may be called so.

    >>> reworded(stem_of("Heidelberg University")) == reworded(stem_of("Universität Heidelberg"))
    True
    >>> reworded(stem_of("University of Würzburg")) == reworded(stem_of("Universitaet Wuerzburg"))
    True
    >>> reworded(stem_of("Central University"))
    ''
    """
    words = [_UNIVERSITY if word in _UNIVERSITIES else word for word in stem.words]
    if words.count(_UNIVERSITY) == 1:
        words.remove(_UNIVERSITY)
        if tuple(words[:2]) == _OF_STUDIES:
            del words[:2]
        if not any(len(word) > 3 and word not in _GENERIC for word in words):
            return ""
        words.insert(0, _UNIVERSITY)
    key = " ".join(words)
    for written, read in _DIGRAPHS:
        key = key.replace(written, read)
    return key if len(key) >= _SHORTEST_REWORDED else ""


def headed(stem: Stem) -> str:
    """The key under which an institute meets itself in another order or language, ``""`` where it is none.

    >>> headed(stem_of("Butantan Institute")) == headed(stem_of("Instituto Butantan"))
    True
    """
    words = [_INSTITUTE if word in _INSTITUTES else word for word in stem.words]
    if words.count(_INSTITUTE) != 1 or len(words) == 1:
        return ""
    words.remove(_INSTITUTE)
    return " ".join((_INSTITUTE, *words))


def without_owner(text: str) -> tuple[str, str]:
    """A name and its owner before a comma; two empty texts where what follows is the name of a mere part, or is short.

    >>> without_owner("European Commission, Health Emergency Preparedness and Response Authority")
    ('European Commission', 'Health Emergency Preparedness and Response Authority')
    >>> without_owner("University of Zurich, Institute of Organic and Physical Chemistry")
    ('', '')
    """
    owner, _, rest = text.partition(", ")
    words = stem_of(rest).words if rest else ()
    return (owner, rest) if len(words) >= _WORDS_OF_ITS_OWN and words[0] not in _PARTS else ("", "")


def is_common(stem: Stem) -> bool:
    """Whether a name begins as one body in each country, area or territory is called ("National Veterinary Institute")."""
    return stem.words[0] in _OF_EVERY_PLACE


def place_key(text: str) -> str:
    """The key under which a name of a country, area or territory meets itself in another order of words.

    >>> place_key("Korea, DPR") == place_key("Democratic People's Republic of Korea")
    True
    """
    words = [part for word in words_of(text) for part in _LONG_OF_PLACES.get(word, word).split()]
    return " ".join(sorted(word for word in words if word not in SMALL_WORDS))


def names_a_unit(behind: str) -> bool:
    """Whether words behind a name tell a part or a special sort of it (``hospital``), not which one of a name is meant."""
    return all(word in _UNITS for word in behind.split())


def _form_at_end(words: Sequence[str]) -> int:
    return next(
        (size for size in range(min(_LONGEST_FORM, len(words) - 1), 0, -1) if tuple(words[-size:]) in _FORMS),
        0,
    )
