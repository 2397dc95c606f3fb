"""One thread for linear algebra, as the command line sets it: sums come out the same on every machine."""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
