"""Across chats: which stories are one incident, and why."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence

from wa_forensics.incidents.marks import HARM, INVISIBLE
from wa_forensics.incidents.mass import CLOCK_TOLERANCE, Wave
from wa_forensics.incidents.stories import DAY, Story, seconds
from wa_forensics.incidents.union import Union
from wa_forensics.model import Analysis, Said, Severity, phrase, say

# A payee or a domain of a fraud is used for weeks; the same one a year later may be another story.
SAME_INDICATOR = 60 * DAY
NO_INDICATOR = frozenset({"text", "account", "notice", "answered", "paid", "doubted", "warned", "amount"})
SAME = {
    "link": phrase("The same link stands in messages that findings rest on."),
    "domain": phrase("The same domain stands in messages that findings rest on."),
    "payee": phrase("The same payee stands in messages that findings rest on."),
    "wallet": phrase("The same wallet stands in messages that findings rest on."),
    "phone": phrase("The same phone number stands in messages that findings rest on."),
    "email": phrase("The same e-mail address stands in messages that findings rest on."),
    "file": phrase("The same file stands in messages that findings rest on."),
}
SAME_VALUE = say("The same value stands in messages that findings rest on.")
# Anybody can put a page there, so the host alone ties nothing together; the full link does.
SHARED_HOSTS = frozenset(
    """
    bit.ly blogspot.com chat.whatsapp.com cutt.ly docs.google.com drive.google.com dropbox.com
    facebook.com fb.watch firebaseapp.com forms.gle github.io goo.gl google.com instagram.com is.gd
    maps.app.goo.gl maps.google.com meet.google.com netlify.app notion.site ow.ly pages.dev rb.gy
    sites.google.com t.co t.me tinyurl.com vercel.app wa.me web.app weebly.com wetransfer.com
    wixsite.com wordpress.com youtu.be youtube.com zoom.us
    """.split()  # noqa: SIM905
)


def tie(
    told: Sequence[Story],
    analyses: Sequence[Analysis],
    waves: Sequence[Wave],
    same: Sequence[tuple[int, int]] = (),
) -> list[list[Story]]:
    """Stories put together into incidents, each in the order given; reasons are added to ``Story.basis``."""
    union = Union(len(told))
    by_message: dict[tuple[int, int], int] = {
        (story.chat, item.message): number
        for number, story in enumerate(told)
        for finding in story.findings
        for item in finding.evidence
    }
    _tie_accounts(told, analyses, union)
    _tie_indicators(told, analyses, by_message, union)
    _tie_exports(told, same, union)
    _tie_stretches(told, union)
    for wave in waves:
        if wave.harmful:
            numbers = sorted({by_message[c, t.message] for c, t in wave.copies if (c, t.message) in by_message})
            _join_all(
                told, numbers, union, say("The same text, with names and numbers changed, stands in these chats.")
            )
    incidents: dict[int, list[Story]] = {}
    for number, story in enumerate(told):
        incidents.setdefault(union.find(number), []).append(story)
    return [incidents[key] for key in sorted(incidents)]


def _tie_exports(told: Sequence[Story], same: Sequence[tuple[int, int]], union: Union) -> None:
    """Stories of two exports of one conversation are one where their times meet, clocks apart or not."""
    for pair in same:
        spans = [(s.start, s.end, number) for number, s in enumerate(told) if s.chat in pair]
        for numbers in _runs(spans, CLOCK_TOLERANCE):
            _join_all(told, numbers, union, say("These exports show one conversation."))


def _tie_stretches(told: Sequence[Story], union: Union) -> None:
    """Stories that hold parts of one stretch, which the behaviour model judged over several chats."""
    holders: dict[str, list[int]] = {}
    for number, story in enumerate(told):
        for stretch in sorted({str(f.details["stretch"]) for f in story.findings if "stretch" in f.details}):
            holders.setdefault(stretch, []).append(number)
    for stretch in sorted(holders):
        _join_all(told, holders[stretch], union, say("One stretch of an account's messages runs through these chats."))


def _join_all(told: Sequence[Story], numbers: Sequence[int], union: Union, reason: Said) -> None:
    for number in numbers[1:]:
        union.join(numbers[0], number)
    if len(numbers) > 1:
        told[numbers[0]].basis.append(reason)


def account_key(name: str, phone: str | None) -> tuple[str, str]:
    """What an account is known by: its number if the export shows one, else its name folded."""
    plain = unicodedata.normalize("NFKC", name.translate(INVISIBLE)).strip().casefold()
    digits = "".join(c for c in plain if c.isdigit())
    if phone or (plain.startswith("+") and len(digits) >= 8):
        return "phone", phone or "+" + digits
    return "name", plain.lstrip("~ ")


def phones_of(analysis: Analysis) -> Mapping[str, str]:
    """Sender name to E.164 number, where the export shows one."""
    return {t.sender: t.value for t in analysis.traces if t.type == "account"}


def _tie_accounts(told: Sequence[Story], analyses: Sequence[Analysis], union: Union) -> None:
    spans: dict[tuple[str, str], list[tuple[int, int, int]]] = {}
    written: dict[tuple[str, str], str] = {}
    taken: dict[tuple[str, str], set[int]] = {}
    for number, story in enumerate(told):
        phones = phones_of(analyses[story.chat])
        deeds = [(w.account, w.start, w.end) for w in story.windows]
        for finding in story.findings:
            if finding.threat in HARM and finding.severity >= Severity.MEDIUM:
                # A name is what an address book calls somebody: without a window it ties nothing.
                numbered = (a for a in finding.actors if account_key(a, phones.get(a))[0] == "phone")
                deeds += [(actor, finding.start, finding.end) for actor in numbered]
        for name, start, end in deeds:
            key = account_key(name, phones.get(name))
            written.setdefault(key, name)
            taken.setdefault(key, set()).add(number)
            spans.setdefault(key, []).append((seconds(start), seconds(end), number))
    for key, at, number in _noticed(told, analyses):
        if key in spans:
            spans[key].append((at, at, number))
    for key in sorted(spans):
        reason = say(
            "The account %(account)s stands in these chats within 26 hours, the most by which the clocks of two "
            "exports of one moment can differ.",
            account=written[key],
        )
        for numbers in _runs(spans[key], CLOCK_TOLERANCE):
            # Notices of a new code alone tie nothing: the account must have done harm in one of the chats.
            if taken[key] & set(numbers):
                _join_all(told, numbers, union, reason)


def _noticed(told: Sequence[Story], analyses: Sequence[Analysis]) -> Iterator[tuple[tuple[str, str], int, int]]:
    """Accounts that security-code notices name within a day of a story: (account key, time, number of the story)."""
    for number, story in enumerate(told):
        analysis = analyses[story.chat]
        notices = [trace for trace in analysis.traces if trace.type == "notice"]
        phones = phones_of(analysis) if notices else {}
        for trace in notices:
            at = seconds(trace.time)
            if story.start - DAY <= at <= story.end + DAY:
                yield account_key(trace.value, phones.get(trace.value)), at, number


def _tie_indicators(
    told: Sequence[Story],
    analyses: Sequence[Analysis],
    by_message: Mapping[tuple[int, int], int],
    union: Union,
) -> None:
    spans: dict[tuple[str, str], list[tuple[int, int, int]]] = {}
    for chat, analysis in enumerate(analyses):
        for trace in analysis.traces:
            if trace.type in NO_INDICATOR or not trace.flagged:
                continue
            if trace.type == "domain" and trace.value.removeprefix("www.") in SHARED_HOSTS:
                continue
            number = by_message.get((chat, trace.message))
            if number is not None:
                at = seconds(trace.time)
                spans.setdefault((trace.type, trace.value), []).append((at, at, number))
    for key in sorted(spans):
        for numbers in _runs(spans[key], SAME_INDICATOR):
            _join_all(told, numbers, union, say(SAME[key[0]]) if key[0] in SAME else SAME_VALUE)


def _runs(spans: Iterable[tuple[int, int, int]], pause: int) -> list[list[int]]:
    """Numbers of stories whose times follow each other within ``pause`` seconds."""
    runs: list[list[int]] = []
    last = 0
    for start, end, number in sorted(spans):
        if runs and start - last <= pause:
            runs[-1].append(number)
            last = max(last, end)
        else:
            runs.append([number])
            last = end
    return [sorted(set(run)) for run in runs if len(set(run)) > 1]
