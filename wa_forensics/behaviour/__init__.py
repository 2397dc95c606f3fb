"""Is a stretch of an account's messages written by another hand? Measured, calibrated, explained.

An intruder writes in other words, marks, lengths and hours than the owner. Each sender with enough history is
compared with the other participants; stretches of up to 50 messages that fit the sender's own history badly are
reported with a likelihood ratio and the error rates measured on public chats (``docs/behaviour.md``).
Limits: fewer than about 100 own messages give weak evidence; one to three messages cannot be judged by style; a
topic, a pasted text or another addressee can look like another hand; a writer who imitates is not seen.
"""

from __future__ import annotations

from wa_forensics.behaviour.across import OTHERS, carried, findings_across, join, share
from wa_forensics.behaviour.across import RULE as ACROSS_RULE
from wa_forensics.behaviour.change import RULE, Behaviour, analyze, detect, detect_hands, profiles, window_evidence
from wa_forensics.behaviour.operators import RULE as HANDS_RULE
from wa_forensics.behaviour.styled import Texts

__all__ = [
    "ACROSS_RULE",
    "HANDS_RULE",
    "OTHERS",
    "RULE",
    "Behaviour",
    "Texts",
    "analyze",
    "carried",
    "detect",
    "detect_hands",
    "findings_across",
    "join",
    "profiles",
    "share",
    "window_evidence",
]
