"""Runs a registry's ordinary client."""

import subprocess
from pathlib import Path

CLIENT_TIMEOUT_S = 300  # the largest package here takes about 40 s


class ClientError(Exception):
    """The client refused or failed; its message is kept. A refusal is final: nothing retries."""


def run(command: list[str], cwd: Path | None = None, env: dict[str, str] | None = None) -> str:
    """Standard output of `command`; raises ClientError with the tail of standard error."""
    try:
        done = subprocess.run(
            command, cwd=cwd, env=env, capture_output=True, text=True, timeout=CLIENT_TIMEOUT_S
        )
    except subprocess.TimeoutExpired as error:
        raise ClientError(f"{command[0]} took more than {CLIENT_TIMEOUT_S} s") from error
    if done.returncode != 0:
        raise ClientError(f"{' '.join(command[:3])}: {(done.stderr or done.stdout).strip()[-300:]}")
    return done.stdout
