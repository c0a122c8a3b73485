"""
Walks the chains of the audit trail and says where one was tampered with.

A chain cannot tell that its last rows are missing, nor that a whole stream is: compare with a backup.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import asdict, dataclass, field
from itertools import groupby
from operator import attrgetter

from django.db.models import Q

from goflow.journal.models import AuditEvent
from goflow.journal.recorder import GENESIS, digest

CHUNK = 2_000
"""Rows held in memory at a time."""

CUT = "chain.cut"
"""The action of the row that a purge leaves; its ``metadata["before"]`` is the hash before it."""

Progress = Callable[[int], None]
"""Called now and then with the number of rows walked so far."""


@dataclass(frozen=True, slots=True)
class Finding:
    """
    The first bad row of a stream.

    Attributes:
        kind: ``altered``, ``deleted`` (rows before this one are missing), ``inserted`` or ``reordered``.
    """

    stream: str
    seq: int
    event_id: int
    kind: str


@dataclass(frozen=True, slots=True)
class Gap:
    """
    Versions of an instance, from first to last, of which no row tells: auditing was off. No tampering.
    """

    stream: str
    first_version: int
    last_version: int


@dataclass(frozen=True, slots=True)
class Report:
    """
    What the walk found.
    """

    streams: int = 0
    rows: int = 0
    findings: tuple[Finding, ...] = ()
    not_recorded: tuple[Gap, ...] = ()

    @property
    def is_sound(self) -> bool:
        """
        Whether no stream was tampered with.
        """
        return not self.findings

    def as_dict(self) -> dict[str, object]:
        """
        The report as JSON-serialisable data.
        """
        return asdict(self)


@dataclass(slots=True)
class _Walk:
    """
    Where the walk of one stream is; ``finding`` ends it.
    """

    stream: str
    seq: int = 0
    hash: str = GENESIS
    version: int = 0
    finding: Finding | None = None
    gaps: list[Gap] = field(default_factory=list)

    def step(self, row: AuditEvent) -> None:
        is_cut = row.action == CUT and self.seq == 0
        before = str(row.metadata.get("before", GENESIS)) if is_cut else self.hash
        expected = row.seq if is_cut else self.seq + 1
        if row.seq != expected:
            self.finding = Finding(self.stream, row.seq, row.pk, "deleted")
        elif digest(row, before) != row.hash:
            self.finding = Finding(self.stream, row.seq, row.pk, _kind(row, before))
        self._note_gap(row, is_cut=is_cut)
        self.seq, self.hash = row.seq, row.hash

    def _note_gap(self, row: AuditEvent, *, is_cut: bool) -> None:
        version = row.instance_version
        if version > self.version + 1 and not is_cut and self.finding is None:
            self.gaps.append(Gap(self.stream, self.version + 1, version - 1))
        self.version = max(self.version, version)


def verify(streams: Collection[str] | None = None, *, progress: Progress | None = None) -> Report:
    """
    Walk these streams, or all of them. Memory stays constant; rows written meanwhile may be left out.
    """
    count = rows = 0
    findings: list[Finding] = []
    gaps: list[Gap] = []
    for stream, events in groupby(_rows(streams), key=attrgetter("stream")):
        walk = _Walk(stream)
        for row in events:
            rows += 1
            if walk.finding is None:
                walk.step(row)
            if progress is not None and rows % CHUNK == 0:
                progress(rows)
        count += 1
        findings += [walk.finding] if walk.finding is not None else []
        gaps += walk.gaps
    return Report(count, rows, tuple(findings), tuple(gaps))


def _rows(streams: Collection[str] | None) -> Iterator[AuditEvent]:
    table = AuditEvent.objects.order_by("stream", "seq")
    if streams is not None:
        table = table.filter(stream__in=streams)
    chunk = list(table[:CHUNK])
    while chunk:
        yield from chunk
        last = chunk[-1]
        # Not as an offset, nor a cursor: MySQL's driver would read a whole result into memory.
        later = Q(stream__gt=last.stream) | Q(stream=last.stream, seq__gt=last.seq)
        chunk = list(table.filter(later, stream__gte=last.stream)[:CHUNK])


def _kind(row: AuditEvent, before: str) -> str:
    if _was_elsewhere(row):
        return "reordered"
    following = AuditEvent.objects.filter(stream=row.stream, seq=row.seq + 1).first()
    if following is not None and _fits(following, row.seq, before):
        return "inserted"
    return "altered"


def _was_elsewhere(row: AuditEvent) -> bool:
    others = AuditEvent.objects.filter(stream=row.stream).order_by("seq").values_list("seq", "hash")
    chain = ((0, GENESIS), *others)
    return any(
        _fits(row, place, before)
        for seq, before in chain
        for place in {seq, seq + 1, row.seq - 1, row.seq + 1}
        if place != row.seq
    )


def _fits(row: AuditEvent, place: int, before: str) -> bool:
    stored, row.seq = row.seq, place
    try:
        return digest(row, before) == row.hash
    finally:
        row.seq = stored
