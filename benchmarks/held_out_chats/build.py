"""Build the held-out chats: sources/*.chat (speaker, time, text, mark) become exports and label files.

The line numbers of every label are computed here, never counted by hand. A source has a head (``key = value``,
a speaker a line), ``===`` and the body:

``@2025-03-04 18:22`` or ``@+2 09:10``   day and clock; the next messages follow at small seeded gaps
``A text``, ``+40 A text``               speaker and text, with a gap in minutes where it matters
``S sec A``                              a line of the app (see APP below)
``... ## label+label | why``             a labelled line; ``## ?`` optional, ``## !`` must not be flagged;
                                         ``| #12,4 why`` adds the threats 12 and 4 of THREATS (the x chats have them)
``>>`` and ``<<``                        the intruder holds the account between the two

``<m> <img> <aud> <vid> <stk> <del> <ed> <doc NAME> <file NAME>`` become the app's wording in the chat's language.
Run: ``python benchmarks/held_out_chats/build.py [id prefix]``; ``verify.py`` checks the result.
"""

from __future__ import annotations

import json
import random
import re
import sys
from datetime import datetime, timedelta
from pathlib import Path

HERE = Path(__file__).resolve().parent
LRM = "\u200e"
APP: dict[str, dict[str, str]] = json.loads((HERE / "app_lines.json").read_text("utf-8"))
PLACEHOLDER = {"<img>": "image_omitted", "<aud>": "audio_omitted", "<vid>": "video_omitted", "<stk>": "sticker_omitted"}
# The threats of the knowledge base in its order; a source names them by number.
THREAT_NAMES = """
otp_request_from_contact otp_request_fake_support linked_device_ghostpairing web_session_left_open
shared_account_without_oversight call_forwarding_mmi vote_contest_link malware_link_coupon malicious_apk
phishing_link_lookalike fake_invoice_bank_change emergency_money_request hi_mum_new_number upi_payment_handle pix_boleto
mobile_money p2p_us_payment_links gift_card_request crypto_payment task_job_scam investment_group parcel_customs
kyc_utility_bill_india sextortion_digital_arrest remote_access_app ceo_boss_fraud mass_identical_messages style_break
evidence_cleanup security_code_event victim_disclosure fake_customer_inquiry
"""
THREATS = THREAT_NAMES.split()
GAPS = (0, 0, 0, 1, 1, 1, 2, 2, 3, 5)


def read_source(path: Path) -> tuple[dict[str, str], list[str]]:
    head_text, body = path.read_text("utf-8").split("\n===\n", 1)
    head = dict(re.split(r"\s*=\s*", row, maxsplit=1) for row in head_text.splitlines() if row.strip())
    head["head"] = head["head"].rstrip()
    return head, [row for row in body.splitlines() if row.strip()]


