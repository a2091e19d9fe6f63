"""File names to VS Code language ids."""

import re
from pathlib import PurePosixPath

BY_EXTENSION: dict[str, str] = {
    ".ts": "typescript", ".mts": "typescript", ".cts": "typescript", ".tsx": "typescriptreact",
    ".js": "javascript", ".mjs": "javascript", ".cjs": "javascript", ".jsx": "javascriptreact",
    ".py": "python", ".pyi": "python", ".go": "go", ".rs": "rust", ".java": "java",
    ".c": "c", ".h": "c", ".cc": "cpp", ".cpp": "cpp", ".cxx": "cpp", ".hpp": "cpp", ".hh": "cpp",
    ".cs": "csharp", ".sh": "shellscript", ".bash": "shellscript", ".bats": "shellscript",
    ".json": "json", ".yml": "yaml", ".yaml": "yaml", ".html": "html", ".css": "css", ".scss": "scss",
    ".md": "markdown", ".vue": "vue", ".svelte": "svelte", ".sql": "sql", ".toml": "toml",
}  # fmt: skip

# The share of each language in the training samples, by bytes.
MIX: dict[str, float] = {
    "typescript": 0.31, "typescriptreact": 0.05, "javascript": 0.14, "javascriptreact": 0.01, "python": 0.22,
    "go": 0.055, "rust": 0.055, "java": 0.05, "c": 0.015, "cpp": 0.02, "csharp": 0.01, "shellscript": 0.01,
    "json": 0.01, "yaml": 0.005, "html": 0.005, "css": 0.01, "scss": 0.005, "markdown": 0.015, "vue": 0.003,
    "svelte": 0.002,
}  # fmt: skip


SHELL_SHEBANG = re.compile(rb"#! *(?:/usr/bin/env +|/usr/local/bin/|/usr/bin/|/bin/)(?:ba|da)?sh\b")


def language_of(path: str, head: bytes = b"") -> str | None:
    """The language id of a file of the corpus, or None for a file that is not wanted.

    `head` is the file's first bytes: a name without extension is a shell script where they say so.
    """
    if path.endswith((".d.ts", ".d.mts", ".d.cts")):
        return None  # declarations repeat what the source says, without code
    suffix = PurePosixPath(path).suffix.lower()
    if not suffix and SHELL_SHEBANG.match(head):
        return "shellscript"
    return BY_EXTENSION.get(suffix)


CPP_WORDS = re.compile(r"^\s*(?:class \w+|namespace \w+|template ?<|using \w+|public:|private:)|\bstd::", re.MULTILINE)


def refine(language: str, path: str, text: str) -> str:
    """C++ for a header that says so; the language of the name otherwise."""
    return "cpp" if language == "c" and path.endswith(".h") and CPP_WORDS.search(text) else language
