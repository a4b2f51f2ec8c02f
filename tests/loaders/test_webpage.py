"""Pages and documents: mentions with their places, proposals, and files that mean harm."""

from __future__ import annotations

import contextlib
import hashlib
import io
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from graph.errors import RefusedFile
from graph.model import ANY_TIME
from graph.revisions import Graph
from graph.sqlite import SqliteStore
from loaders import curated, webpage
from loaders.documents import document_of, read_document
from loaders.gazetteer import Gazetteer
from loaders.known_names import KnownNames
from loaders.mentions import Mention, find_mentions
from tests.factories import entity, text

NAMESAKES = [
    *entity("hum-hera", name="Humanities in the European Research Area"),
    text("hum-hera", "alias", "HERA", sort="acronym"),
    *entity("nvi-no", name="Norwegian Veterinary Institute"),
    text("nvi-no", "alias", "NVI", sort="acronym"),
    *entity("n2-ca", name="N2"),
    text("n2-ca", "alias", "Network of Networks", sort="other"),
    *entity("access-x", name="Access"),
]


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graph]:
    store = SqliteStore(tmp_path_factory.mktemp("pages") / "graph.sqlite")
    curated.load(store, None, datetime.now(UTC))
    store.replace("register", NAMESAKES, datetime.now(UTC))
    made = Graph(store)
    yield made
    made.close()


@pytest.fixture(scope="module")
def gazetteer(graph: Graph) -> Gazetteer:
    return Gazetteer(KnownNames(graph))


def found(gazetteer: Gazetteer, said: str, name: str = "page.txt") -> list[Mention]:
    return find_mentions(document_of(said.encode(), name), gazetteer)


def linked(gazetteer: Gazetteer, said: str, name: str = "page.txt") -> list[tuple[str, str | None]]:
    return [(one.text, one.id) for one in found(gazetteer, said, name) if one.id]


def test_every_mention_stands_where_it_says(gazetteer: Gazetteer) -> None:
    said = "<html><body><p>The <b>World</b> Health\n Organization&nbsp;(WHO) &amp; Gavi met.</p></body></html>"
    first, *_ = found(gazetteer, said, "page.html")
    assert said[first.start : first.end] == first.text == "World</b> Health\n Organization&nbsp;(WHO)"
    assert first.id == "who"
    assert first.sentence.startswith("The World Health Organization (WHO) & Gavi")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("The WHO Department for Epidemic and Pandemic Threat Management met.", ["who-epm"]),
        ("WHO Collaborating Centre for Viral Tests", []),
        ("the Ministry of Health of Kenya", []),
        ("A meeting in Kenya.", ["KEN"]),
        ("WHOLE numbers and PAHOs", []),
        ("NIV in Pune; niv, Niv", []),
        ("HERA and NVI", []),
        ("DG HERA", ["dg-hera"]),
        ("The 'Network of Networks' approach", []),
        ("Access for all: access is a right.", []),
        ("PAHO's Regional Revolving Funds", ["paho", "paho-rrf"]),
        ("Some Regional Revolving Funds", []),
        ("the mpox epidemic", ["p-mpox"]),
    ],
)
def test_rules(gazetteer: Gazetteer, said: str, expected: list[str]) -> None:
    assert [id for _, id in linked(gazetteer, said)] == expected


def test_a_trap_is_linked_where_the_document_names_its_entity(gazetteer: Gazetteer) -> None:
    said = "The National Vaccine Institute of Thailand opened. NVI is in Bangkok."
    assert [id for _, id in linked(gazetteer, said)][:2] == ["nvi-th", "nvi-th"]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("The Democratic Republic of the Congo took part.", ["Democratic Republic of the Congo"]),
        ("People from Sudan crossed into South Sudan.", ["Sudan", "South Sudan"]),
        ("Médecins Sans Frontières works there.", ["Médecins Sans Frontières"]),
        ("El Ministerio de Salud de Chile no participó.", []),
        ("The Global Fund for Women did not.", []),
        ("The money of the Global Fund for Kenya came.", ["Global Fund", "Kenya"]),
    ],
)
def test_names_in_other_spellings_and_longer_names(gazetteer: Gazetteer, said: str, expected: list[str]) -> None:
    found = find_mentions(document_of(said.encode(), "a.txt"), gazetteer)
    assert [one.text for one in found if one.id is not None] == expected


