"""Projects that the product is measured on: nothing of them may be trained on."""

import re

# The recorded editing session is of ts-file-path-support and comes from the tests of vscode-copilot-chat.
EXCLUDED = re.compile(r"copilot|ts-(plugin-)?file-path-support|human-?eval|infilling", re.IGNORECASE)


def is_excluded(name: str) -> bool:
    """Whether a package is left out by its name alone, whatever its licence."""
    return EXCLUDED.search(name) is not None
