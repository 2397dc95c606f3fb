"""Checks of the file as a container: hashes, the fingerprint of the zip, the moment of the export."""

from __future__ import annotations

import numpy as np

from wa_forensics.integrity.export import About, Export, members, result
from wa_forensics.model import Check, Said, Verdict, ZipFacts, ZipMember, counted, joined, phrase, say

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
        statement = counted(
            "The file has %(num)s byte and the SHA-256 %(sha256)s. No earlier hash was given to compare it with.",
            "The file has %(num)s bytes and the SHA-256 %(sha256)s. No earlier hash was given to compare it with.",
            source.size,
            sha256=source.sha256,
        )
        return result(export, HASHES, Verdict.NOT_TESTABLE, statement, counts=counts)
    damaged = sorted(item.name for item in source.attachments if item.detected == "damaged")
    if damaged:
        statement = counted(
            "%(num)s member of the zip cannot be unpacked, the first is %(name)s.",
            "%(num)s members of the zip cannot be unpacked, the first is %(name)s.",
            len(damaged),
            name=repr(damaged[0]),
        )
        return result(export, HASHES, Verdict.INCONSISTENT, statement, counts=counts | {"damaged": len(damaged)})
    statement = say(
        "SHA-256 of the zip: %(sha256)s; the check sums inside agree with its %(members)s. This fixes what was "
        "examined, not what happened before.",
        sha256=source.sha256,
        members=members(len(source.attachments) + 1),
    )
    return result(export, HASHES, Verdict.CONSISTENT, statement, counts=counts)


def fingerprint(export: Export) -> Check:
    """I02: compares the zip with what the app writes; the iOS form is not known well enough for a verdict."""
    facts = export.chat.source.zip
    if facts is None:
        return result(export, FINGERPRINT, Verdict.NOT_TESTABLE, say("The text did not come in a zip."))
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
        statement = say("The zip was not left as the app writes it: %(signs)s.", signs=joined(found, "; "))
        return result(export, FINGERPRINT, Verdict.INCONSISTENT, statement, counts=counts)
    if signs:
        statement = say("One property of the zip differs from what the app writes: %(sign)s.", sign=signs[0])
        return result(export, FINGERPRINT, Verdict.NO_CONCLUSION, statement, counts=counts)
    if not export.is_android:
        statement = say(
            "The zip has %(members)s and nothing that another program is known to add; how an iPhone packs is not "
            "known well enough to say more.",
            members=members(len(facts.members)),
        )
        return result(export, FINGERPRINT, Verdict.NOT_TESTABLE, statement, counts=counts)
    statement = say("The zip has %(members)s, packed as an Android phone packs.", members=members(len(facts.members)))
    return result(export, FINGERPRINT, Verdict.CONSISTENT, statement, counts=counts)


def moment(export: Export) -> Check:
    """I03: a text packed before its own last message was packed with another clock, or changed."""
    packed = export.chat.source.modified
    if packed is None or packed.startswith("1980-"):
        return result(export, MOMENT, Verdict.NOT_TESTABLE, say("The file gives no time at which it was written."))
    if export.chat.date_order.decided_by == "undecided" or not len(export.chat):
        return result(export, MOMENT, Verdict.NOT_TESTABLE, say("The dates of the messages are not decided."))
    try:
        written = int(np.datetime64(packed, "s").astype(np.int64))
    except ValueError:
        statement = say("The zip gives %(time)s, which is no valid time.", time=packed)
        return result(export, MOMENT, Verdict.NO_CONCLUSION, statement)
    last = int(export.times.max())
    after = np.flatnonzero(export.times > written + 60)
    counts: dict[str, int | float | str] = {"packed": packed, "last_message": str(export.chat.facts.last)}
    if not len(after):
        days = (written - last) // 86_400
        statement = counted(
            "The text was packed %(num)s day after the last message (%(time)s).",
            "The text was packed %(num)s days after the last message (%(time)s).",
            days,
            time=packed,
        )
        return result(export, MOMENT, Verdict.CONSISTENT, statement, counts=counts | {"days_after": days})
    verdict = Verdict.INCONSISTENT if last - written > ZONES_APART else Verdict.NO_CONCLUSION
    statement = counted(
        "%(num)s message bears a time after the moment at which the zip says the text was packed (%(packed)s); it is "
        "of %(last)s.",
        "%(num)s messages bear a time after the moment at which the zip says the text was packed (%(packed)s); the "
        "last one is of %(last)s.",
        len(after),
        packed=packed,
        last=str(export.chat.facts.last),
    )
    return result(export, MOMENT, verdict, statement, counts=counts, lines=export.lines_of(after[:200].tolist()))


def _foreign(facts: ZipFacts) -> list[Said]:
    signs = []
    mac = [member.name for member in facts.members if "__MACOSX" in member.name or "/._" in f"/{member.name}"]
    if mac:
        signs.append(say("macOS added %(members)s of its own", members=members(len(mac))))
    if facts.prepended_bytes:
        signs.append(
            counted("%(num)s byte stands before the zip", "%(num)s bytes stand before the zip", facts.prepended_bytes)
        )
    if facts.comment:
        signs.append(say("it carries a comment"))
    return signs


def _not_android(facts: ZipFacts) -> list[Said]:
    tests: tuple[tuple[str, list[ZipMember]], ...] = (
        (
            phrase("%(members)s made by another system than the app names"),
            [m for m in facts.members if m.create_system != 0],
        ),
        (
            phrase("%(members)s without the data descriptor"),
            [m for m in facts.members if m.compression and not m.flag_bits & 0x8],
        ),
        (phrase("%(members)s with extra fields"), [m for m in facts.members if m.extra_length]),
        (phrase("%(members)s with file attributes"), [m for m in facts.members if m.external_attr]),
        (phrase("%(members)s that are folders"), [m for m in facts.members if m.name.endswith("/")]),
    )
    return [say(template, members=members(len(found))) for template, found in tests if found]
