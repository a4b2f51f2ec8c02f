"""The contexts of JSON-LD: written out where they are known, refused where they would have to be fetched."""

from __future__ import annotations

import json
from typing import Any, Final

from graph.errors import RefusedFile
from graph.rdf_terms import WORDS, terms

MOST_CONTEXTS: Final = 20_000_000
"""Objects times terms where contexts stand within contexts: each such object makes a parser copy all terms."""
UNDEFINED: Final = WORDS + "undefined/"
"""What a key without a meaning in its context is read under, so that it is not lost unseen."""


def in_full(written: bytes) -> bytes:
    """JSON-LD with every context in full, and with a meaning for keys that no context defines; raises ``RefusedFile``.

    The levels of ``written`` are few: the caller has counted them.
    """
    try:
        tree = json.loads(written.decode(), object_pairs_hook=_object, parse_constant=_no_number, parse_float=_number)
    except json.JSONDecodeError as error:
        raise RefusedFile(f"line {error.lineno}, column {error.colno}: {error.msg}; it is not JSON.") from None
    except UnicodeDecodeError as error:
        raise RefusedFile(f"byte {error.start + 1} is not UTF-8. Save it as UTF-8.") from None
    except ValueError as error:
        raise RefusedFile(f"{error}.") from None
    contexts = _Contexts()
    told = tree if isinstance(tree, list) else [tree]
    for one in told:
        contexts.write_out(one)
    if not contexts.keywords:
        raise RefusedFile("it is JSON without @context, @id or @type: not JSON-LD.")
    if contexts.inner and contexts.objects * contexts.terms > MOST_CONTEXTS:
        raise RefusedFile("its contexts within contexts have too many terms for its many objects.")
    for one in told:
        if isinstance(one, dict):
            given = one.get("@context", [])
            one["@context"] = [{"@vocab": UNDEFINED}, *(given if isinstance(given, list) else [given])]
    return json.dumps(told, allow_nan=False).encode()


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        twice = next(key for number, (key, _) in enumerate(pairs) if key in (other for other, _ in pairs[:number]))
        raise ValueError(f"the key {twice[:80]!r} stands twice in one object")
    return made


def _number(text: str) -> float:
    number = float(text)
    if abs(number) == float("inf"):
        raise ValueError(f"{text[:80]} is too large a number")
    return number


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is not a number of JSON")


class _Contexts:
    """Writes known contexts out, and counts what would make a parser slow."""

    def __init__(self) -> None:
        self.objects = self.terms = self.inner = 0
        self.keywords = False

    def write_out(self, value: Any, level: int = 0) -> None:
        """Put the contexts of a value of JSON-LD in full where they stand; everything else stays as it is."""
        if isinstance(value, list):
            for one in value:
                self.write_out(one, level + 1)
        elif isinstance(value, dict):
            self.objects += 1
            self.keywords = self.keywords or any(key.startswith("@") for key in value)
            for key, one in value.items():
                if key == "@context":
                    self.inner += level > 0
                    value[key] = self._context(one)
                else:
                    self.write_out(one, level + 1)

    def _context(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._context(one) for one in value]
        if isinstance(value, str):
            return self._known(value)
        if not isinstance(value, dict):
            return value
        self.terms += len(value)
        if isinstance(imported := value.get("@import"), str):
            raise RefusedFile(f"its context imports {imported[:200]!r}, and no address is opened. Put its terms into the file.")
        made = {}
        for term, meaning in value.items():
            if isinstance(meaning, dict) and "@context" in meaning:
                self.inner += 1
                meaning = {**meaning, "@context": self._context(meaning["@context"])}
            made[term] = meaning
        return made

    def _known(self, address: str) -> Any:
        plain = address.strip().replace("http://", "https://", 1).removesuffix("/docs/jsonldcontext.jsonld").rstrip("/")
        plain = plain.removesuffix("/docs/jsonldcontext.json").replace("https://www.", "https://", 1)
        known = terms().contexts.get(plain)
        if known is None:
            listed = ", ".join(terms().contexts)
            raise RefusedFile(
                f"its @context {address[:200]!r} is an address, and none is opened. Put the context itself into the file. "
                f"Known without opening: {listed}."
            )
        self.terms += len(known)
        return dict(known)
