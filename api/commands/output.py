"""How a command prints: JSON or text, colours or none, and nothing that could play tricks on a terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from io import TextIOWrapper
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

_WIDEST: Final = 110
_BREAKS: Final = "\n\t"
# Control characters, and those that reorder text (bidirectional marks, overrides, isolates), could hide or fake output.
_UNSAFE_RANGES: Final = ((0, 0x20), (0x7F, 0xA0), (0x200E, 0x2010), (0x202A, 0x202F), (0x2066, 0x206A))
_UNSAFE: Final = {code: None for first, end in _UNSAFE_RANGES for code in range(first, end) if chr(code) not in _BREAKS}
_ESCAPED: Final = {code: f"\\u{code:04x}" for code in _UNSAFE}


def clean(text: str) -> str:
    """A text without the characters that a terminal would act on.

    >>> clean("a\\x1b[31mb\\u202ec")
    'a[31mbc'
    """
    return text.translate(_UNSAFE)


def wants_json(options: Sequence[str]) -> bool:
    """Whether the words of a command line ask for JSON: ``--json``, or a pipe and no ``--plain``."""
    return "--json" in options or not (sys.stdout.isatty() or "--plain" in options or "--table" in options)


def is_json(as_json: bool, plain: bool) -> bool:
    """Whether a command prints JSON; raises a usage error where both are asked for."""
    if as_json and plain:
        import typer

        raise typer.BadParameter("--json and --plain exclude each other.")
    return as_json or not (plain or sys.stdout.isatty())


def print_json(body: Mapping[str, Any] | Sequence[Any]) -> None:
    """Print a body as one JSON text: indented on a terminal, on one line in a pipe, the encoding of the output respected."""
    print(told(json.dumps(body, ensure_ascii=not takes_unicode(), indent=2 if sys.stdout.isatty() else None)))


def told(text: str) -> str:
    """A JSON text as it may be printed: on a terminal, characters that it would act on are escaped."""
    return text.translate(_ESCAPED) if sys.stdout.isatty() else text


def takes_unicode() -> bool:
    """Whether standard output can hold any character as it is; else JSON is escaped, and text has ``?`` in its place."""
    return (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"


class Page:
    """What a command prints as text, line by line; as wide as the terminal (80 where there is none, at most 110).

    Honours ``NO_COLOR``. A text is a string or a pair of a string and a style; nothing in it is read as markup.
    """

    def __init__(self, to_error: bool = False) -> None:
        from rich.console import Console

        class Piped(Console):
            """A console that leaves a reader who stopped reading to the command."""

            def on_broken_pipe(self) -> None:
                raise  # the error that is being handled when this is called

        if isinstance(sys.stdout, TextIOWrapper):
            sys.stdout.reconfigure(errors="replace")
        self.console: Console = Piped(stderr=to_error, highlight=False, markup=False, emoji=False)
        if self.console.width > _WIDEST:
            self.console.width = _WIDEST

    def line(self, *parts: str | tuple[str, str], indent: int = 0, hang: int = 0) -> None:
        """One paragraph, wrapped at the width; ``hang`` indents every line but the first further."""
        for place, row in enumerate(self._wrapped(text_of(*parts), indent, hang)):
            row.rstrip()
            self.console.print(self._indented(row, indent + (hang if place else 0)), soft_wrap=False)

    def gap(self) -> None:
        """An empty line."""
        self.console.print()

    def url(self, address: str, indent: int = 0) -> None:
        """An address that can be followed where the terminal knows how."""
        link = f" link {clean(address)}" if address.startswith(("http://", "https://")) and " " not in address else ""
        self.line((address, f"dim{link}"), indent=indent)

    def show(self, renderable: Any) -> None:
        """A table or another thing of rich."""
        self.console.print(renderable)

    def _wrapped(self, text: Text, indent: int, hang: int) -> list[Text]:
        width = max(20, self.console.width - indent)
        if not hang:
            return list(text.wrap(self.console, width))
        head, *rest = text.wrap(self.console, width)
        if not rest:
            return [head]
        # What does not fit the first line is wrapped again, narrower.
        cut = len(head.plain)
        cut += len(text.plain) - cut - len(text.plain[cut:].lstrip())
        return [head, *text[cut:].wrap(self.console, width - hang)]

    @staticmethod
    def _indented(row: Text, indent: int) -> Padding:
        from rich.padding import Padding

        return Padding(row, (0, 0, 0, indent), expand=False)


def text_of(*parts: str | tuple[str, str]) -> Text:
    """A text out of parts, each plain or with a style, cleaned."""
    from rich.text import Text

    return Text.assemble(*(clean(part) if isinstance(part, str) else (clean(part[0]), part[1]) for part in parts))
