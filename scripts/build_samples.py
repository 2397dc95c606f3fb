"""Build sample_exports/: invented chats written the way Android and iOS write exports.

The routine weeks are drawn from small phrase lists with a fixed seed; the incidents are written out by hand in
scripts/samples/*.chat (one message a line: ``YYYY-MM-DD HH:MM[:SS] | sender | text``, ``\\n`` for a line break,
an empty sender for a line of the app). Run from the checkout: ``python scripts/build_samples.py``.
"""

from __future__ import annotations

import random
import struct
import zipfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

HERE = Path(__file__).resolve().parent
OUT = HERE.parent / "sample_exports"
LRM = "\u200e"
SHARED = "Vayu Dispatch"


@dataclass(frozen=True)
class Line:
    time: datetime
    sender: str
    text: str


def read_chat(name: str) -> list[Line]:
    lines = []
    for row in (HERE / "samples" / f"{name}.chat").read_text("utf-8").splitlines():
        if row.strip() and not row.startswith("#"):
            stamp, sender, text = row.split("|", 2)
            form = "%Y-%m-%d %H:%M:%S" if stamp.strip().count(":") == 2 else "%Y-%m-%d %H:%M"
            text = text.removeprefix(" ").replace("\\n", "\n").replace("<lrm>", LRM)
            lines.append(Line(datetime.strptime(stamp.strip(), form), sender.strip(), text))
    return lines


def routine_client(seed: int, client: str, cities: tuple[str, ...], end: datetime, weeks: int) -> list[Line]:
    """Working days of a client chat: pickups, arrivals, proofs of delivery, a weekly invoice to one known account."""
    rng = random.Random(seed)  # noqa: S311 -- invented chats, no secret
    lines: list[Line] = []
    day = end - timedelta(weeks=weeks)
    invoice = 2100 + seed
    while day.date() < end.date():
        if day.weekday() < 6 and rng.random() < 0.72:
            lines += _trip(rng, day, client, rng.choice(cities))
        if day.weekday() == 4:
            invoice += 1
            lines += _invoice(rng, day, client, invoice)
        day += timedelta(days=1)
    return lines


def _trip(rng: random.Random, day: datetime, client: str, city: str) -> list[Line]:
    t = day.replace(hour=rng.randint(8, 10), minute=rng.randint(0, 59))
    truck = f"KA{rng.randint(1, 53):02d} {rng.choice('ABCM')}{rng.choice('ABDF')} {rng.randint(1000, 9999)}"
    boxes = rng.randint(8, 90)
    hand = rng.choice(("ravi", "anitha", "imran"))
    ask = rng.choice(
        (
            f"hi, {boxes} cartons for {city} today?",
            f"Pickup for {city} please, {boxes} boxes",
            f"Need one vehicle to {city}, {boxes} ctn",
            f"{boxes} boxes ready, {city}",
            f"Good morning, {city} load is ready",
        )
    )
    booked = {
        "ravi": (
            f"ok noted, {truck} coming by {rng.randint(10, 12)}.30",
            f"sure sir.. {truck} driver Shivu",
            f"done, vehicle {truck} on the way",
            f"ok sir booking it now, {truck}",
        ),
        "anitha": (
            f"Good morning! Booked, vehicle {truck}, reaching you by {rng.randint(10, 12)}:15 :)",
            f"Sure, sending {truck} in some time. Driver will call you before reaching.",
            f"Noted :) {truck} has started from Peenya.",
        ),
        "imran": (f"👍 {truck}", f"ok 🚛 {truck} 30 min", f"coming 🙂 {truck}"),
    }[hand]
    sent = {
        "ravi": (
            f"left for {city}, LR {rng.randint(40000, 49999)}",
            "loaded and left",
            f"crossed Nelamangala, {city} by evening",
        ),
        "anitha": (
            f"Loaded and started. Tracking: https://track.vayufreight.example/lr/{rng.randint(40000, 49999)}",
            f"Vehicle started for {city}, expected by tomorrow morning :)",
        ),
        "imran": ("started 🚛", f"gone sir 👍 {city}", "loading done 👍"),
    }[hand]
    done = {
        "ravi": ("delivered, pod with driver", f"unloaded at {city}, sign done", "delivered sir"),
        "anitha": ("Delivered. POD photo attached.", "Delivery completed, please check the POD once :)"),
        "imran": ("delivered ✅", "done ✅ pod coming"),
    }[hand]
    out = [Line(t, client, ask)]
    for pool, gap in ((booked, (2, 14)), (sent, (70, 160))):
        t += timedelta(minutes=rng.randint(*gap))
        out.append(Line(t, SHARED, rng.choice(pool)))
    if rng.random() < 0.5:
        t += timedelta(minutes=rng.randint(3, 40))
        out.append(
            Line(
                t,
                client,
                rng.choice(("ok thanks", "Thanks", "👍", "ok", "fine", "Thank you Anitha", "noted")),
            )
        )
    if rng.random() < 0.25:
        t += timedelta(minutes=rng.randint(20, 60))
        out.append(
            Line(
                t,
                client,
                rng.choice(
                    (
                        "any update?",
                        "reached?",
                        "party is asking",
                        "where is the vehicle",
                        "Driver not picking call",
                    )
                ),
            )
        )
        t += timedelta(minutes=rng.randint(2, 9))
        out.append(
            Line(
                t,
                SHARED,
                rng.choice(
                    (
                        "checking..",
                        "one min sir",
                        "Checking with the driver, one minute",
                        "near toll, traffic 🙏",
                        "traffic at Tumakuru, half hour more",
                    )
                ),
            )
        )
    t = min(t + timedelta(minutes=rng.randint(90, 240)), day.replace(hour=20, minute=rng.randint(0, 40)))
    out.append(Line(t, SHARED, rng.choice(done)))
    if hand == "anitha":
        stamp = t.strftime("%Y%m%d")
        out.append(Line(t, SHARED, f"{LRM}IMG-{stamp}-WA{rng.randint(1, 40):04d}.jpg (file attached)"))
    return out


