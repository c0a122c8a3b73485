from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from django.db import connection, connections

from leavedemo.leave import people
from leavedemo.leave.seed import seed
from leavedemo.leave.ticking import Ticker

HOST = "127.0.0.1"
BANNER = """
goflow leave demo, for trying out only: the passwords below are public.

  {url}          the demo
  {url}admin/    the administration

  sign in as     password
{logins}

  Data:  {data}
  Mails: {mails} (written there, not sent)
  Stop with Ctrl-C.
"""


class QuietHandler(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        """
        Without a line per request; errors are logged by Django itself.
        """


class Command(BaseCommand):
    help = "Set up the leave demo and serve it on this computer, with sample users and the scheduler running."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="port on 127.0.0.1 (default: 8000)")
        parser.add_argument("--data-dir", help="folder of the database and the keys")
        parser.add_argument("--reset", action="store_true", help="forget everything and start anew")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["data_dir"] and Path(options["data_dir"]).resolve() != settings.DATA_DIR:
            raise CommandError("--data-dir comes too late here; set LEAVEDEMO_DATA_DIR before Django starts.")
        if options["reset"]:
            self.reset()
        self.prepare()
        server = self.bind(options["port"])
        # The links in mails lead to where this demo listens.
        settings.GOFLOW_BASE_URL = f"http://{HOST}:{server.server_port}"
        self.stdout.write(self.banner(server.server_port))
        self.stdout.flush()
        self.serve(server)

    def reset(self) -> None:
        """
        Delete the database file. Other databases are left alone: they may hold more than the demo.
        """
        if connection.vendor != "sqlite":
            raise CommandError("--reset deletes SQLite files only; drop and create this database yourself.")
        name = str(connection.settings_dict["NAME"])
        connection.close()
        for suffix in ("", "-wal", "-shm", "-journal"):
            Path(name + suffix).unlink(missing_ok=True)

    def prepare(self) -> None:
        """
        Tables and sample data, where they are missing.
        """
        call_command("migrate", interactive=False, verbosity=0)
        seed()

    def bind(self, port: int) -> ThreadedWSGIServer:
        """
        A server for the loopback interface; it answers once it is run.
        """
        try:
            server = ThreadedWSGIServer((HOST, port), QuietHandler)
        except OSError as exc:
            raise CommandError(
                f"Cannot listen on port {port} ({exc.strerror}); choose another with --port."
            ) from exc
        server.set_app(get_wsgi_application())
        return server

    def banner(self, port: int) -> str:
        logins = "\n".join(f"  {name:<14} {password}" for name, password in people.TEST_USERS)
        mails = settings.MAILS_DIR
        return BANNER.format(url=f"http://{HOST}:{port}/", logins=logins, data=settings.DATA_DIR, mails=mails)

    def serve(self, server: ThreadedWSGIServer) -> None:
        """
        Answer requests and run what falls due, until Ctrl-C.
        """
        ticker = Ticker()
        ticker.start()
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            self.stdout.write("\nStopped.")
        finally:
            ticker.stop()
            server.server_close()
            connections.close_all()
