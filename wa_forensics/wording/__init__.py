"""How far the wording of a single text is that of a scam: a small shipped model over words, concepts and facts."""

from __future__ import annotations

from wa_forensics.wording.model import Model, model, scam_reasons, scam_scores

__all__ = ["Model", "model", "scam_reasons", "scam_scores"]