def _invoice(rng: random.Random, day: datetime, client: str, number: int) -> list[Line]:
    t = day.replace(hour=17, minute=rng.randint(5, 50))
    amount = rng.randint(90, 480) * 100
    text = rng.choice(
        (
            f"Invoice VF/{number} for this week attached, Rs {amount:,}. Same account as always.",
            f"Please find invoice VF/{number}, Rs {amount:,}. Regular account, due in 15 days :)",
            f"bill VF/{number} sent, {amount:,} rs. usual a/c",
        )
    )
    stamp = t.strftime("%Y%m%d")
    out = [
        Line(t, SHARED, f"{LRM}DOC-{stamp}-WA{rng.randint(1, 9):04d}.pdf (file attached)"),
        Line(t, SHARED, text),
    ]
    t += timedelta(minutes=rng.randint(8, 70))
    out.append(
        Line(
            t,
            client,
            rng.choice(("ok", "received", "will process monday", "Noted, accounts will release", "👍")),
        )
    )
    if rng.random() < 0.5:
        t += timedelta(days=3, hours=-5, minutes=rng.randint(0, 50))
        out.append(
            Line(
                t,
                client,
                rng.choice(
                    (f"paid VF/{number - 1}", "NEFT done for last week", "payment done, please check")
                ),
            )
        )
        out.append(
            Line(
                t + timedelta(minutes=rng.randint(3, 30)),
                SHARED,
                rng.choice(("received, thank you :)", "got it sir", "received 👍")),
            )
        )
    return out


def routine_group(seed: int, end: datetime, weeks: int) -> list[Line]:
    """The internal group: who has the phone, where the trucks are; the shared account reminds and answers."""
    rng = random.Random(seed)  # noqa: S311 -- invented chats, no secret
    lines: list[Line] = []
    day = end - timedelta(weeks=weeks)
    people = ("Ravi Night Desk", "Anitha Ops", "Imran Fleet", "Kavya Founder")
    while day.date() < end.date():
        if day.weekday() < 6:
            t = day.replace(hour=8, minute=rng.randint(5, 40))
            first, second = rng.sample(people, 2)
            for sender, pool in (
                (
                    SHARED,
                    (
                        f"today {rng.randint(6, 14)} pickups, list on the board",
                        f"Good morning all, {rng.randint(6, 14)} trips today :)",
                        "morning 🚛 all vehicles ok?",
                    ),
                ),
                (
                    first,
                    (
                        "ok",
                        "2 vehicles in service today",
                        "driver Shivu on leave",
                        "ok 👍",
                        "Manju is at Hosur already",
                        "I am reaching by 9.30",
                    ),
                ),
                (
                    second,
                    (
                        "who has the office phone?",
                        "phone is on the charger at desk",
                        "I will reply to clients till 2",
                        "taking the desk phone now",
                        "👍",
                        "ok noted",
                    ),
                ),
                (
                    SHARED,
                    (
                        f"LR {rng.randint(40000, 49999)} delivered",
                        "Hosur done, next Mysuru",
                        "client asking for POD, pls send",
                        "Anitha here, replying from desk phone",
                    ),
                ),
            ):
                lines.append(Line(t, sender, rng.choice(pool)))
                t += timedelta(minutes=rng.randint(4, 170))
        day += timedelta(days=1)
    return lines


