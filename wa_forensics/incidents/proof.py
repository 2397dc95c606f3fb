"""How surely the hand behind an account changed: the reasons, their weights, and one sentence for each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass

import numpy as np

from wa_forensics.context.writing import contrast, hours_of, read_habits, usual_hours, with_hours
from wa_forensics.incidents.question import DAY, Question, Reason, at_lines
from wa_forensics.incidents.stretch import Account
from wa_forensics.incidents.voices import afterwards, others
from wa_forensics.model import Said, counted, joined, say

HOUR = 3600
# Fewer messages away from the stretch than this are no history that a change could be measured against: what a
# stranger writes in the hours before the first demand belongs to the attack.
LEAST_HISTORY = 6
AWAY = 6 * HOUR
# Less harm than one clear request inside the stretch is no attack.
LEAST_HARM = 1.5
# A notice or a code given away says something about the days after it, not about the months.
NOTICE_REACH = 3 * DAY
ACCESS_REACH = 10 * DAY
SAMPLE = 200


@dataclass(frozen=True, kw_only=True)
class Proof:
    """Sum of the weights, the sentences shown and the messages the reasons rest on.

    ``harm`` is the weight of the content, 0 if it is less than one request; ``habits`` that of the change
    of habits; ``notice`` says whether a security-code notice of the account stands before, ``own_word``
    whether the account itself disowns texts later.

    ``given`` says whether the account itself told before that a code was given away, ``doubted`` whether others doubt
    or warn more than they do elsewhere.

    ``disowned``: somebody, the owner or another, wrote that the account was in other hands; ``named``: a
    notice, a removal, a doubt or the owner's word is about this very account; ``foreign``: the behaviour model sees
    another hand; ``emptied``: some of the messages were deleted.
    """

    total: float
    harm: float = 0.0
    habits: float = 0.0
    notice: bool = False
    given: bool = False
    doubted: bool = False
    own_word: bool = False
    disowned: bool = False
    named: bool = False
    foreign: bool = False
    emptied: bool = False
    sentences: tuple[str, ...] = ()
    messages: tuple[int, ...] = ()


def weigh(account: Account, span: tuple[int, int], spent: Set[int] = frozenset()) -> Proof:
    """Reasons to think that the account's messages in ``span`` are foreign; messages in ``spent`` do not
    count.
    """
    asked = Question(of=account, first=span[0], last=span[1], spent=spent)
    marks, inside = account.marks, asked.inside
    harm = sum(marks.harm.get(m, 0.0) for m in inside.tolist())
    away = account.seconds[asked.outside]
    if ((away < asked.start - AWAY) | (away > asked.end + AWAY)).sum() < LEAST_HISTORY:
        return Proof(total=0.0)
    harmful = [m for m in inside.tolist() if m in marks.harm]
    what = say("None of the %(messages)s messages is evidence of a finding.", messages=len(inside))
    if harmful:
        what = say(
            "%(harmful)s of the %(messages)s messages are evidence of findings (%(lines)s).",
            harmful=len(harmful),
            messages=len(inside),
            lines=at_lines(asked, harmful),
        )
    access = list(_access(asked))
    habits = _habit_change(asked)
    said = list(others(asked))
    reasons = [
        Reason(weight=0.0, sentence=what),
        *access,
        habits,
        *said,
        *afterwards(asked),
        Reason(weight=-_same_hand(asked, harm)),
    ]
    return Proof(
        total=sum(reason.weight for reason in reasons),
        harm=harm if harm >= LEAST_HARM else 0.0,
        habits=habits.weight,
        notice=any(reason.named for reason in access),
        given=any(reason.given for reason in access),
        doubted=any(reason.weight > 0 for reason in said),
        own_word=any(reason.own_word for reason in reasons),
        disowned=any(reason.disowning for reason in reasons),
        named=any(reason.named for reason in reasons),
        foreign=any(reason.foreign for reason in reasons),
        emptied=any(reason.emptied for reason in reasons),
        sentences=tuple(reason.sentence for reason in reasons if reason.sentence),
        messages=tuple(sorted({m for reason in reasons for m in reason.messages})),
    )


def _access(asked: Question) -> Iterator[Reason]:
    """What stands before the stretch: a security-code notice, a code given away, a report of a foreign
    device.
    """
    marks, seconds, first = asked.marks, asked.seconds, asked.first

    def earlier(messages: Iterable[int], reach: int) -> list[int]:
        return asked.unspent(m for m in messages if m < first and seconds[m] >= asked.start - reach)

    notices = earlier(asked.of.notices, NOTICE_REACH)
    if notices:
        notice = notices[-1]
        written = int(((asked.of.own > notice) & (asked.of.own < first)).sum())
        pause = _duration(asked.start - int(seconds[notice]))
        yield Reason(
            weight=2.5 if written <= 2 else 1.0,
            sentence=say(
                "A security-code notice for the account is %(pause)s earlier (%(lines)s).",
                pause=pause,
                lines=at_lines(asked, [notice]),
            ),
            messages=(notice,),
            named=True,
        )
    told = [m for m in earlier(marks.codes_given, ACCESS_REACH) if asked.by_account(m)]
    if told:
        yield Reason(
            weight=1.5,
            sentence=say(
                "Earlier the account tells that a code was given away (%(lines)s).", lines=at_lines(asked, told)
            ),
            messages=tuple(told),
            given=True,
        )
    spoken = [m for m in earlier(marks.access, ACCESS_REACH) if asked.chat.sender(m) is not None and m not in told]
    if spoken:
        yield Reason(
            weight=1.0,
            sentence=say(
                "Earlier a linked device or lost login is reported (%(lines)s).", lines=at_lines(asked, spoken)
            ),
            messages=tuple(spoken),
        )


def _habit_change(asked: Question) -> Reason:
    inside, outside = asked.inside, asked.outside
    place = int(np.searchsorted(outside, inside[0]))
    near = outside[max(0, place - SAMPLE) : place + SAMPLE // 4]
    messages = np.concatenate((inside[:SAMPLE], near))
    is_inside = np.arange(len(messages)) < min(len(inside), SAMPLE)
    hours = hours_of(asked.chat, messages)
    habits = with_hours(read_habits(asked.chat, messages), hours, usual_hours(hours[~is_inside]))
    score, sentences = contrast(habits, is_inside, ~is_inside)
    if sentences:
        return Reason(
            weight=min(3.0, 0.5 * score), sentence=say("Habits of writing: %(habits)s.", habits=joined(sentences, "; "))
        )
    testable = int((habits.usable & is_inside).sum()) >= 6 and int((habits.usable & ~is_inside).sum()) >= 20
    return Reason(weight=-1.0 if testable else 0.0)


def _same_hand(asked: Question, here: float) -> float:
    """Reasons against: the account wrote such messages at other times, the stretch lasts longer than hijackers
    stay, or another account did more harm or got a new security code then, which makes this one its victim.
    """
    # What the account itself wrote and passed on while it was being lost says nothing about its habits.
    lost = [m for m in (*asked.marks.access, *asked.marks.codes_given) if m < asked.first and asked.by_account(m)]
    since = asked.seconds[lost[0]] - DAY if lost else asked.start
    outside = asked.outside[(asked.seconds[asked.outside] < since) | (asked.outside > asked.first)]
    harm = asked.marks.harm
    elsewhere = sum(harm[m] for m in outside[np.isin(outside, asked.marks.harm_table[0])].tolist())
    share = elsewhere / max(here, 0.1)
    repeated = 3.0 * min(1.0, 2 * max(0.0, share - 0.25))
    lasting = 0.5 * max(0.0, (asked.end - asked.start) / DAY - 3)
    own_notice = any(asked.seconds[m] >= asked.start - DAY and m < asked.first for m in asked.of.notices)
    # A new code of another account explains doubts and denials better than a second theft without one does.
    elsewhere_taken = 3.0 if asked.rivals and not own_notice else 0.0
    victim = 2.0 if _worst_of_others(asked) > here else 0.0
    return repeated + lasting + max(victim, elsewhere_taken)


def _worst_of_others(asked: Question) -> float:
    """Harm of the most harmful other account during the stretch and half a day around it."""
    harm = asked.of.harm_by_sender(asked.start - DAY / 2, asked.end + DAY / 2, len(asked.chat))
    harm[asked.chat.sender_code(asked.account)] = 0.0
    return float(harm.max())


def _duration(seconds: int) -> Said:
    if seconds < 2 * HOUR:
        return counted("%(num)s minute", "%(num)s minutes", max(0, seconds) // 60)
    if seconds < 2 * DAY:
        return counted("%(num)s hour", "%(num)s hours", seconds // HOUR)
    return counted("%(num)s day", "%(num)s days", seconds // DAY)
