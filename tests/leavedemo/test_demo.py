"""
The parts of ``manage.py demo``, and the project's own settings, in a process of their own.
"""

from __future__ import annotations

import logging
import os
import socket
import stat
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from leavedemo import keys
from leavedemo.leave.management.commands import demo
from leavedemo.leave.ticking import Ticker

ROOT = Path(__file__).resolve().parents[2]


def manage(data_dir: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith("DJANGO_")}
    surroundings |= {"LEAVEDEMO_DATA_DIR": str(data_dir)}
    return subprocess.run(
        [sys.executable, str(ROOT / "leavedemo" / "manage.py"), *arguments],
        cwd=data_dir,
        env=surroundings,
        capture_output=True,
        text=True,
        check=False,
    )


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_project_has_no_findings_and_keeps_its_keys_private(tmp_path: Path) -> None:
    done = manage(tmp_path, "check", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stderr
    assert mode(tmp_path / "secret-key") == 0o600
    assert mode(tmp_path / "jwt-signing.pem") == 0o600


def test_migrate_and_seed_work_by_hand_and_twice(tmp_path: Path) -> None:
    assert manage(tmp_path, "migrate").returncode == 0
    assert "leave, Gestion des absences, dummy" in manage(tmp_path, "seed_leave").stdout
    assert "Everything was there already" in manage(tmp_path, "seed_leave").stdout
    assert manage(tmp_path, "goflow_cron").returncode == 0


def test_a_key_is_made_once(tmp_path: Path) -> None:
    first = keys.kept(tmp_path / "key", keys.secret_key)
    assert keys.kept(tmp_path / "key", keys.secret_key) == first


def test_the_banner_warns_and_names_address_people_and_data(settings: Any) -> None:
    settings.DATA_DIR = Path("/tmp/demo")
    settings.MAILS_DIR = "/tmp/demo/mails"
    banner = demo.Command().banner(8123)
    assert "for trying out only" in banner
    assert "http://127.0.0.1:8123/" in banner
    assert "tertius        t" in banner
    assert "admin          open" in banner
    assert "Data:  /tmp/demo\n" in banner
    assert "Mails: /tmp/demo/mails" in banner


def test_the_server_listens_on_this_computer_only() -> None:
    server = demo.Command().bind(0)
    try:
        assert server.server_address[0] == "127.0.0.1"
    finally:
        server.server_close()


def test_a_port_in_use_is_refused_with_the_way_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(CommandError, match="--port"):
        demo.Command().bind(taken.getsockname()[1])


def test_serving_ends_cleanly_when_it_is_interrupted() -> None:
    server = mock.Mock()
    server.serve_forever.side_effect = KeyboardInterrupt
    out = StringIO()
    demo.Command(stdout=out).serve(server)
    assert "Stopped" in out.getvalue()
    server.server_close.assert_called_once_with()


def test_a_reset_never_touches_a_database_server() -> None:
    with (
        mock.patch.object(demo, "connection", mock.Mock(vendor="postgresql")),
        pytest.raises(CommandError, match="SQLite files only"),
    ):
        demo.Command().reset()


def test_a_reset_deletes_the_file_with_its_companions(tmp_path: Path) -> None:
    file = tmp_path / "demo.sqlite3"
    file.touch()
    (tmp_path / "demo.sqlite3-wal").touch()
    with mock.patch.object(demo, "connection", mock.Mock(vendor="sqlite", settings_dict={"NAME": file})):
        demo.Command().reset()
    assert list(tmp_path.iterdir()) == []


def test_a_data_folder_that_comes_too_late_is_refused(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path / "first"
    with pytest.raises(CommandError, match="LEAVEDEMO_DATA_DIR"):
        call_command("demo", data_dir=str(tmp_path / "second"))


@pytest.mark.django_db
def test_preparing_twice_does_no_harm() -> None:
    demo.Command().prepare()
    demo.Command().prepare()


def test_a_failed_pass_is_logged_and_does_not_end_the_ticking(caplog: pytest.LogCaptureFixture) -> None:
    failing = mock.patch("goflow.runtime.jobs.tick", side_effect=OperationalError("gone"))
    closing = mock.patch("leavedemo.leave.ticking.close_old_connections")
    with failing, closing, caplog.at_level(logging.ERROR):
        Ticker().tick()
    assert "the next one tries again" in caplog.text


def test_a_stopped_ticker_ends() -> None:
    ticker = Ticker(seconds=60)
    ticker.start()
    ticker.stop()
    ticker.join(timeout=120)
    assert not ticker.is_alive()
