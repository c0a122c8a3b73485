from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_modules_keep_their_types(tsc: str) -> None:
    found = subprocess.run(
        [tsc, "--project", str(ROOT / "tests" / "js" / "jsconfig.json"), "--pretty", "false"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.stdout == ""
    assert found.returncode == 0, found.stderr
