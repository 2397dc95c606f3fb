"""Remote control of a device is set up.

The reader is led to install a remote-control program, read out its number, accept, and open the bank.
In an export: messages of one account that say so, inside a stretch that other signs carry as well.
Limits: help desks use the same programs; among colleagues with a history it is no finding.
"""

from __future__ import annotations

from collections.abc import Iterator

from wa_forensics.chat import Chat
from wa_forensics.context import episode_findings
from wa_forensics.model import Example, Finding, Rule, Severity, Stage, Threat
from wa_forensics.vocabulary import Concept

RULE = Rule(
    id="remote-access",
    title="Remote control of a device is set up",
    threat=Threat.REMOTE_ACCESS,
    stage=Stage.ACCESS,
    severity=Severity.HIGH,
    why="The attacker sees and moves everything on the screen.",
    alternatives=("A help desk session that the reader asked for.",),
    next_steps=(
        "Disconnect the device from the network.",
        "Have the bank block transfers.",
        "Keep the program's log files.",
    ),
    references=("https://www.actionfraud.police.uk",),
    fires_on=(
        Example(
            messages=(
                (
                    "+44 7700 900123",
                    "Good morning madam, this is the bank fraud team. Download AnyDesk and read me the 9 numbers, it is to cancel the fraud payment. Do not tell anyone",
                ),
            )
        ),
    ),
    quiet_on=(
        Example(
            messages=(
                ("IT", "I will connect by TeamViewer at 3 to fix the printer"),
                ("Ana", "ok"),
            )
        ),
    ),
)
KINDS = frozenset([Concept.REMOTE_ACCESS])


def detect(chat: Chat) -> Iterator[Finding]:
    """One finding per stretch that holds such messages."""
    return episode_findings(
        chat,
        RULE,
        KINDS,
        did="set up or kept remote control of a device",
        inference="The steps fit remote control of the reader's device by a stranger.",
        digits="The digits may be the number of a remote session.",
    )
