"""TypeScript and JSX sources that a package ships inside its source maps."""

import json
import re
from collections.abc import Iterator

SOURCE = re.compile(r"(?<!\.d)\.(ts|tsx|mts|jsx)$")


def sources_in_map(text: bytes) -> Iterator[tuple[str, str]]:
    """(path, text) of each TypeScript or JSX source in a source map (version 3, `sourcesContent`); none from other files."""
    if b"sourcesContent" not in text:
        return
    try:
        tree = json.loads(text)
        pairs = list(zip(tree["sources"], tree["sourcesContent"], strict=False))
    except (ValueError, KeyError, TypeError):
        return
    for name, content in pairs:
        if isinstance(name, str) and isinstance(content, str) and SOURCE.search(name):
            path = re.sub(r"^[a-z-]+://[^/]*/", "", name)
            path = re.sub(r"^.*-fastbuild[^/]*/bin/", "", path)  # a build system's output folder
            yield re.sub(r"^(?:\.{0,2}/)+", "", path), content
