"""Which licence a package's own licence file states, read from its text."""

import re

LICENCE_FILE = re.compile(
    r"^(?:[^/]+\.dist-info/(?:licenses/)?|META-INF/)?(?:MIT-|APACHE-)?(?:LICEN[CS]E|COPYING|COPYRIGHT|UNLICENSE)[^/]*$", re.IGNORECASE
)

# Words found in one licence's text only; the earliest in a file is that file's own licence (later ones are
# notices about parts of other projects).
MARKERS: dict[str, str] = {
    "Apache-2.0": r"Apache License,?\s+Version 2\.0",
    "MIT": r"Permission is hereby granted, free of charge",
    "BSD": r"Redistributions? (?:of source code|and use in source)",
    "ISC": r"Permission to use, copy, modify,? and(?:/or)? distribute this software",
    "PSF": r"PYTHON SOFTWARE FOUNDATION LICENSE",
    "Unlicense": r"free and unencumbered software released into the public domain",
    "CC0": r"CC0 1\.0 Universal",
    "GPL": r"GNU (?:AFFERO |LESSER |LIBRARY )?GENERAL PUBLIC LICENSE",
    "MPL": r"Mozilla Public License",
    "EPL": r"Eclipse Public License",
    "CDDL": r"COMMON DEVELOPMENT AND DISTRIBUTION",
    "CC-BY": r"Attribution(?:-\w+)* \d\.\d International",
}
# Terms that take back what the permissive text beside them grants, wherever they stand.
RESTRICTIONS: dict[str, str] = {
    "FSL": r"Functional Source License|\bFSL-1\.|Competing Use",
    "PolyForm": r"PolyForm \w+ License",
    "BUSL": r"Business Source License",
    "SSPL": r"Server Side Public License",
    "Elastic": r"Elastic License",
    "Commons-Clause": r"Commons Clause",
    "commercial": r"both commercial and permissive|commercial licen[cs]e (?:agreement|is required)|non-?commercial (?:use|purposes) only",
}
PERMITTED = {"Apache-2.0", "MIT", "BSD", "ISC", "0BSD", "PSF", "Unlicense", "CC0"}


def identify(text: str) -> str | None:
    """The licence that `text` states first, a restriction where it has one, or None where nothing known is found."""
    flat = re.sub(r"\s+", " ", text)
    for name, pattern in RESTRICTIONS.items():
        if re.search(pattern, flat, re.IGNORECASE):
            return name
    found: list[tuple[int, str]] = []
    for name, pattern in MARKERS.items():
        match = re.search(pattern, flat, re.IGNORECASE)
        if match:
            found.append((match.start(), name))
    if not found:
        return None
    name = min(found)[1]
    if name == "ISC" and "above copyright notice" not in flat:
        return "0BSD"  # the ISC text without its condition
    return name


def package_licence(files: dict[str, str]) -> str | None:
    """The permitted licence of a package from its licence files {path: text}; None means: leave the package out.

    Several permitted files are a choice (MIT or Apache); one file of any other licence leaves the package out.
    A file in which nothing is recognised (an authors' list, a notice) says nothing either way.
    """
    names = {identify(text) for text in files.values()} - {None}
    if not names or not names <= PERMITTED:
        return None
    return " or ".join(sorted(name for name in names if name))
