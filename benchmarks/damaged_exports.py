"""Damage invented exports in known ways and measure which checks notice, and that untouched twins stay quiet.

    python benchmarks/damaged_exports.py [--rounds N] [--cost] [--write docs/integrity.md]

A damage counts as *noticed* when a check is worse than on the untouched twin or names a line that it did not
name there; as *inconsistent* when some check says that word. ``--write`` puts the tables between the marks
in the document.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from generate_exports import export as large_export
from invented_chats import NAMES, PHONES, Phone, Said, as_zip, conversation, entries, write_between

from wa_forensics.errors import ParseError
from wa_forensics.evidence import RawText, raw_text
from wa_forensics.evidence.inputs import texts_in
from wa_forensics.integrity import CHECKS, check
from wa_forensics.model import Check, Verdict
from wa_forensics.parsing import parse_text

MESSAGES = 400
FACTS = ("I16",)
BADNESS = {
    Verdict.NOT_TESTABLE: 0,
    Verdict.CONSISTENT: 0,
    Verdict.NO_CONCLUSION: 1,
    Verdict.INCONSISTENT: 2,
}


@dataclass(frozen=True, kw_only=True)
class Export:
    """One untouched export: the conversation, its entries (the notice first), the files, and the phone."""

    said: Sequence[Said]
    entries: tuple[str, ...]
    files: dict[str, bytes]
    phone: Phone

    def text(self) -> bytes:
        return "".join(self.entries).encode()

    def with_entries(self, written: Sequence[str]) -> Export:
        return replace(self, entries=tuple(written))


@dataclass(frozen=True, kw_only=True)
class Damage:
    """One way to damage: ``breaks`` names the invariant that it breaks on a platform, "" where it breaks none."""

    name: str
    android: str
    ios: str
    apply: Callable[[Export, random.Random], RawText]

    def breaks(self, phone: Phone) -> str:
        return self.ios if phone.is_ios else self.android


def untouched(phone: Phone, seed: int, *, with_files: bool = True) -> Export:
    """An export as the phone writes it, with the oddities that genuine exports have.

    A few messages delivered late, an older message pasted into a new one, a silence.
    """
    chance = random.Random(seed)  # noqa: S311
    said = conversation(MESSAGES, seed, language=phone.language)
    for _ in range(seed % 3):
        place = chance.randrange(20, MESSAGES - 20)
        late = said.pop(place)
        said.insert(place + chance.randint(1, 3), late)
    if seed % 4 == 0:
        silent = chance.randrange(50, 300)
        said = said[:silent] + [replace(m, moment=m.moment + timedelta(days=20)) for m in said[silent:]]
    if seed % 5 == 0:
        place, old = chance.randrange(100, 300), chance.randrange(10, 90)
        quoted = f"{phone.header(said[old].moment)}{NAMES[said[old].who]}: {said[old].text}"
        said[place] = replace(said[place], text=f"look what you wrote\n{quoted}", kind="text")
    written, files = entries(said, phone, with_files=with_files)
    return Export(said=said, entries=tuple(written), files=files, phone=phone)


def packed(export: Export, text: bytes | None = None) -> RawText:
    """The export in the zip that the phone makes, the day after its last message."""
    data = export.text() if text is None else text
    day = max(message.moment for message in export.said) + timedelta(days=1)
    return next(texts_in(Path("export.zip"), as_zip(data, export.files, export.phone, day)))


def checks(raw: RawText) -> tuple[Check, ...]:
    """All checks on one text."""
    return check(parse_text(raw, allow_undecided=True), raw)


def noticed(before: Sequence[Check], after: Sequence[Check]) -> tuple[bool, bool, tuple[str, ...]]:
    """Whether the damage was noticed, whether a check said inconsistent, and which checks noticed."""
    ids = []
    for old, new in zip(before, after, strict=True):
        worse = BADNESS[new.verdict] > BADNESS[old.verdict]
        # Lines move when lines are put in or taken out; what counts is that more of them are named.
        more = BADNESS[new.verdict] > 0 and len(new.lines) > len(old.lines)
        if new.id not in FACTS and (worse or more):
            ids.append(new.id)
    return bool(ids), any(item.verdict == Verdict.INCONSISTENT for item in after), tuple(ids)


def outcome_of(
    damage: Damage, export: Export, before: Sequence[Check], seed: str
) -> tuple[bool, bool, tuple[str, ...]]:
    """What the checks make of one damage; a text that is refused as no export is noticed too."""
    raw = damage.apply(export, random.Random(seed))  # noqa: S311
    try:
        return noticed(before, checks(raw))
    except ParseError:
        return True, False, ("refused",)


# Damages: each takes the untouched export and returns what an examiner would be given.


def _place(export: Export, chance: random.Random) -> int:
    return chance.randrange(60, len(export.entries) - 40)


def _new_entry(export: Export, place: int, chance: random.Random, hours: float = 0.0) -> str:
    """A message for this place: by default dated like the one before it."""
    before = export.said[place - 2]
    moment = before.moment + timedelta(hours=hours)
    text = " ".join(chance.choices([*before.text.split(), "pay", "now", "please"], k=6))
    return f"{export.phone.header(moment)}{NAMES[chance.randrange(3)]}: {text}{export.phone.end}"


def _insert(export: Export, place: int, entry: str) -> Export:
    return export.with_entries([*export.entries[:place], entry, *export.entries[place:]])


def insert_in_order(export: Export, chance: random.Random) -> RawText:
    place = _place(export, chance)
    return packed(_insert(export, place, _new_entry(export, place, chance)))


def insert_out_of_order(export: Export, chance: random.Random) -> RawText:
    place = _place(export, chance)
    hours = chance.choice((-1, 1)) * chance.uniform(30, 90)
    return packed(_insert(export, place, _new_entry(export, place, chance, hours)))


def insert_other_shape(export: Export, chance: random.Random) -> RawText:
    place = _place(export, chance)
    other = chance.choice([p for p in PHONES if p.is_ios == export.phone.is_ios and p.stamp != export.phone.stamp])
    return packed(_insert(export, place, _new_entry(replace(export, phone=other), place, chance)))


def insert_other_line_end(export: Export, chance: random.Random) -> RawText:
    place = _place(export, chance)
    entry = _new_entry(export, place, chance).rstrip("\r\n") + ("\n" if export.phone.is_ios else "\r\n")
    return packed(_insert(export, place, entry))


def insert_other_name(export: Export, chance: random.Random) -> RawText:
    place = _place(export, chance)
    entry = _new_entry(export, place, chance)
    for name in NAMES:
        # The same name with a no-break space, or with a Cyrillic letter.
        entry = entry.replace(name, chance.choice((name.replace(" ", "\u00a0"), name.replace("a", "\u0430"))))
    return packed(_insert(export, place, entry))


def alter_text(export: Export, chance: random.Random) -> RawText:
    written = list(export.entries)
    place = next(p for p in range(_place(export, chance), len(written)) if export.said[p - 1].kind == "text")
    written[place] = written[place].rstrip("\r\n") + " 1,450" + export.phone.end
    return packed(export.with_entries(written))


def alter_time(export: Export, chance: random.Random) -> RawText:
    return packed(_with_time(export, _place(export, chance), chance))


def alter_time_of_file(export: Export, chance: random.Random) -> RawText:
    photos = [p for p in range(60, len(export.entries) - 40) if export.said[p - 1].kind == "photo"]
    return packed(_with_time(export, chance.choice(photos), chance))


def alter_padding(export: Export, chance: random.Random) -> RawText:
    """One header written anew by hand in another habit: a seconds-free, differently padded time."""
    written = list(export.entries)
    place = _place(export, chance)
    header = export.phone.header(export.said[place - 1].moment)
    other = header.replace(", ", " ", 1) if ", " in header else header.replace(" ", ", ", 1)
    written[place] = written[place].replace(header, other, 1)
    return packed(export.with_entries(written))


def _with_time(export: Export, place: int, chance: random.Random) -> Export:
    written = list(export.entries)
    moment = export.said[place - 1].moment
    moved = moment + timedelta(hours=chance.choice((-1, 1)) * chance.uniform(30, 90))
    written[place] = written[place].replace(export.phone.header(moment), export.phone.header(moved), 1)
    return export.with_entries(written)


def delete_lines(export: Export, chance: random.Random) -> RawText:
    place = _place(export, chance)
    return packed(export.with_entries([*export.entries[:place], *export.entries[place + 3 :]]))


def delete_month(export: Export, chance: random.Random) -> RawText:
    begin = export.said[chance.randrange(60, 200)].moment
    kept = [
        entry
        for entry, message in zip(export.entries[1:], export.said, strict=True)
        if not begin <= message.moment <= begin + timedelta(days=5)
    ]
    return packed(export.with_entries([export.entries[0], *kept]))


def reorder(export: Export, chance: random.Random) -> RawText:
    written = list(export.entries)
    place = _place(export, chance)
    other = next(
        p for p in range(place + 5, len(written)) if export.said[p - 1].moment - export.said[place - 1].moment > HOUR
    )
    written[place], written[other] = written[other], written[place]
    return packed(export.with_entries(written))


def forged_header(export: Export, chance: random.Random) -> RawText:
    """A message typed under another one with a bare line break, dated as if it came next."""
    written = list(export.entries)
    place = next(p for p in range(_place(export, chance), len(written)) if export.said[p - 1].kind == "text")
    forged = _new_entry(export, place + 1, chance).rstrip("\r\n")
    written[place] = written[place].rstrip("\r\n") + "\n" + forged + export.phone.end
    return packed(export.with_entries(written))


def merged_overlap(export: Export, chance: random.Random) -> RawText:
    half = len(export.entries) // 2
    return packed(export.with_entries([*export.entries[: half + 60], export.entries[0], *export.entries[half:]]))


def merged_languages(export: Export, chance: random.Random) -> RawText:
    other = chance.choice([p for p in PHONES if p.is_ios == export.phone.is_ios and p.stamp != export.phone.stamp])
    rest, _ = entries(export.said[200:], other)
    return packed(export.with_entries([*export.entries[:200], *rest]))


def cut_head(export: Export, chance: random.Random) -> RawText:
    return packed(export.with_entries(export.entries[chance.randrange(60, 200) :]))


def zipped_again(export: Export, chance: random.Random) -> RawText:
    import io
    import zipfile

    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {"_chat.txt": export.text(), **export.files}.items():
            archive.writestr(name, content)
        archive.writestr("__MACOSX/._chat.txt", b"\0\5\26\7")
    return next(texts_in(Path("export.zip"), target.getvalue()))


def saved_with_crlf(export: Export, chance: random.Random) -> RawText:
    text = export.text().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return packed(export, text)


def saved_with_lf_and_mark(export: Export, chance: random.Random) -> RawText:
    return packed(export, b"\xef\xbb\xbf" + export.text().replace(b"\r\n", b"\n"))


def saved_as_utf16(export: Export, chance: random.Random) -> RawText:
    return packed(export, b"\xff\xfe" + export.text().decode().encode("utf-16-le"))


def saved_as_latin(export: Export, chance: random.Random) -> RawText:
    return packed(export, export.text().decode().encode("cp1252", "replace"))


def encoded_twice(export: Export, chance: random.Random) -> RawText:
    return packed(export, export.text().decode("latin-1").encode())


def padded_hour(export: Export, chance: random.Random) -> RawText:
    """Hours or days below ten written once without, or once with, the leading zero."""
    written = list(export.entries)
    for place in range(_place(export, chance), len(written)):
        header = export.phone.header(export.said[place - 1].moment)
        other = _other_padding(header)
        if other:
            written[place] = written[place].replace(header, other, 1)
            break
    return packed(export.with_entries(written))


def _other_padding(header: str) -> str:
    import re

    numbers = list(re.finditer(r"\d+", header))
    hour = numbers[3]
    if hour[0].startswith("0") and len(hour[0]) == 2:
        return header[: hour.start()] + hour[0][1] + header[hour.end() :]
    if len(hour[0]) == 1:
        return header[: hour.start()] + "0" + header[hour.start() :]
    return ""


HOUR = timedelta(hours=1)
DAMAGES: tuple[Damage, ...] = (
    Damage(name="insert: everything in order", android="", ios="ordinal", apply=insert_in_order),
    Damage(name="insert: out of the order of time", android="order", ios="order", apply=insert_out_of_order),
    Damage(name="insert: another date format", android="shape", ios="shape", apply=insert_other_shape),
    Damage(name="insert: another line end", android="newline", ios="newline", apply=insert_other_line_end),
    Damage(name="insert: a name that looks the same", android="", ios="ordinal", apply=insert_other_name),
    Damage(name="insert: typed under a message", android="", ios="newline", apply=forged_header),
    Damage(name="alter: the text", android="", ios="", apply=alter_text),
    Damage(name="alter: the time", android="order", ios="order", apply=alter_time),
    Damage(name="alter: the time of an attachment", android="order", ios="order", apply=alter_time_of_file),
    Damage(name="alter: punctuation of the header", android="shape", ios="shape", apply=alter_padding),
    Damage(name="alter: a leading zero", android="shape", ios="shape", apply=padded_hour),
    Damage(name="delete: three messages", android="", ios="ordinal", apply=delete_lines),
    Damage(name="delete: five days", android="", ios="ordinal", apply=delete_month),
    Damage(name="reorder: two messages exchanged", android="order", ios="order", apply=reorder),
    Damage(name="merge: overlapping exports", android="order", ios="order", apply=merged_overlap),
    Damage(name="merge: two languages", android="shape", ios="shape", apply=merged_languages),
    Damage(name="cut: the beginning", android="", ios="ordinal", apply=cut_head),
    Damage(name="zipped again on a computer", android="zip", ios="zip", apply=zipped_again),
    Damage(name="saved in an editor: CR LF", android="newline", ios="newline", apply=saved_with_crlf),
    Damage(name="saved in an editor: LF and mark", android="encoding", ios="newline", apply=saved_with_lf_and_mark),
    Damage(name="encoded again: UTF-16", android="encoding", ios="encoding", apply=saved_as_utf16),
    Damage(name="encoded again: Windows-1252", android="encoding", ios="encoding", apply=saved_as_latin),
    Damage(name="encoded twice", android="encoding", ios="encoding", apply=encoded_twice),
)


def measure(rounds: int) -> tuple[list[str], list[str], tuple[int, int]]:
    """The tables (damages, false alarms) as lines, and noticed of all insertions and alterations that break."""
    rows: dict[str, dict[bool, list[tuple[bool, bool, tuple[str, ...]]]]] = {}
    alarms: dict[str, list[Verdict]] = {about.id: [] for about, _ in CHECKS}
    hits = total = 0
    for phone in PHONES:
        for seed in range(rounds):
            export = untouched(phone, seed)
            before = checks(packed(export))
            for item in before:
                alarms[item.id].append(item.verdict)
            for damage in DAMAGES:
                outcome = outcome_of(damage, export, before, f"{damage.name} {phone.name} {seed}")
                rows.setdefault(damage.name, {}).setdefault(phone.is_ios, []).append(outcome)
                if damage.breaks(phone) and damage.name.startswith(("insert", "alter")):
                    hits, total = hits + outcome[0], total + 1
    table = ["| damage | Android breaks | noticed | inconsistent | iOS breaks | noticed | inconsistent | by |"]
    table.append("|---|---|---|---|---|---|---|---|")
    for damage in DAMAGES:
        cells = []
        for is_ios in (False, True):
            found = rows[damage.name][is_ios]
            breaks = (damage.ios if is_ios else damage.android) or "nothing"
            cells += [breaks, _share(f[0] for f in found), _share(f[1] for f in found)]
        everything = [f for platform in rows[damage.name].values() for f in platform]
        counts: dict[str, int] = {}
        for _, _, ids in everything:
            for check_id in ids:
                counts[check_id] = counts.get(check_id, 0) + 1
        by = ", ".join(i for i, n in sorted(counts.items()) if n * 10 >= len(everything))
        table.append(f"| {damage.name} | {' | '.join(cells)} | {by} |")
    quiet = [
        "| check | untouched | consistent | no conclusion | not testable | inconsistent |",
        "|---|---|---|---|---|---|",
    ]
    for about, _ in CHECKS:
        found_verdicts = alarms[about.id]
        order = (Verdict.CONSISTENT, Verdict.NO_CONCLUSION, Verdict.NOT_TESTABLE, Verdict.INCONSISTENT)
        numbers = " | ".join(str(sum(v == verdict for v in found_verdicts)) for verdict in order)
        quiet.append(f"| {about.id} {about.title} | {len(found_verdicts)} | {numbers} |")
    return table, quiet, (hits, total)


def cost(messages: int) -> str:
    """What all checks together cost on one large export."""
    raw = raw_text(Path("large.txt"), "".join(large_export("ios12", messages)).encode())
    chat = parse_text(raw, allow_undecided=True)
    start = time.process_time()
    check(chat, raw)
    return f"All checks on one iPhone export of {messages:,} messages: {time.process_time() - start:.1f} CPU seconds."


def checks_table() -> list[str]:
    """What each check looks at, its innocent causes and its basis, from the program itself."""
    rows = ["| id | check | looks at | innocent causes | basis |", "|---|---|---|---|---|"]
    for about, _ in CHECKS:
        causes = "; ".join(about.innocent_causes) or "none"
        rows.append(f"| {about.id} | {about.title} | {about.looks_at} | {causes} | {about.basis} |")
    return rows


def _share(values: object) -> str:
    numbers = list(values)  # type: ignore[call-overload]
    return f"{sum(numbers) / len(numbers):.2f}"


def main(arguments: list[str]) -> None:
    """Print the tables, and write them into the document if asked."""
    rounds = int(arguments[arguments.index("--rounds") + 1]) if "--rounds" in arguments else 12
    table, quiet, (hits, total) = measure(rounds)
    words = [
        f"{len(PHONES)} phones, {rounds} conversations of {MESSAGES} messages each, {len(DAMAGES)} damages; "
        f"made by `python benchmarks/damaged_exports.py --rounds {rounds} --cost --write docs/integrity.md`.",
        "",
        f"Insertions and alterations that break an order, shape, ordinal or newline invariant: {total}; "
        f"noticed: {hits} ({hits / total:.3f}).",
        "",
        *table,
        "",
        "Untouched twins:",
        "",
        *quiet,
    ]
    if "--cost" in arguments:
        words += ["", cost(1_000_000)]
    print("\n".join(words))
    if "--write" in arguments:
        document = Path(arguments[arguments.index("--write") + 1])
        write_between(document, "checks", checks_table())
        write_between(document, "measured", words)


if __name__ == "__main__":
    main(sys.argv[1:])
