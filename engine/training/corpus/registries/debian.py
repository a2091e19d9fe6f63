"""Debian source packages: `apt-get source --download-only` needs a deb-src line in apt's sources."""

from pathlib import Path

from .run import ClientError, run


def fetch(name: str, version: str, into: Path) -> tuple[Path, str]:
    """The upstream .orig.tar and its version."""
    target = into / f"debian-{name}"
    target.mkdir(parents=True, exist_ok=True)
    failure = ""
    try:
        run(["apt-get", "source", "--quiet", "--download-only", f"{name}={version}" if version else name], cwd=target)
    except ClientError as error:  # Debian's own patches may be missing; only the upstream's archive is wanted
        failure = str(error)
    # A package may have several .orig tars; the one without a component name is the upstream's own.
    upstream = sorted(target.glob("*.orig.tar.*z*"), key=lambda path: -path.stat().st_size)
    upstream = [path for path in upstream if path.suffix != ".asc"]
    if not upstream:
        raise ClientError(failure or f"no .orig.tar for {name}")
    return upstream[0], upstream[0].name.split("_")[1].split(".orig")[0]
