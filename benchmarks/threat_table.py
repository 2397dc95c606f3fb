"""Walk through a table of threats: are its phrases heard, and does one of its harmless look-alikes raise a finding?

    python benchmarks/threat_table.py THREATS.json [--each]

The table maps names of threats to ``phrases`` by language, ``positive`` and ``benign`` texts. A phrase counts as heard
if it, in a chat of the phrases of its threat and language, expresses a concept or holds a payee, link, star code or
file that is a sign. A look-alike is written once by a contact and once, as the first words, by an unsaved number.
--each prints the phrases that are not heard and the look-alikes with a finding above low.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from evaluate_detection import detect, rendered

from wa_forensics.chat import Chat
from wa_forensics.context import sightings
from wa_forensics.model import Severity
from wa_forensics.vocabulary import Concept

STRANGER, CONTACT = "+44 7700 900123", "Ana"
# Far enough apart that each text stands alone.
APART = timedelta(days=40)


def heard(texts: Sequence[str], folder: Path) -> list[bool]:
    """For each text, written by a stranger, whether it holds any sign or talk about one."""
    chat = rendered([(STRANGER, text) for text in texts], folder, APART)
    found = sightings(chat)
    talk = set().union(*(found.talk[concept] for concept in Concept if concept is not Concept.FORMAL_GREETING))
    return [message in found.by_message or message in talk for message in range(len(chat))]


def raised(text: str, sender: str, folder: Path) -> list[str]:
    """The rules above low that a text raises as the first words of a sender in a chat of two."""
    chat: Chat = rendered([(sender, text), ("Ben", "ok")], folder, timedelta(minutes=3))
    return sorted({finding.rule for finding in detect(chat) if finding.severity > Severity.LOW})


def main(arguments: list[str]) -> None:
    """Print a row per threat and one per language."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table", type=Path)
    parser.add_argument("--each", action="store_true")
    options = parser.parse_args(arguments)
    threats = json.loads(options.table.read_text("utf-8"))
    by_language: dict[str, list[bool]] = {}
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work)
        print(
            "| threat | phrases heard | positive heard | look-alikes above low: contact, unsaved |\n|---|---|---|---|"
        )
        for name, threat in threats.items():
            if name.startswith("_"):
                continue
            phrases = [(language, text) for language, texts in threat["phrases"].items() for text in texts]
            said = [is_heard for texts in threat["phrases"].values() for is_heard in heard(texts, folder)]
            for (language, _), is_heard in zip(phrases, said, strict=True):
                by_language.setdefault(language, []).append(is_heard)
            positive = [is_heard for text in threat["positive"] for is_heard in heard([text], folder)]
            loud = {
                sender: {text: rules for text in threat["benign"] if (rules := raised(text, sender, folder))}
                for sender in (CONTACT, STRANGER)
            }
            counts = ", ".join(f"{len(found)} of {len(threat['benign'])}" for found in loud.values())
            print(f"| {name} | {sum(said)} of {len(said)} | {sum(positive)} of {len(positive)} | {counts} |")
            if options.each:
                for (language, text), is_heard in zip(phrases, said, strict=True):
                    if not is_heard:
                        print(f"    not heard ({language}): {text}")
                for text, is_heard in zip(threat["positive"], positive, strict=True):
                    if not is_heard:
                        print(f"    not heard (positive): {text}")
                for sender, found in loud.items():
                    for text, rules in found.items():
                        print(f"    raised by {sender}: {text} -> {', '.join(rules)}")
    print("\n| language | phrases heard |\n|---|---|")
    for language, said in sorted(by_language.items()):
        print(f"| {language} | {sum(said)} of {len(said)} |")


if __name__ == "__main__":
    main(sys.argv[1:])
