"""The weights of a collaboration path, read from ``weights.yaml`` and checked.

All amounts are integers in thousandths of a point and multiples of ``GRAIN``, so that pure Python, compiled code, Cypher and a
reader's spreadsheet agree to the last digit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache
from importlib import resources
from typing import Any, Final

import yaml

from graph.errors import InputError
from graph.model import CONFIDENCES
from graph.vocabulary import Vocabulary, nearest, vocabulary

POINT: Final = 1000
"""Thousandths in a point."""
GRAIN: Final = 125
"""Every cost is a multiple of this many thousandths: an eighth of a point, exact in a binary number."""
YEAR: Final = 365
"""Days that recency counts as one year."""
_MOST: Final = 1_000_000

_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "base": (),
    "length": (),
    "strength": ("most",),
    "evidence": ("high", "medium", "low"),
    "corroboration": ("each", "most"),
    "recency": ("per_year", "most", "undated", "ended"),
    "hubs": ("each_doubling",),
    "occurrences": (),
}


@dataclass(frozen=True, slots=True)
class Weights:
    """All weights, in thousandths of a point; ``evidence`` by number of confidence; ``occurrences`` are kinds."""

    base: int
    length: int
    strength: int
    evidence: tuple[int, int, int]
    corroboration_each: int
    corroboration_most: int
    per_year: int
    recency_most: int
    undated: int
    ended: int
    hub: int
    occurrences: frozenset[str]

    def of_strength(self, strength: float) -> int:
        """What a link of a predicate of this strength costs.

        >>> weights().of_strength(0.8)
        2000
        """
        return down(self.strength * (POINT - int(Decimal(str(strength)) * POINT)) // POINT)

    def of_age(self, days: int | None) -> int:
        """What a link costs that began so many days ago, None where that is not known.

        >>> weights().of_age(730), weights().of_age(None)
        (1000, 1500)
        """
        return self.undated if days is None else down(min(self.recency_most, self.per_year * max(days, 0) // YEAR))

    def of_hub(self, neighbours: int) -> int:
        """What passing through an entity with so many neighbours costs.

        >>> [weights().of_hub(n) for n in (2, 3, 4, 256)]
        [0, 750, 1500, 10500]
        """
        if neighbours < 2:
            return 0
        power = neighbours.bit_length() - 1
        return down(self.hub * (power - 1) + self.hub * (neighbours - (1 << power)) // (1 << power))


def down(amount: int) -> int:
    """An amount rounded down to the grain.

    >>> down(1499)
    1375
    """
    return amount // GRAIN * GRAIN


def points(thousandths: int) -> float:
    """An amount in points; exact, because amounts are multiples of the grain.

    >>> points(92625)
    92.625
    """
    return thousandths / POINT


@cache
def weights() -> Weights:
    """The weights that ship with mcmgraph; read once."""
    return read_weights(shipped(), "weights.yaml")


@cache
def shipped() -> str:
    """The text of ``weights.yaml``."""
    return resources.files("queries").joinpath("weights.yaml").read_text(encoding="utf-8")


def read_weights(text: str, where: str, words: Vocabulary | None = None, changes: Iterable[str] = ()) -> Weights:
    """The weights in a YAML text; ``where`` names it in errors. ``changes`` like ``hubs.each_doubling=6`` replace amounts.

    Raises ``InputError`` for text that is not YAML, a key that is missing or not known, an amount that is not a number with a
    grain of an eighth, and for weights that contradict what ``weights.yaml`` promises about them.

    >>> points(read_weights(shipped(), "weights.yaml", changes=["hubs.each_doubling=6", "length=2"]).hub)
    6.0
    """
    words = words or vocabulary()
    try:
        # The C loader where libyaml is there: ten times faster, and every start of the command line reads this.
        raw = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 (both are safe loaders)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        raise InputError(f"{where}{line}: this is not YAML ({getattr(error, 'problem', error)}).") from None
    _check_keys(raw, _KEYS, where)
    for key, inner in _KEYS.items():
        if inner:
            _check_keys(raw[key], dict.fromkeys(inner), f"{where}: {key}")
    for change in changes:
        _replace(raw, change)

    def amount(*path: str) -> int:
        value: Any = raw
        for key in path:
            value = value[key]
        return _amount(value, f"{where}: {'.'.join(path)}")

    high, medium, low = (amount("evidence", name) for name in CONFIDENCES)
    read = Weights(
        base=amount("base"),
        length=amount("length"),
        strength=amount("strength", "most"),
        evidence=(high, medium, low),
        corroboration_each=amount("corroboration", "each"),
        corroboration_most=amount("corroboration", "most"),
        per_year=amount("recency", "per_year"),
        recency_most=amount("recency", "most"),
        undated=amount("recency", "undated"),
        ended=amount("recency", "ended"),
        hub=amount("hubs", "each_doubling"),
        occurrences=_kinds(raw["occurrences"], words, f"{where}: occurrences"),
    )
    _check_promises(read, words, where)
    return read


def _check_keys(raw: object, keys: Mapping[str, object], where: str) -> None:
    if not isinstance(raw, dict):
        raise InputError(f"{where}: expected the keys {', '.join(keys)}, each with its value.")
    for key in raw:
        if key not in keys:
            close = nearest(str(key), keys)
            raise InputError(f"{where}: there is no weight {str(key)!r}." + (f" Nearest: {', '.join(close)}." if close else ""))
    missing = [key for key in keys if key not in raw]
    if missing:
        raise InputError(f"{where}: missing {', '.join(missing)}. Add it with its value.")


def _replace(raw: dict[str, Any], change: str) -> None:
    """Put one amount, written as ``KEY=POINTS``, in its place."""
    amounts = [f"{key}.{one}" for key, inner in _KEYS.items() for one in inner] + ["base", "length"]
    name, told, value = (part.strip() for part in change.partition("="))
    if name not in amounts:
        heads = nearest(name, _KEYS)
        close = nearest(name, amounts) or [one for one in amounts if one.partition(".")[0] in heads] or amounts
        raise InputError(f"There is no weight {name!r}. Nearest: {', '.join(close)}. Write e.g. hubs.each_doubling=6.")
    try:
        number = float(value)
    except ValueError:
        raise InputError(f"The weight {name} needs points{f', not {value!r}' if told else ''}. Write e.g. {name}=6.") from None
    *outer, key = name.split(".")
    (raw[outer[0]] if outer else raw)[key] = number


def _amount(value: object, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError(f"{where}: {value!r} is not a number. Write points, e.g. 1.5.")
    try:
        exact = Decimal(str(value)) * POINT
        in_grain = 0 <= exact <= _MOST and exact % GRAIN == 0
    except InvalidOperation:
        in_grain = False
    if not in_grain:
        raise InputError(f"{where}: {value!r} must be 0 to {_MOST // POINT} points, in steps of an eighth (0.125).")
    return int(exact)


def _kinds(value: object, words: Vocabulary, where: str) -> frozenset[str]:
    if not isinstance(value, list):
        raise InputError(f"{where}: {value!r} is not a list of kinds. Write e.g. [event].")
    return frozenset(words.kind(str(kind)).name for kind in value)


def _check_promises(read: Weights, words: Vocabulary, where: str) -> None:
    strengths = [read.of_strength(word.strength) for word in words.predicates.values() if word.traversable]
    high, medium, low = read.evidence
    spread = max(strengths) - min(strengths) + low - high + read.recency_most
    promises = {
        "base must be more than 0": read.base > 0,
        "length must be more than 0, or a detour would be free": read.length > 0,
        "evidence must rise from high to medium to low": high <= medium <= low,
        "corroboration.most must not be more than evidence.high, or agreement would pay": read.corroboration_most <= high,
        "recency.undated must not be more than recency.most": read.undated <= read.recency_most,
        f"recency.ended must be at least {points(spread)}, what links that hold can differ by": read.ended >= spread,
    }
    for promise, kept in promises.items():
        if not kept:
            raise InputError(f"{where}: {promise}.")
