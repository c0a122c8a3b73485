from __future__ import annotations

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TSC = os.environ.get("GOFLOW_TSC", str(ROOT / ".cache" / "js" / "node_modules" / ".bin" / "tsc"))


def test_modules_keep_their_types() -> None:
    found = subprocess.run(
        [TSC, "--project", str(ROOT / "tests" / "js" / "jsconfig.json"), "--pretty", "false"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.stdout == ""
    assert found.returncode == 0, found.stderr
