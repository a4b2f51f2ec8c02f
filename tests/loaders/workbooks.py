"""Workbooks made by hand, part by part: what no library would write, and what it would."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def sheet(rows: str, before: str = "", after: str = "") -> str:
    """A sheet with these rows."""
    return f'<?xml version="1.0" encoding="UTF-8"?><worksheet {MAIN}>{before}<sheetData>{rows}</sheetData>{after}</worksheet>'


def text(reference: str, said: str) -> str:
    """A cell with a text in it."""
    return f'<c r="{reference}" t="inlineStr"><is><t>{said}</t></is></c>'


def xlsx(path: Path, *sheets: str, **parts: str) -> Path:
    """A workbook of these sheets, named S1, S2, ...; ``parts`` (``styles``, ``sharedStrings``) stand beside them."""
    listed = "".join(f'<sheet name="S{n}" sheetId="{n}" r:id="rId{n}"/>' for n, _ in enumerate(sheets, 1))
    related = "".join(
        f'<Relationship Id="rId{n}" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n, _ in enumerate(sheets, 1)
    )
    files = {
        "[Content_Types].xml": "<Types/>",
        "xl/workbook.xml": f'<workbook {MAIN} xmlns:r="{_RELATIONS}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}">{related}</Relationships>',
        **{f"xl/worksheets/sheet{n}.xml": one for n, one in enumerate(sheets, 1)},
        **{f"xl/{name}.xml": one for name, one in parts.items()},
    }
    return archive(path, files)


def archive(path: Path, files: Mapping[str, str] | Mapping[str, bytes] | Mapping[str, str | bytes]) -> Path:
    """A zip archive of these files."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name, said in files.items():
            out.writestr(name, said)
    return path


def ods(path: Path, rows: str) -> Path:
    """An ODS workbook with one sheet of these rows."""
    spaces = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"' for short in ("office", "table", "text", "style")
    )
    content = (
        f'<office:document-content {spaces}><office:body><office:spreadsheet><table:table table:name="S1">'
        f"{rows}</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    return archive(path, {"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": content})
