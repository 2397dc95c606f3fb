"""One parsed chat: the messages as columns, the one search door, and cached tables of what they contain."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from functools import cached_property, wraps
from typing import TYPE_CHECKING, Any, TypeVar, TypeVarTuple

import numpy as np

from wa_forensics.entities import AccountNames, Texts, tells_apart
from wa_forensics.frame import EVENTS, KINDS, Columns, arrow_table, pandas_frame
from wa_forensics.model import (
    Amount,
    ChatFacts,
    Code,
    DateOrder,
    Evidence,
    Kind,
    Link,
    Payee,
    PhoneNumber,
    Platform,
    Shape,
    Source,
    Span,
)
from wa_forensics.search import (
    Hits,
    Lexicon,
    Tongues,
    compile_phrase,
    known_words,
    lexicon,
    phrases_of,
    scan_messages,
    tongues_of,
    words_of_languages,
)
from wa_forensics.vocabulary import Concept, Event

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

T = TypeVar("T")
More = TypeVarTuple("More")

# So much of a message is searched. The app sends nothing near as long; what is longer is a text whose headers were not
# recognised, or was made to tie up whoever reads it.
SEARCHED_BYTES = 1 << 20

KIND_CODE: Mapping[Kind, int] = {kind: code for code, kind in enumerate(KINDS)}
EVENT_CODE: Mapping[Event, int] = {event: code for code, event in enumerate(EVENTS)}


# Up to so many messages phrases of a language are looked for only where it could be.
READ_BY_LANGUAGE = 50_000


class Chat:
    """A parsed export, read-only.

    ``buffer`` is the text as UTF-8 bytes (the member itself unless it was UTF-16); ``senders`` are the names
    exactly as written, ``sender_phones`` their E.164 numbers or None; ``attachments`` maps message id to file
    name; ``possible_forgeries`` lists (line, reason) of header-shaped lines that were taken as text.
    """

    def __init__(
        self,
        *,
        source: Source,
        buffer: bytes,
        columns: Columns,
        senders: Sequence[str],
        sender_phones: Sequence[str | None],
        attachments: Mapping[int, str],
        name: str,
        platform: Platform,
        languages: tuple[str, ...],
        date_order: DateOrder,
        shapes: tuple[Shape, ...],
        unparsed: tuple[Span, ...],
        notes: tuple[str, ...] = (),
        possible_forgeries: tuple[tuple[int, str], ...] = (),
    ) -> None:
        self.source = source
        self.buffer = buffer
        self.columns = columns
        self.senders = tuple(senders)
        self.sender_phones = tuple(sender_phones)
        self.attachments = dict(attachments)
        self.name = name
        self.platform = platform
        self.languages = languages
        self.date_order = date_order
        self.shapes = shapes
        self.unparsed = unparsed
        self.notes = notes
        self.possible_forgeries = possible_forgeries
        self._made: dict[tuple[Hashable, ...], Any] = {}

    def __len__(self) -> int:
        return len(self.columns.line)

    def __repr__(self) -> str:
        return f"Chat({self.source.name!r}, {len(self)} messages, {len(self.senders)} senders)"

    # one message

    def text(self, message: int) -> str:
        """The text of one message, byte-faithful; bytes that are no UTF-8 become U+FFFD."""
        start, end = self.columns.text_start[message], self.columns.text_end[message]
        return self.buffer[start:end].decode("utf-8", "replace")

    def raw_texts(self, messages: NDArray[np.int64]) -> list[bytes]:
        """The bytes of the texts of many messages, as far as they are searched."""
        buffer = self.buffer
        starts, ends = self.columns.text_start[messages].tolist(), self.searched_end[messages].tolist()
        return [buffer[start:end] for start, end in zip(starts, ends, strict=True)]

    def sender(self, message: int) -> str | None:
        """The sender's name exactly as written, None for a line of the app."""
        code = self.columns.sender[message]
        return self.senders[code] if code >= 0 else None

    def kind(self, message: int) -> Kind:
        return KINDS[int(self.columns.kind[message])]

    def event(self, message: int) -> Event | None:
        code = self.columns.event[message]
        return EVENTS[code] if code >= 0 else None

    def time(self, message: int) -> str:
        """Local wall time as ISO 8601 without a zone, seconds included."""
        return str(self.columns.timestamp[message])

    def accounts_in(self, message: int, *, given: bool = False) -> Mapping[int, int]:
        """The senders, by position in ``senders``, whose whole name stands in a message, with the first place of each.

        In what people wrote, names that are mostly words (up to two letters) and the writer's own are left out. With
        ``given`` the first word of a name is enough where it is nobody else's: so people address each other.
        """
        key = ("accounts in", message, given)
        if key not in self._made:
            found = (self._given_names if given else self._account_names).found(self.searched_text(message))
            if self.written[message]:
                own = int(self.columns.sender[message])
                found = {code: at for code, at in found.items() if code != own and tells_apart(self.senders[code])}
            self._made[key] = found
        named: Mapping[int, int] = self._made[key]
        return named

    @cached_property
    def _account_names(self) -> AccountNames:
        return AccountNames(self.senders)

    @cached_property
    def _given_names(self) -> AccountNames:
        return AccountNames(self.senders, given=True)

    # sets of messages

    def messages_with(
        self, *, kind: Kind | None = None, events: Iterable[Event] = (), sender: str | None = None
    ) -> NDArray[np.int64]:
        """Ids of the messages that meet every given condition, ascending."""
        mask = np.ones(len(self), dtype=bool)
        if kind is not None:
            mask &= self.columns.kind == KIND_CODE[kind]
        wanted = [EVENT_CODE[event] for event in events]
        if wanted:
            mask &= np.isin(self.columns.event, wanted)
        if sender is not None:
            mask &= self.columns.sender == self.sender_code(sender)
        return np.flatnonzero(mask)

    def sender_code(self, name: str) -> int:
        """Position of a sender in ``senders``; -2 (matches nothing) for a name that does not occur."""
        return self._sender_codes.get(name, -2)

    @cached_property
    def _sender_codes(self) -> dict[str, int]:
        return {name: code for code, name in enumerate(self.senders)}

    def evidence(self, messages: Iterable[int], quote_limit: int = 400) -> tuple[Evidence, ...]:
        """The addresses of messages, ascending and without repeats; a quote longer than the limit ends in ``…``."""
        c = self.columns
        found = []
        for message in sorted({int(m) for m in messages}):
            text = self.text(message)
            found.append(
                Evidence(
                    message=message,
                    source=self.source.name,
                    line=int(c.line[message]),
                    line_end=int(c.line_end[message]),
                    byte_offset=int(c.byte_offset[message]),
                    byte_length=int(c.byte_length[message]),
                    quote=text if len(text) <= quote_limit else text[: quote_limit - 1] + "…",
                )
            )
        return tuple(found)

    # search: the one door

    @cached_property
    def searched_end(self) -> NDArray[np.int64]:
        """Where each text ends for whoever searches it: behind ``SEARCHED_BYTES`` at the latest, between characters."""
        c = self.columns
        long = np.flatnonzero(c.text_end - c.text_start > SEARCHED_BYTES)
        if not len(long):
            return c.text_end
        ends = c.text_end.copy()
        for row in long.tolist():
            ends[row] = c.text_start[row] + SEARCHED_BYTES
            while self.buffer[ends[row]] & 0xC0 == 0x80:
                ends[row] -= 1
        return ends

    def searched_text(self, message: int) -> str:
        """The text of one message as far as it is searched, the one bound of all rules."""
        return self.buffer[self.columns.text_start[message] : self.searched_end[message]].decode("utf-8", "replace")

    @cached_property
    def written(self) -> NDArray[np.bool_]:
        """Which messages hold something a person wrote: no lines of the app, deletion marks or calls."""
        silent = [KIND_CODE[Kind.SYSTEM], KIND_CODE[Kind.DELETED], KIND_CODE[Kind.CALL]]
        return (self.columns.sender >= 0) & ~np.isin(self.columns.kind, silent)

    @cached_property
    def spoken(self) -> Hits:
        """Every phrase of every concept in the languages that are written here, found in one scan."""
        known, written = lexicon(), np.flatnonzero(self.written)
        tongues = tongues_of(known, words_of_languages(), self.raw_texts, written)
        # To read the language of each message pays where many words are written in few messages; all else is the same.
        found = self._scan(known, tongues if len(written) <= READ_BY_LANGUAGE else None)
        return found if tongues is None else tongues.kept(found, known, self.raw_texts)

    def said(self, *concepts: Concept) -> Hits:
        """The messages that express one of the concepts, ascending, each once with its strongest phrase."""
        hits = self.spoken
        wanted = np.isin(hits.phrases, np.concatenate([phrases_of(concept) for concept in concepts]))
        messages, phrases, weights = hits.messages[wanted], hits.phrases[wanted], hits.weights[wanted]
        order = np.lexsort((phrases, -weights, messages))
        first = np.unique(messages[order], return_index=True)[1]
        chosen = order[first]
        return Hits(messages=messages[chosen], phrases=phrases[chosen], weights=weights[chosen])

    def search(self, phrase: str) -> NDArray[np.int64]:
        """Ids of the messages that hold a phrase, written in the grammar of the locale files."""
        return np.unique(self._scan(Lexicon([compile_phrase(phrase)])).messages)

    def hits(self, phrases: Lexicon) -> Hits:
        """Every hit of own phrases in what people wrote, whatever language they are in."""
        return self._scan(phrases)

    def _scan(self, phrases: Lexicon, tongues: Tongues | None = None) -> Hits:
        """The hits in what people wrote; lines of the app and deletion marks are left out."""
        c = self.columns
        written = np.flatnonzero(self.written)
        return scan_messages(self.buffer, c.text_start, self.searched_end, written, phrases, known_words, tongues)

    # tables

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """Every link, in order of messages."""
        return self._texts.links()

    @cached_property
    def payees(self) -> tuple[Payee, ...]:
        """Every account, card, handle or wallet that money could go to, in order of messages."""
        return self._texts.payees()

    @cached_property
    def phones(self) -> tuple[PhoneNumber, ...]:
        """Every phone number written in a text, in order of messages."""
        return self._texts.phones()

    @cached_property
    def amounts(self) -> tuple[Amount, ...]:
        """Every amount of money, in order of messages."""
        return self._texts.amounts()

    @cached_property
    def codes(self) -> tuple[Code, ...]:
        """Everything that could be a one-time code, in order of messages."""
        return self._texts.codes()

    @property
    def naming_apps(self) -> NDArray[np.int64]:
        """Messages that hold the letters ``apk``, the ending of Android apps."""
        return np.flatnonzero(self._texts.marks.apk & self.written)

    @cached_property
    def _texts(self) -> Texts:
        c = self.columns
        return Texts(buffer=self.buffer, start=c.text_start, end=self.searched_end, written=self.written)

    @cached_property
    def facts(self) -> ChatFacts:
        """The small facts that a case keeps."""
        counts = np.bincount(self.columns.sender[self.columns.sender >= 0], minlength=len(self.senders))
        stamps = self.columns.timestamp
        return ChatFacts(
            source=self.source,
            name=self.name,
            platform=self.platform,
            languages=self.languages,
            message_count=len(self),
            senders={name: int(count) for name, count in zip(self.senders, counts, strict=True)},
            first=str(stamps.min()) if len(self) else "",
            last=str(stamps.max()) if len(self) else "",
            date_order=self.date_order,
            shapes=self.shapes,
            unparsed=self.unparsed,
            notes=self.notes,
        )

    @cached_property
    def arrow(self) -> Any:
        """The messages as a pyarrow Table with the columns of ``messages`` (text cut by offsets, not copied twice)."""
        return self.arrow_rows(0, len(self))

    def arrow_rows(self, first: int, last: int) -> Any:
        """The messages ``first`` to ``last - 1`` in the same form."""
        return arrow_table(
            self.columns.rows(first, last),
            self.buffer,
            self.senders,
            self.sender_phones,
            {message - first: name for message, name in self.attachments.items() if first <= message < last},
            [shape.pattern for shape in self.shapes],
        )

    @cached_property
    def messages(self) -> pd.DataFrame:
        """The messages as a DataFrame, made on first use; columns as in the OUTPUT contract. Do not change it."""
        return pandas_frame(
            self.columns,
            self.buffer,
            self.senders,
            self.sender_phones,
            self.attachments,
            [shape.pattern for shape in self.shapes],
        )


def once(function: Callable[[Chat, *More], T]) -> Callable[[Chat, *More], T]:
    """Makes what a function says of a chat once for the same arguments; it is forgotten together with the chat.

    A cache of the function's own would keep hundreds of chats of a batch in memory.
    """

    @wraps(function)
    def made(chat: Chat, *more: *More) -> T:
        key = (function, *more)
        if key not in chat._made:
            chat._made[key] = function(chat, *more)
        found: T = chat._made[key]
        return found

    return made
