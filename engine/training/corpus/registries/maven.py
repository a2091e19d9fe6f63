"""Maven Central: the -sources jar through `mvn dependency:get`."""

from pathlib import Path

from .run import run


def fetch(name: str, version: str, into: Path) -> tuple[Path, str]:
    """The jar of sources and its version. `name` is group:artifact."""
    group, artifact = name.split(":")
    repository = into / "m2"
    run(["mvn", "-q", "-B", f"-Dmaven.repo.local={repository}", "dependency:get", "-Dtransitive=false",
         f"-Dartifact={group}:{artifact}:{version or 'LATEST'}:jar:sources"])  # fmt: skip
    jar = max((repository / group.replace(".", "/") / artifact).glob("*/*-sources.jar"))
    return jar, jar.parent.name