def test_an_empty_page_and_one_of_broken_utf_8_are_refused() -> None:
    with pytest.raises(RefusedFile, match="the file is empty"):
        document_of(b"", "a.txt")
    with pytest.raises(RefusedFile, match=r"UTF-8 but for 1 broken place: line 1, byte 11 \(E9\)"):
        document_of(b"S\xc3\xa9n\xc3\xa9gal \xe9t\xc3\xa9", "a.txt")


def test_unknown_bodies_become_candidates(gazetteer: Gazetteer) -> None:
    (one,) = [m for m in found(gazetteer, "We met the Gamma Research Centre (GRC) there.") if m.id is None]
    assert one.text == "Gamma Research Centre (GRC)"


def test_a_page_says_what_it_mentions_and_nothing_of_them(graph: Graph, tmp_path: Path) -> None:
    path = tmp_path / "news.html"
    path.write_text("<title>News</title><p>The Wellcome Trust funded CEPI. Africa CDC leads.</p>", encoding="utf-8")
    before = sum(1 for _ in graph.store.scan("funds", ANY_TIME))
    for turn in range(2):
        report = webpage.load(graph.store, [path], datetime.now(UTC))
        assert report.ok
        assert report.balanced
        assert (report.loaded == 0) == (turn == 1)
    assert sum(1 for _ in graph.store.scan("funds", ANY_TIME)) == before
    (said,) = [one for one in graph.store.scan("mentions", ANY_TIME) if one.object == "africa-cdc" and "news" in one.subject]
    assert said.qualifier("sha256") == hashlib.sha256(path.read_bytes()).hexdigest()
    assert path.read_text()[int(said.qualifier("start")) : int(said.qualifier("end"))] == "Africa CDC"


def test_a_dry_run_writes_nothing(graph: Graph, tmp_path: Path) -> None:
    path = tmp_path / "dry.txt"
    path.write_text("Africa CDC and CEPI met.", encoding="utf-8")
    revision = graph.store.revision()
    report = webpage.load(graph.store, [path], datetime.now(UTC), dry_run=True)
    assert report.loaded > 0
    assert graph.store.revision() == revision


def test_a_refused_file_does_not_hold_up_the_others(graph: Graph, tmp_path: Path) -> None:
    broken, good = tmp_path / "broken.pdf", tmp_path / "good.txt"
    broken.write_bytes(b"%PDF-1.7\nnot a pdf at all")
    good.write_text("CEPI", encoding="utf-8")
    report = webpage.load(graph.store, [broken, good], datetime.now(UTC))
    assert not report.ok
    assert [one.refused for one in report.files] == [True, False]
    assert "PDF" in report.findings[0].reason


def pdf(password: str = "") -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    if password:
        writer.encrypt(password)
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def written_pdf(*pages: str) -> bytes:
    """A PDF with a line of text on each page."""
    writer = PdfWriter()
    for line in pages:
        page = writer.add_blank_page(300, 300)
        shown = DecodedStreamObject()
        shown.set_data(f"BT /F1 12 Tf 20 200 Td ({line}) Tj ET".encode())
        page[NameObject("/Contents")] = shown
        font = {NameObject("/Type"): NameObject("/Font"), NameObject("/Subtype"): NameObject("/Type1")}
        font[NameObject("/BaseFont")] = NameObject("/Helvetica")
        fonts = DictionaryObject({NameObject("/F1"): DictionaryObject(font)})
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def test_a_mention_in_a_pdf_has_its_page_its_place_in_the_text_and_the_digest_of_the_bytes(
    graph: Graph, tmp_path: Path
) -> None:
    path = tmp_path / "minutes.pdf"
    path.write_bytes(written_pdf("CEPI spoke first.", "Then Africa CDC met in Kenya."))
    assert webpage.load(graph.store, [path], datetime.now(UTC)).ok
    said = [one for one in graph.store.scan("mentions", ANY_TIME) if "minutes" in one.subject]
    places = {one.object: one for one in said}
    assert set(places) == {"cepi", "africa-cdc", "KEN"}
    document = read_document(path)
    for one in said:
        start, end = int(one.qualifier("start")), int(one.qualifier("end"))
        assert document.source[start:end] == one.qualifier("text")
        assert one.qualifier("sha256") == hashlib.sha256(path.read_bytes()).hexdigest()
    assert places["cepi"].citation.locator.startswith("page 1, characters ")
    assert places["africa-cdc"].citation.locator.startswith("page 2, characters ")
    assert places["africa-cdc"].citation.quotation == "Then Africa CDC met in Kenya."


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (pdf(), "no text"),
        (pdf("secret"), "encrypted"),
        (pdf()[:200], "cannot be read"),
        (b"\x00\x01\x02" * 50, "zero bytes"),
        (b"a" * 20_000_001, "bytes"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- a register --><iati-activities/>", "it is XML"),
        (b'<feed xmlns="http://www.w3.org/2005/Atom"><title>WHO</title></feed>', "it is XML"),
    ],
)
def test_files_that_cannot_be_read_are_refused_with_the_reason(data: bytes, reason: str) -> None:
    with pytest.raises(RefusedFile, match=reason):
        document_of(data, "given.bin")


