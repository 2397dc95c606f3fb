"""Checks of the file as a container: hashes, the fingerprint of the zip, the moment of the export."""

from __future__ import annotations

import numpy as np

from wa_forensics.integrity.export import About, Export, result, several
from wa_forensics.model import Check, Verdict, ZipFacts, ZipMember

HASHES = About(
    id="I01",
    title="Hashes",
    looks_at="SHA-256 and size of the file and of the text inside; the CRC-32 that the zip itself keeps",
    innocent_causes=(),
    basis="SHA-256 (FIPS 180-4); the zip's own CRC-32 is checked when a member is read (APPNOTE 4.4.7)",
)
FINGERPRINT = About(
    id="I02",
    title="Zip fingerprint",
    looks_at=("who says it wrote the zip, flags, extra fields, attributes, and members that the app never adds"),
    innocent_causes=(
        "the zip was unpacked and packed again by a mail program, a cloud service or a file manager",
        "another build of the app writes other flags",
    ),
    basis="Android builds write one entry after another with a data descriptor, made-by FAT, no attributes",
)
MOMENT = About(
    id="I03",
    title="Export moment",
    looks_at="the time that the zip gives for the text, against the last message",
    innocent_causes=("the text was packed again later", "the clock or the zone of the phone was wrong"),
    basis=("the text is written after its last message; zip times are local times in steps of 2 s (APPNOTE 4.4.6)"),
)
# Local times of two zones differ by up to 26 hours.
ZONES_APART = 26 * 3600


def hashes(export: Export) -> Check:
    """I01: states the hashes; nothing in one file can say what happened before they were taken."""
    source = export.chat.source
    counts: dict[str, int | float | str] = {
        "sha256": source.sha256,
        "bytes": source.size,
        "text_sha256": source.text_sha256,
        "text_bytes": source.text_size,
    }
    if source.zip is None:
        statement = (
            f"The file has {source.size:,} bytes and the SHA-256 {source.sha256}. No earlier hash "
            f"was given to "
            "compare it with."
        )
        return result(export, HASHES, Verdict.NOT_TESTABLE, statement, counts=counts)
    damaged = sorted(item.name for item in source.attachments if item.detected == "damaged")
    if damaged:
        statement = f"{several(len(damaged), 'member')} of the zip cannot be unpacked, the first is {damaged[0]!r}."
        return result(export, HASHES, Verdict.INCONSISTENT, statement, counts=counts | {"damaged": len(damaged)})
    statement = (
        f"SHA-256 of the zip: {source.sha256}; the check sums inside agree with its "
        f"{several(len(source.attachments) + 1, 'member')}. This fixes what was examined, not what happened before."
    )
    return result(export, HASHES, Verdict.CONSISTENT, statement, counts=counts)


def fingerprint(export: Export) -> Check:
    """I02: compares the zip with what the app writes; the iOS form is not known well enough for a verdict."""
    facts = export.chat.source.zip
    if facts is None:
        return result(export, FINGERPRINT, Verdict.NOT_TESTABLE, "The text did not come in a zip.")
    foreign = _foreign(facts)
    signs = _not_android(facts) if export.is_android else []
    counts: dict[str, int | float | str] = {
        "members": len(facts.members),
        "made_by": ",".join(sorted({str(member.create_system) for member in facts.members})),
        "foreign_signs": len(foreign),
        "other_signs": len(signs),
    }
    found = foreign + signs
    if foreign or len(signs) >= 2:
        statement = f"The zip was not left as the app writes it: {'; '.join(found)}."
        return result(export, FINGERPRINT, Verdict.INCONSISTENT, statement, counts=counts)
    if signs:
        statement = f"One property of the zip differs from what the app writes: {signs[0]}."
        return result(export, FINGERPRINT, Verdict.NO_CONCLUSION, statement, counts=counts)
    if not export.is_android:
        statement = (
            f"The zip has {several(len(facts.members), 'member')} and nothing that another program is known to add; "
            "how an iPhone packs is not known well enough to say more."
        )
        return result(export, FINGERPRINT, Verdict.NOT_TESTABLE, statement, counts=counts)
    statement = f"The zip has {several(len(facts.members), 'member')}, packed as an Android phone packs."
    return result(export, FINGERPRINT, Verdict.CONSISTENT, statement, counts=counts)


def moment(export: Export) -> Check:
    """I03: a text packed before its own last message was packed with another clock, or changed."""
    packed = export.chat.source.modified
    if packed is None or packed.startswith("1980-"):
        return result(export, MOMENT, Verdict.NOT_TESTABLE, "The file gives no time at which it was written.")
    if export.chat.date_order.decided_by == "undecided" or not len(export.chat):
        return result(export, MOMENT, Verdict.NOT_TESTABLE, "The dates of the messages are not decided.")
    try:
        written = int(np.datetime64(packed, "s").astype(np.int64))
    except ValueError:
        statement = f"The zip gives {packed}, which is no valid time."
        return result(export, MOMENT, Verdict.NO_CONCLUSION, statement)
    last = int(export.times.max())
    after = np.flatnonzero(export.times > written + 60)
    counts: dict[str, int | float | str] = {"packed": packed, "last_message": str(export.chat.facts.last)}
    if not len(after):
        days = (written - last) // 86_400
        statement = f"The text was packed {several(days, 'day')} after the last message ({packed})."
        return result(export, MOMENT, Verdict.CONSISTENT, statement, counts=counts | {"days_after": days})
    verdict = Verdict.INCONSISTENT if last - written > ZONES_APART else Verdict.NO_CONCLUSION
    statement = (
        f"{several(len(after), 'message', 'bears|bear')} a time after the moment at which the zip says the text was "
        f"packed ({packed}); the last one is of {export.chat.facts.last}."
    )
    return result(export, MOMENT, verdict, statement, counts=counts, lines=export.lines_of(after[:200].tolist()))


def _foreign(facts: ZipFacts) -> list[str]:
    signs = []
    mac = [member.name for member in facts.members if "__MACOSX" in member.name or "/._" in f"/{member.name}"]
    if mac:
        signs.append(f"macOS added {several(len(mac), 'member')} of its own")
    if facts.prepended_bytes:
        signs.append(f"{several(facts.prepended_bytes, 'byte', 'stands|stand')} before the zip")
    if facts.comment:
        signs.append("it carries a comment")
    return signs


def _not_android(facts: ZipFacts) -> list[str]:
    tests: tuple[tuple[str, list[ZipMember]], ...] = (
        ("made by another system than the app names", [m for m in facts.members if m.create_system != 0]),
        (
            "without the data descriptor",
            [m for m in facts.members if m.compression and not m.flag_bits & 0x8],
        ),
        ("with extra fields", [m for m in facts.members if m.extra_length]),
        ("with file attributes", [m for m in facts.members if m.external_attr]),
        ("that are folders", [m for m in facts.members if m.name.endswith("/")]),
    )
    return [f"{several(len(members), 'member')} {words}" for words, members in tests if members]
