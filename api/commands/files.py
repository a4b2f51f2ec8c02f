"""Files that a command is given: read as text or YAML, refused with their name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graph.errors import InputError

if TYPE_CHECKING:
    from queries.weights import Weights


def text_in(name: str) -> str:
    """The text of a file; raises ``InputError`` where it cannot be read or is not UTF-8."""
    try:
        return Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else "it is not UTF-8 text"
        raise InputError(f"{name} cannot be read: {why}.") from None


def yaml_in(name: str) -> Any:
    """What a YAML (or JSON) file holds; raises ``InputError`` with the line."""
    import yaml

    try:
        return yaml.safe_load(text_in(name))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        raise InputError(f"{name}{line}: this is not YAML ({getattr(error, 'problem', error)}).") from None


def weights_in(name: str | None, changes: Sequence[str]) -> Weights | None:
    """The path weights in a file, or those that ship, with some amounts replaced; None for neither. Raises ``InputError``."""
    from queries.weights import read_weights, shipped

    if name is None:
        return read_weights(shipped(), "weights.yaml", changes=changes) if changes else None
    return read_weights(text_in(name), name, changes=changes)
