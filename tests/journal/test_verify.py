from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from goflow.journal import recorder
from goflow.journal.events import Event
from goflow.journal.models import AuditEvent
from goflow.journal.rows import insert
from goflow.journal.verify import Gap, verify

pytestmark = pytest.mark.django_db
WHEN = datetime(2026, 3, 1, 12, 30, 15, 123456, tzinfo=timezone(timedelta(hours=2)))
RICH = {
    "text": "Grüße 你好 \U0001f600 \"'\\ \n",
    "number": 12.5,
    "big": 10**15,
    "list": [1, None, True, {"a": {}}],
}


def event(
    stream: str = "i:1", *, version: int = 0, action: str = "workitem.completed", **values: object
) -> Event:
    return Event(
        stream=stream, action=action, created_at=WHEN, instance_version=version, metadata=RICH | values
    )


@pytest.fixture
def _chain(db: None) -> None:
    recorder.record([event(number=number, version=number) for number in range(1, 7)])


def written(seq: int) -> AuditEvent:
    return AuditEvent.objects.get(stream="i:1", seq=seq)


def replace(old: AuditEvent, **values: object) -> None:
    """What somebody does who cannot UPDATE: delete the row and insert another."""
    AuditEvent.objects.filter(pk=old.pk).delete()
    for name, value in values.items():
        setattr(old, name, value)
    insert([old])


def found() -> list[tuple[str, int, str]]:
    return [(finding.stream, finding.seq, finding.kind) for finding in verify().findings]


@pytest.mark.usefixtures("_chain")
def test_an_untouched_chain_is_sound() -> None:
    report = verify()
    assert report.is_sound
    assert (report.streams, report.rows, report.not_recorded) == (1, 6, ())


def test_nothing_is_sound() -> None:
    assert verify().is_sound


@pytest.mark.usefixtures("_chain")
def test_later_rows_continue_the_chain() -> None:
    recorder.record([event(version=7)])
    assert (verify().is_sound, verify().rows) == (True, 7)


@pytest.mark.usefixtures("_chain")
@pytest.mark.parametrize(
    "values",
    [
        {"action": "workitem.cancelled"},
        {"actor": "9"},
        {"created_at": WHEN + timedelta(microseconds=1)},
        {"metadata": {}},
        {"instance_version": 99},
        {"workitem_id": 5},
        {"hash": "0" * 64},
    ],
)
def test_an_altered_row_is_found(values: dict[str, object]) -> None:
    replace(written(3), **values)
    assert found() == [("i:1", 3, "altered")]


@pytest.mark.usefixtures("_chain")
def test_an_altered_row_with_a_fitting_hash_breaks_at_the_next() -> None:
    row = written(3)
    row.actor = "9"
    replace(row, hash=recorder.digest(row, written(2).hash))
    assert found() == [("i:1", 4, "altered")]


@pytest.mark.usefixtures("_chain")
@pytest.mark.parametrize("seq", [1, 3])
def test_a_deleted_row_is_found(seq: int) -> None:
    AuditEvent.objects.filter(seq=seq).delete()
    assert found() == [("i:1", seq + 1, "deleted")]


@pytest.mark.usefixtures("_chain")
def test_an_inserted_row_is_found() -> None:
    replace(written(6), seq=7)
    replace(written(5), seq=6)
    insert([AuditEvent(stream="i:1", seq=5, action="workitem.created", hash="f" * 64, created_at=WHEN)])
    assert found() == [("i:1", 5, "inserted")]


@pytest.mark.usefixtures("_chain")
@pytest.mark.parametrize(("one", "other"), [(3, 4), (2, 5)])
def test_reordered_rows_are_found(one: int, other: int) -> None:
    first, second = written(one), written(other)
    replace(first, seq=99)
    replace(second, seq=one)
    replace(written(99), seq=other)
    assert found() == [("i:1", one, "reordered")]


@pytest.mark.usefixtures("_chain")
def test_only_the_first_bad_row_of_a_stream_is_told() -> None:
    replace(written(2), actor="9")
    replace(written(5), actor="9")
    assert found() == [("i:1", 2, "altered")]


@pytest.mark.usefixtures("_chain")
def test_other_streams_are_still_walked() -> None:
    recorder.record([event("p:leave"), event("p:leave")])
    replace(written(2), actor="9")
    AuditEvent.objects.filter(stream="p:leave", seq=1).delete()
    assert found() == [("i:1", 2, "altered"), ("p:leave", 2, "deleted")]


@pytest.mark.usefixtures("_chain")
def test_streams_can_be_chosen() -> None:
    recorder.record([event("p:leave")])
    replace(written(2), actor="9")
    report = verify(["p:leave"])
    assert (report.streams, report.rows, report.is_sound) == (1, 1, True)


@pytest.mark.usefixtures("_chain")
def test_a_cut_starts_the_chain() -> None:
    recorder.record([event(action="chain.cut", version=6, before=written(6).hash), event(version=7)])
    assert verify().is_sound
    AuditEvent.objects.filter(seq__lte=6).delete()
    report = verify()
    assert (report.is_sound, report.rows, report.not_recorded) == (True, 2, ())


@pytest.mark.usefixtures("_chain")
def test_an_altered_cut_is_found() -> None:
    recorder.record([event(action="chain.cut", before=written(6).hash)])
    AuditEvent.objects.filter(seq__lte=6).delete()
    replace(written(7), actor="9")
    assert found() == [("i:1", 7, "altered")]


@pytest.mark.usefixtures("_chain")
def test_times_without_auditing_are_no_finding() -> None:
    recorder.record([event(version=10), event(version=10), event(version=11)])
    report = verify()
    assert report.is_sound
    assert report.not_recorded == (Gap("i:1", 7, 9),)


def test_a_late_start_of_auditing_is_no_finding() -> None:
    recorder.record([event(version=4)])
    assert verify().not_recorded == (Gap("i:1", 1, 3),)


@pytest.mark.usefixtures("_chain")
def test_chunks_do_not_change_the_result(monkeypatch: pytest.MonkeyPatch) -> None:
    recorder.record([event("p:leave"), event("p:leave"), event("p:leave")])
    replace(written(4), actor="9")
    whole = verify()
    monkeypatch.setattr("goflow.journal.verify.CHUNK", 2)
    assert verify() == whole
    assert (whole.streams, whole.rows) == (2, 9)


@pytest.mark.usefixtures("_chain")
def test_progress_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("goflow.journal.verify.CHUNK", 2)
    told: list[int] = []
    verify(progress=told.append)
    assert told == [2, 4, 6]


@pytest.mark.usefixtures("_chain")
def test_a_report_is_plain_data() -> None:
    replace(written(6), actor="9")
    assert verify().as_dict() == {
        "streams": 1,
        "rows": 6,
        "findings": ({"stream": "i:1", "seq": 6, "event_id": written(6).pk, "kind": "altered"},),
        "not_recorded": (),
    }
