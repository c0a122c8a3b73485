"""
Runs a Django command of the sample project: ``python sampleproject/manage.py runserver``.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    # The folder of the repository in place of this one, so that the project is importable as a package.
    sys.path[0] = str(Path(__file__).resolve().parent.parent)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sampleproject.settings")
    execute_from_command_line(sys.argv)
