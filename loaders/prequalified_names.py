"""What the list of prequalified vaccines writes into one cell: several names of a product, several pathogens of a type."""

from __future__ import annotations

import re
from typing import Final

_NO_NAME: Final = frozenset({"n/a", "na", "none", "-"})
_UNLABELLED = re.compile(r"None used on labelling.*?commercial name\s+(.+)", re.IGNORECASE | re.DOTALL)
_ALSO = re.compile(
    r"\s*\((?:also approved under the name of|also marketed as|labelled as)?\s*(.+?)\s*(in other markets)?\)\s*$", re.IGNORECASE
)
_BY_WHOM = re.compile(r"\s+by\s+(?:the\s+)?[A-Z][\w ]*$")
_MARKS = re.compile(r"\s*[®™]")

# A word of a vaccine type, the id of the pathogen where the curated graph has it, and what it is called where it has not.
# "Seasonal influenza" is not the pandemic and zoonotic influenza of the curated graph.
_PATHOGENS: Final = (
    ("bcg", "p-tb", "Mycobacterium tuberculosis"),
    ("covid-19", "p-sars2", "SARS-CoV-2"),
    ("dengue", "p-dengue", "Dengue virus"),
    ("diphtheria", "", "Diphtheria"),
    ("tetanus", "", "Tetanus"),
    ("pertussis", "", "Pertussis"),
    ("ebola", "p-ebov", "Ebola virus (Zaire)"),
    ("haemophilus influenzae type b", "", "Haemophilus influenzae type b"),
    ("hepatitis a", "", "Hepatitis A"),
    ("hepatitis b", "", "Hepatitis B"),
    ("papillomavirus", "", "Human papillomavirus"),
    ("influenza, pandemic", "p-flu", "Pandemic and zoonotic influenza"),
    ("influenza, seasonal", "", "Seasonal influenza"),
    ("japanese encephalitis", "", "Japanese encephalitis"),
    ("malaria", "", "Malaria"),
    ("measles", "", "Measles"),
    ("mumps", "", "Mumps"),
    ("rubella", "", "Rubella"),
    ("menigococcal", "p-mening", "Neisseria meningitidis"),
    ("meningococcal", "p-mening", "Neisseria meningitidis"),
    ("pneumococcal", "", "Streptococcus pneumoniae"),
    ("polio", "", "Poliomyelitis"),
    ("rabies", "", "Rabies"),
    ("rotavirus", "", "Rotavirus"),
    ("smallpox", "p-smallpox", "Variola virus"),
    ("mpox", "p-mpox", "Mpox virus"),
    ("typhoid", "", "Typhoid"),
    ("varicella", "", "Varicella"),
    ("yellow fever", "p-yf", "Yellow fever virus"),
    ("cholera", "p-cholera", "Vibrio cholerae"),
)
_CARRIER = re.compile(r"(?:ACYW-135|conjugate)[^,;]*tetanus toxoid", re.IGNORECASE)


def names_of(written: str, vaccine_type: str, maker: str) -> tuple[str, tuple[str, ...]]:
    """The name of a product and its other names; a product without one is called by its type and maker.

    >>> names_of("Imvanex® (also approved under the name of JYNNEOS by the USFDA and IMVAMUNE by Health Canada)", "", "")
    ('Imvanex®', ('Imvanex', 'JYNNEOS', 'IMVAMUNE'))
    >>> names_of("Fluzone® (Fluprevli™ in other markets)", "", "")
    ('Fluzone®', ('Fluzone', 'Fluprevli™', 'Fluprevli'))
    """
    if unlabelled := _UNLABELLED.fullmatch(written):
        written = unlabelled[1].strip().rstrip(".")
    if written.casefold() in _NO_NAME:
        return f"{vaccine_type} vaccine of {maker}", ()
    other: list[str] = []
    also = _ALSO.search(written)
    if also and also.start() and ("also" in also[0] or "labelled" in also[0] or also[2]):
        written = written[: also.start()].strip()
        other = [_BY_WHOM.sub("", part).strip() for part in also[1].split(" and ")]
    names = [name for one in (written, *other) for name in (one, _MARKS.sub("", one)) if name]
    return names[0], tuple(dict.fromkeys(name for name in names[1:] if name != names[0]))


def pathogens_of(vaccine_type: str) -> tuple[tuple[str, str], ...]:
    """The pathogens that a vaccine of this type is directed at: id in the curated graph or ``""``, and name.

    >>> [name for _, name in pathogens_of("Meningococcal ACYW-135 Tetanus Toxoid (conjugate vaccine)")]
    ['Neisseria meningitidis']
    """
    text = _CARRIER.sub("meningococcal", vaccine_type) if "mening" in vaccine_type.lower() else vaccine_type
    held = {name: id for word, id, name in _PATHOGENS if word in text.lower()}
    return tuple((id, name) for name, id in held.items())