class Chat:
    """One chat on its way from source rows to physical lines."""

    def __init__(self, name: str, head: dict[str, str], rows: list[str]) -> None:
        self.name, self.head, self.rows = name, head, rows
        self.ios = head["platform"] == "ios"
        self.app = APP[head["ui"]]
        self.rng = random.Random(name)  # noqa: S311 -- invented chats, no secret
        self.clock = datetime(2024, 1, 1)
        self.fresh = True
        self.line = 1
        self.text: list[str] = []
        self.labels: list[dict[str, object]] = []
        self.optional: list[int] = []
        self.spared: list[int] = []
        self.window: list[int] = []
        self.count = 0
        self.inside = False

    def sender(self, key: str) -> str:
        name = self.head[key]
        return f"\u202a{name}\u202c" if self.ios and name.startswith("+") else name

    def tick(self, gap: int | None) -> None:
        if gap is not None:
            self.clock += timedelta(minutes=gap, seconds=self.rng.randint(0, 50) if self.ios else 0)
        elif not self.fresh:
            step = self.rng.randint(4, 150) if self.ios else 60 * self.rng.choice(GAPS)
            self.clock += timedelta(seconds=step)
        self.fresh = False

    def stamp(self) -> str:
        t = self.clock
        fields = {"d": t.day, "m": t.month, "y": t.year % 100, "Y": t.year, "H": t.hour, "h": t.hour % 12 or 12}
        marks = self.head.get("ampm", "am/pm").replace("~", "\u202f").split("/")
        head = self.head["head"].replace("~", "\u202f").replace("<rlm>", "\u200f")
        return head.format(**fields, M=t.minute, S=t.second, ap=marks[t.hour >= 12])

    def app_line(self, text: str) -> str:
        kind, *args = text.split(" ")
        names = [self.head.get(a, a) for a in args]
        subject = self.head.get("group", "")
        forms = {
            "e2e": ("e2e_notice", {}),
            "sec": ("security_code_changed", {"name": names[:1]}),
            "create": ("group_created", {"name": names[:1], "subject": [subject]}),
            "add": ("group_participant_added", {"name": names[:1], "names": names[1:]}),
            "addme": ("added_you", {"name": names[:1]}),
            "rm": ("group_participant_removed", {"name": names[:1], "names": names[1:]}),
            "left": ("group_participant_left", {"name": names[:1]}),
            "num": ("number_changed", {"name": names[:1]}),
            "block": ("contact_blocked", {}),
        }
        if kind == "raw":
            return text.removeprefix("raw ")
        key, values = forms[kind]
        line = self.app[key].format(**{k: v[0] for k, v in values.items()})
        # iOS leaves the last sentence of the encryption notice out, the one that says where to tap.
        return re.sub(r"(?<=\.) [^.]*\.?$", "", line) if self.ios and kind == "e2e" else line

    def body(self, key: str, text: str) -> tuple[str, bool]:
        """The text as the app writes it, and whether it is a marker of the app (iOS puts a mark before those)."""
        if text == "<del>":
            stop = "." if self.ios else ""
            kind = "deleted_by_me" if key == self.head.get("owner") else "deleted_by_sender"
            return self.app[kind].rstrip(".") + stop, True
        if text == "<call>":
            return self.app["missed_voice_call"], True
        if text in {"<m>", *PLACEHOLDER}:
            return self.app[PLACEHOLDER.get(text, "image_omitted")] if self.ios else self.app["media_omitted"], True
        if match := re.fullmatch(r"<(doc|file) (.+)>", text):
            if self.ios:
                return f"{match[2]} {LRM}{self.app['document_omitted']}", False
            return self.app["file_attached"].replace("{file}", match[2]), False
        edited = ("" if not self.ios else LRM) + self.app["edited_marker"]
        return text.replace("\\n", "\n").replace("<ed>", edited), False

    def put(self, key: str, text: str, mark: str) -> None:
        if key == "S":
            body, marker = self.app_line(text), True
            who = self.head.get("group") or self.head["contact"] if self.ios else ""
        else:
            (body, marker), who = self.body(key, text), self.sender(key)
        lead = LRM if self.ios and marker and key != "S" else ""
        whole = f"{lead}{self.stamp()} {who + ': ' if who else ''}{LRM if self.ios and marker else ''}{body}"
        self.text.append(whole)
        self.mark(key, mark)
        self.count += 1
        self.line += whole.count("\n") + 1

    def mark(self, key: str, mark: str) -> None:
        held = self.inside and key == self.head.get("account")
        if held:
            self.window.append(self.line)
        if mark == "!":
            self.spared.append(self.line)
        elif mark == "?" or (held and not mark):
            self.optional.append(self.line)
        elif mark:
            labels, why = (part.strip() for part in mark.split("|"))
            first, *also = labels.split("+")
            numbers, why = re.fullmatch(r"(?:#([\d,]+) )?(.*)", why).groups()  # type: ignore[union-attr]
            threats = [THREATS[int(n) - 1] for n in numbers.split(",")] if numbers else []
            row: dict[str, object] = {"line": self.line, "label": first, "why": why}
            self.labels.append(row | ({"also": also} if also else {}) | ({"threats": threats} if threats else {}))

    def run(self) -> None:
        for row in self.rows:
            if row in {">>", "<<"}:
                self.inside = row == ">>"
            elif match := re.fullmatch(r"@\+(\d+) (\d+):(\d+)", row):
                day = self.clock + timedelta(days=int(match[1]))
                self.clock = day.replace(hour=int(match[2]), minute=int(match[3]), second=self.rng.randint(0, 59))
                self.fresh = True
            elif row.startswith("@"):
                self.clock = datetime.fromisoformat(row[1:]).replace(second=self.rng.randint(0, 30))
                self.fresh = True
            else:
                text, _, mark = row.partition(" ## ")
                match = re.fullmatch(r"(?:\+(\d+) )?(\w+) (.*)", text)
                if not match:
                    raise SystemExit(f"{self.name}: cannot read {row!r}")
                self.tick(int(match[1]) if match[1] else None)
                self.put(match[2], match[3], mark.strip())

    def labels_file(self) -> dict[str, object]:
        incident = None
        if self.window:
            account = self.sender(self.head["account"])
            incident = {"account": account, "start_line": self.window[0], "end_line": self.window[-1]}
        return {
            "id": self.name,
            "language": self.head["language"],
            "platform": self.head["platform"],
            "date_order": self.head["order"],
            "title": self.head["title"],
            "malicious": bool(self.labels),
            "n_messages": self.count,
            "incident": incident,
            "messages": self.labels,
            "optional": self.optional,
            "must_not_flag": self.spared,
            "notes": self.head["notes"],
        }


def main() -> None:
    prefix = sys.argv[1] if len(sys.argv) > 1 else ""
    for path in sorted((HERE / "sources").glob(f"{prefix}*.chat")):
        chat = Chat(path.stem, *read_source(path))
        chat.run()
        end = "\r\n" if chat.ios else "\n"
        (HERE / f"{path.stem}.txt").write_bytes("".join(row + end for row in chat.text).encode())
        labels = json.dumps(chat.labels_file(), ensure_ascii=False, indent=1)
        (HERE / f"{path.stem}.labels.json").write_text(labels + "\n", "utf-8")


if __name__ == "__main__":
    main()
