"""
Runs a Django command of the leave demo: ``python leavedemo/manage.py demo``.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from django.core.management import execute_from_command_line

ROOT = Path(__file__).resolve().parent.parent


def choose_data_dir(arguments: list[str]) -> None:
    """
    ``--data-dir`` must be known before the settings are read, because the database lies in it.
    """
    for position, argument in enumerate(arguments):
        name, given, value = argument.partition("=")
        if name == "--data-dir" and (given or arguments[position + 1 :]):
            os.environ["LEAVEDEMO_DATA_DIR"] = value if given else arguments[position + 1]


if __name__ == "__main__":
    # The folder of the repository in place of this one, so that the project is importable as a package.
    sys.path[0] = str(ROOT)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leavedemo.settings")
    choose_data_dir(sys.argv[2:])
    execute_from_command_line(sys.argv)