def android(lines: list[Line], twelve_hours: bool = True) -> str:
    """The text as WhatsApp for Android (English, India) writes it: LF, minutes, narrow no-break space before am/pm."""
    out = []
    for line in lines:
        hour = line.time.strftime("%I:%M").lstrip("0") + "\u202f" + line.time.strftime("%p").lower()
        clock = hour if twelve_hours else line.time.strftime("%H:%M")
        head = f"{line.time.strftime('%d/%m/%y')}, {clock} - "
        out.append(head + (f"{line.sender}: " if line.sender else "") + line.text + "\n")
    return "".join(out)


def ios(lines: list[Line], form: str) -> str:
    """The text as WhatsApp for iPhone writes it: messages end in CRLF, breaks inside are LF, notices have a sender."""
    rng = random.Random(form)  # noqa: S311 -- invented chats, no secret
    out = []
    last = datetime.min
    for line in lines:
        stamp = line.time if line.time.second else line.time + timedelta(seconds=rng.randint(0, 59))
        stamp = last = max(stamp, last)
        notice = line.text.startswith(LRM)
        mark = LRM if notice and "<" in line.text[:3] else ""
        out.append(f"{mark}[{stamp.strftime(form)}] {line.sender}: {line.text}\r\n")
    return "".join(out)


def phone_zip(path: Path, text_name: str, text: str, written: datetime, media: dict[str, bytes]) -> None:
    """A zip with fixed times and the fingerprint of a phone: FAT creator, no extra fields, no attributes."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in {text_name: text.encode("utf-8"), **media}.items():
            info = zipfile.ZipInfo(name, written.timetuple()[:6])
            info.create_system = 0
            info.external_attr = 0
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)


def tiny_jpeg() -> bytes:
    """A 1 x 1 grey JPEG header with an invented comment: enough to be recognised as an image, nothing to see."""
    comment = b"invented sample picture"
    return (
        b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xfe"
        + struct.pack(">H", len(comment) + 2)
        + comment
        + b"\xff\xd9"
    )


def merged(*parts: list[Line]) -> list[Line]:
    return sorted((line for part in parts for line in part), key=lambda line: line.time)


def main() -> None:
    night = datetime(2026, 3, 12)
    logistics = OUT / "bengaluru_logistics"
    logistics.mkdir(parents=True, exist_ok=True)
    group = merged(read_chat("ops_group_head"), routine_group(11, night, 7), read_chat("ops_group"))
    (logistics / "WhatsApp Chat with Vayu Ops Team.txt").write_bytes(android(group).encode("utf-8"))
    first = merged(
        read_chat("client_mysuru_head"),
        routine_client(21, "Latha Coffee Traders", ("Mysuru", "Hassan", "Mangaluru"), night, 8),
        read_chat("client_mysuru"),
    )
    (logistics / "WhatsApp Chat with Vayu Dispatch (Latha Coffee Traders).txt").write_bytes(
        android(first).encode("utf-8")
    )
    second = merged(
        read_chat("client_hosur_head"),
        routine_client(34, "Deepak Sundaram", ("Hosur", "Salem", "Chennai"), night, 8),
        read_chat("client_hosur"),
    )
    second = [Line(line.time, line.sender, _ios_media(line.text)) for line in second]
    phone_zip(
        logistics / "WhatsApp Chat - Vayu Dispatch.zip",
        "_chat.txt",
        ios(second, "%d/%m/%y, %H:%M:%S"),
        datetime(2026, 3, 14, 11, 20, 8),
        {},
    )
    family = OUT / "family_code"
    family.mkdir(exist_ok=True)
    phone_zip(
        family / "WhatsApp Chat - Familie Brandt.zip",
        "_chat.txt",
        ios(read_chat("familie_brandt"), "%d.%m.%y, %H:%M:%S"),
        datetime(2026, 5, 18, 19, 2, 40),
        {"00000031-PHOTO-2026-05-02-15-20-11.jpg": tiny_jpeg()},
    )
    ordinary = OUT / "ordinary_business"
    ordinary.mkdir(exist_ok=True)
    text = android(read_chat("kaveri_prints"), twelve_hours=True)
    (ordinary / "WhatsApp Chat with Kaveri Prints.txt").write_bytes(text.encode("utf-8"))


def _ios_media(text: str) -> str:
    if not text.startswith(LRM) or "(file attached)" not in text:
        return text
    return LRM + ("document omitted" if "DOC-" in text else "image omitted")


if __name__ == "__main__":
    main()
