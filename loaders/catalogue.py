"""The catalogue of cited sources: the documents, pages and data sets that citations name, as entities of kind ``source``."""

from __future__ import annotations

import hashlib
import re
import unicodedata

from graph.model import ALWAYS, Citation, EntityId, Statement

LOCATOR = "catalogue entry"
_SLUG = re.compile(r"[^a-z0-9]+")


def source_id(title: str, url: str = "") -> EntityId:
    """The id of a cited source: readable, and the same for the same title and address.

    >>> source_id("Gavi AVMA FAQ", "https://www.gavi.org/faqs")
    'src-gavi-avma-faq-0ab5c5'
    """
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    slug = _SLUG.sub("-", plain).strip("-")[:60].strip("-")
    digest = hashlib.blake2b(f"{title}\x1f{url}".encode(), digest_size=3).hexdigest()
    return f"src-{slug}-{digest}" if slug else f"src-{digest}"


def source_statements(title: str, url: str, url_status: str, release: str = "") -> tuple[Statement, ...]:
    """What the graph holds about a cited source: its kind, title, address (where there is one) and the state of that address.

    Each statement cites the source itself. ``release`` is the edition of the file that names it.
    """
    subject = source_id(title, url)
    citation = Citation(subject, LOCATOR, url)
    given = [("kind", "source"), ("name", title), ("url_status", url_status)]
    if url:
        given.append(("url", url))
    return tuple(Statement(subject, predicate, None, value, ALWAYS, citation, "high", release) for predicate, value in given)
