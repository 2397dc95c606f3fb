"""Small shipped models of wording: how far a text reads like a scam, and what it shows that reacts to another."""

from __future__ import annotations

from wa_forensics.wording.model import Model, model, scam_reasons, scam_scores
from wa_forensics.wording.reacting import Columns, reacting, reaction_columns
from wa_forensics.wording.topics import MATTERS, REACTIONS, TOPICS, topics_of

__all__ = [
    "MATTERS",
    "REACTIONS",
    "TOPICS",
    "Columns",
    "Model",
    "model",
    "reacting",
    "reaction_columns",
    "scam_reasons",
    "scam_scores",
    "topics_of",
]
