"""An inquiry comes with a link or file.

Somebody new asks for a quotation and puts the details behind a link or in an archive.
In an export: messages of one account that say so, inside a stretch that other signs carry as well.
Limits: most inquiries are genuine; without link or file there is no finding.
"""

from __future__ import annotations

from collections.abc import Iterator

from wa_forensics.chat import Chat
from wa_forensics.context import MEDIUM, episode_findings
from wa_forensics.model import Example, Finding, Rule, Severity, Stage, Threat
from wa_forensics.vocabulary import Concept

RULE = Rule(
    id="customer-inquiry",
    title="An inquiry comes with a link or file",
    threat=Threat.NEW_LINK,
    stage=Stage.LURE,
    severity=Severity.MEDIUM,
    why="This is how a business phone is first taken over.",
    alternatives=("A genuine customer with an online order list.",),
    next_steps=(
        "Open nothing on the business phone; ask for the details as text.",
        "Check linked devices afterwards.",
    ),
    references=("https://www.cert-in.org.in",),
    fires_on=(
        Example(
            messages=(
                (
                    "+44 7700 900123",
                    "Hi we need a quotation for 20 pallets, our requirement list is here https://cargo-list.top/q please download and open the attached file orders.apk",
                ),
            )
        ),
    ),
    quiet_on=(Example(messages=(("Ana", "please send your quotation for two trucks tomorrow"),)),),
)
KINDS = frozenset([Concept.CUSTOMER_INQUIRY])


def detect(chat: Chat) -> Iterator[Finding]:
    """One finding per stretch that holds such messages."""
    return episode_findings(
        chat,
        RULE,
        KINDS,
        did="asked for a quotation",
        inference="An inquiry of this kind can be the cover for a harmful link or file.",
        least=MEDIUM,
    )
