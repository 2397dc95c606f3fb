"""Checks of the export itself: is it what it claims to be? Four words, never a verdict of guilt."""

from __future__ import annotations

from collections.abc import Callable

from wa_forensics.chat import Chat
from wa_forensics.evidence import RawText
from wa_forensics.integrity import (
    completeness,
    container,
    headers,
    identities,
    media,
    octets,
    order,
    repeats,
)
from wa_forensics.integrity.export import About, Export
from wa_forensics.model import Check

__all__ = ["CHECKS", "About", "check"]

CHECKS: tuple[tuple[About, Callable[[Export], Check]], ...] = (
    (container.HASHES, container.hashes),
    (container.FINGERPRINT, container.fingerprint),
    (container.MOMENT, container.moment),
    (octets.HABITS, octets.habits),
    (headers.SHAPE, headers.shape),
    (media.ORDINALS, media.ordinals),
    (media.NAME_TIMES, media.name_times),
    (media.NAME_DATES, media.name_dates),
    (headers.INSIDE, headers.inside),
    (order.ORDER, order.order),
    (order.GAPS, order.gaps),
    (completeness.HEAD, completeness.head),
    (completeness.LIMIT, completeness.limit),
    (completeness.NOTICES, completeness.notices),
    (media.FILES, media.files),
    (completeness.DECLARED, completeness.declared),
    (repeats.REPEATS, repeats.repeats),
    (identities.IDENTITIES, identities.identities),
    (octets.DAMAGE, octets.damage),
)


def check(chat: Chat, raw: RawText, *, zone: str | None = None) -> tuple[Check, ...]:
    """Every check on one chat, in the order of their ids; ``zone`` is the phone's IANA zone if declared."""
    export = Export(chat=chat, raw=raw, zone=zone)
    return tuple(examine(export) for _, examine in CHECKS)
