"""
A process that works on the webhook lane once, on the database of the test.
"""

from __future__ import annotations

import django
from django.conf import settings
from django.utils.module_loading import import_string


def main() -> None:
    django.setup()
    import_string("tests.outbound.hooks.allow_local")(settings)
    import_string("tests.outbound.hooks.deliver")()


if __name__ == "__main__":
    main()
