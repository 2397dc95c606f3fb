"""The command line: the only place that prints, asks or exits. Commands load when they are called."""

from __future__ import annotations

import os

# Before numpy loads, here and in the workers: small products are slower on many threads, and sums depend on them.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from wa_forensics.cli.program import main

__all__ = ["main"]
