"""A plain parser, line by line: temporary scaffold until the column parser is in place."""

from __future__ import annotations

import re

import numpy as np

from wa_forensics.chat import EVENT_CODE, KIND_CODE, Chat
from wa_forensics.errors import ParseError
from wa_forensics.evidence import RawText
from wa_forensics.frame import Columns
from wa_forensics.model import DateOrder, Kind, Platform, Shape, Span
from wa_forensics.vocabulary import Event

ARABIC = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")
MARKS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
HEADER = re.compile(
    r"^[\u200e\u200f\ufeff]*(\[)?[\u200e\u200f]*(\d{1,4})[\u200f]*[./-] ?[\u200f]*(\d{1,2})[\u200f]*[./-] ?[\u200f]*(\d{2,4})"
    r"(?:,|،| à)?[ \u200f]*(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?"
    r"(?:[ \u202f\u00a0]([ap]\.?[ \u202f\u00a0]?m\.?|[صم]))?(?:\]| -) ",
    re.I,
)
SYSTEM = {
    Event.E2E_NOTICE: re.compile(r"end-to-end|Ende-zu-Ende|bout en bout|extremo a extremo|ponta a ponta|مشفرة|end-to-end", re.I),
    Event.SECURITY_CODE_CHANGED: re.compile(r"security code|Sicherheitsnummer|código de segur|codice di sicurezza|code de sécur", re.I),
    Event.DELETED_BY_SENDER: re.compile(r"^(This message was deleted|Diese Nachricht wurde gel|Mensagem apagada|Se eliminó este|Questo messaggio è stato eliminato|Ce message a été supprimé)", re.I),
    Event.MEDIA_OMITTED: re.compile(r"^<(Media omitted|Medien ausgeschlossen|M[ií]dia oculta|Multimedia omitido|Médias omis|Media omessi)>"),
}


def parse_by_line(raw: RawText, date_order: str) -> Chat:
    data = raw.buffer
    lines = data.split(b"\n")
    rows: list[list] = []
    offset = 0
    first = []
    for number, line in enumerate(lines, 1):
        length = len(line) + (1 if offset + len(line) < len(data) else 0)
        text = line.decode("utf-8", "replace")
        match = HEADER.match(text.translate(ARABIC))
        if match:
            body = text[match.end():]
            plain = MARKS.sub("", body)
            name, colon, _ = body.partition(": ")
            sender = name if colon and len(name) < 60 and not any(
                p.search(plain) for p in list(SYSTEM.values())[:2]) else None
            if match[1] and colon and any(p.search(plain) for p in list(SYSTEM.values())[:2]):
                sender = None
            prefix = match.end() + (len(name) + 2 if colon and len(name) < 60 else 0)
            start = offset + len(text[:prefix].encode())
            rows.append([match, sender, start, offset + len(line.rstrip(b"\r")), number, number, offset, length])
            first.append((int(match[2]), int(match[3]), int(match[4])))
        elif rows:
            if line or number < len(lines):
                rows[-1][3] = offset + len(line.rstrip(b"\r"))
                rows[-1][5] = number
            rows[-1][7] += length
        offset += length
    if not rows:
        raise ParseError(raw.source.name, "no line looks like a WhatsApp message", "Export the chat again as text.")
    if max(f[0] for f in first) > 31:
        order = "YMD"
    elif max(f[1] for f in first) > 12:
        order = "MDY"
    else:
        order = "DMY"
    if date_order != "auto":
        order = date_order
    index = {"DMY": (2, 1, 0), "MDY": (2, 0, 1), "YMD": (0, 1, 2)}[order]
    stamps, senders, kinds, events = [], [], [], []
    names: dict[str, int] = {}
    for (match, sender, start, end, *_), fields in zip(rows, first):
        y, m, d = (fields[i] for i in index)
        y += 2000 if y < 100 else 0
        hour = int(match[5])
        mark = (match[8] or "").lower()
        if mark:
            hour = hour % 12 + (12 if mark[0] in "pم" else 0)
        stamps.append(f"{y:04d}-{m:02d}-{d:02d}T{hour:02d}:{match[6]}:{match[7] or '00'}")
        senders.append(-1 if sender is None else names.setdefault(sender, len(names)))
        body = MARKS.sub("", data[start:end].decode("utf-8", "replace"))
        event = next((e for e, p in SYSTEM.items() if p.search(body)), None) if len(body) < 250 else None
        if sender is not None and event in (Event.E2E_NOTICE, Event.SECURITY_CODE_CHANGED):
            event = None
        kind = Kind.SYSTEM if sender is None else {Event.DELETED_BY_SENDER: Kind.DELETED, Event.MEDIA_OMITTED: Kind.MEDIA}.get(event, Kind.TEXT)
        kinds.append(KIND_CODE[kind])
        events.append(-1 if event is None else EVENT_CODE[event])
    n = len(rows)
    column = lambda i: np.array([r[i] for r in rows], dtype=np.int64)  # noqa: E731
    ios = bool(rows[0][0][1])
    return Chat(
        source=raw.source,
        buffer=data,
        columns=Columns(
            timestamp=np.array(stamps, dtype="datetime64[s]"),
            sender=np.array(senders, dtype=np.int32),
            kind=np.array(kinds, dtype=np.uint8),
            event=np.array(events, dtype=np.int16),
            text_start=column(2), text_end=column(3),
            edited=np.zeros(n, dtype=bool),
            line=column(4), line_end=column(5), byte_offset=column(6), byte_length=column(7),
            shape=np.zeros(n, dtype=np.int16),
        ),
        senders=list(names),
        sender_phones=[None] * len(names),
        attachments={},
        name=raw.source.path.rsplit("/", 1)[-1].rsplit(".", 1)[0],
        platform=Platform.IOS if ios else Platform.ANDROID,
        languages=(),
        date_order=DateOrder(order=order, decided_by="values", proof=()),
        shapes=(Shape(pattern="scaffold", count=n, first_line=rows[0][4], first_offset=rows[0][6]),),
        unparsed=(),
    )


_ = Span
