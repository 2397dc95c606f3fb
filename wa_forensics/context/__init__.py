"""The conversation around a signal: who writes, what is new, what the others answer; shared by all detectors."""

from __future__ import annotations

from wa_forensics.context.company import acts_as, deleters, pitches, silencers
from wa_forensics.context.episodes import episodes
from wa_forensics.context.hearing import CODE_KINDS, bare_digits, code_answers
from wa_forensics.context.reactions import Reaction, carried, reactions
from wa_forensics.context.signals import Sighting, Sightings, sightings, strangers, wary
from wa_forensics.context.sitting import sitting
from wa_forensics.context.telling import confidence_of, episode_findings, finding_of, observed
from wa_forensics.context.weighing import HIGH, LOW, MEDIUM, Episode

__all__ = [
    "CODE_KINDS",
    "HIGH",
    "LOW",
    "MEDIUM",
    "Episode",
    "Reaction",
    "Sighting",
    "Sightings",
    "acts_as",
    "bare_digits",
    "carried",
    "code_answers",
    "confidence_of",
    "deleters",
    "episode_findings",
    "episodes",
    "finding_of",
    "observed",
    "pitches",
    "reactions",
    "sightings",
    "silencers",
    "sitting",
    "strangers",
    "wary",
]