@pytest.mark.parametrize(
    "said",
    [
        "<div>" * 200_000,
        "<a '>" * 200_000,
        '<a "' * 200_000,
        "<!--" * 200_000,
        "<script>" * 100_000,
        "<" * 500_000,
        "&#x;" * 200_000,
        "A" * 1_000_000,
        "Aa " * 300_000,
        "WHO " * 100_000,
        "(" * 300_000,
        ". " * 300_000,
    ],
    ids=lambda said: said[:6],
)
def test_hostile_pages_take_bounded_time(gazetteer: Gazetteer, said: str) -> None:
    began = time.process_time()
    found(gazetteer, "<html>" + said, "hostile.html")
    assert time.process_time() - began < 20


@pytest.mark.parametrize("said", ["<!---->" * 580 + "x", "<!--" * 1_000, "<?xml " * 600 + "?>"])
def test_what_a_file_is_is_told_in_bounded_time(said: str) -> None:
    began = time.process_time()
    with contextlib.suppress(RefusedFile):
        document_of(said.encode(), "hostile")
    assert time.process_time() - began < 5


@pytest.mark.parametrize("start", ["", "<?xml version='1.0'?>\n", "<!-- a --> <!-- b -->\n", "\ufeff"])
def test_a_page_is_told_by_its_beginning(start: str) -> None:
    assert document_of(f"{start}<!DOCTYPE html><html><p>WHO</p></html>".encode(), "page").media == "text/html"


def test_hidden_and_reordering_characters_do_not_hide_a_name(gazetteer: Gazetteer) -> None:
    (one,) = found(gazetteer, "At Afr\u00adica\u202e CDC\u200b.")
    assert one.id == "africa-cdc"
    assert one.text.startswith("Afr\u00adica")
    assert not set(one.sentence) & {"\u202e", "\u200b", "\u00ad"}


def test_scripts_and_comments_are_no_text(gazetteer: Gazetteer) -> None:
    said = "<html><!-- CEPI --><script>var a = 'Unitaid'</script><style>Gavi</style><p>Africa CDC</p></html>"
    assert linked(gazetteer, said, "page.html") == [("Africa CDC", "africa-cdc")]


PARTS = st.sampled_from(
    ["<p>", "</p", "<!--", "-->", "<script>", "</script>", "&amp;", "&#0;", "&#x202e;", "<br/>", '<a href="', "'", ">", "\n\n",
     " ",     "WHO", "(WHO)",
     "World Health Organization", "PAHO's", "Regional Revolving Funds", "Ω", "\u202e", "\x00", "\x1f", "\ud7ff",
     "İ",     "Ministry of Health of", "Kenya", ". ", "CEPI funds Gavi"]
)  # fmt: skip


@given(st.lists(st.one_of(PARTS, st.text(max_size=8)), max_size=30), st.sampled_from(["x.html", "x.txt"]))
@settings(max_examples=200)
def test_whatever_a_file_holds_its_mentions_stand_where_they_say(gazetteer: Gazetteer, parts: list[str], name: str) -> None:
    data = "".join(parts).encode("utf-8", "ignore")
    try:
        document = document_of(data, name)
    except RefusedFile:
        return
    last = 0
    for one in find_mentions(document, gazetteer):
        assert last <= one.start < one.end <= len(document.source)
        assert document.source[one.start : one.end] == one.text
        assert one.sentence
        last = one.end


@given(st.binary(max_size=300), st.integers(0, 400))
@settings(max_examples=60)
def test_broken_pdfs_are_read_or_refused(junk: bytes, place: int) -> None:
    whole = pdf()
    with contextlib.suppress(RefusedFile):
        document_of(whole[:place] + junk + whole[place:], "x.pdf")
