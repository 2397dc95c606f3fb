"""Print the lowest versions that pyproject.toml allows, one ``name==version`` a line, for a run with the oldest.

python scripts/lowest_versions.py [EXTRA ...] > lowest.txt
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"


def lowest(*extras: str) -> list[str]:
    project = tomllib.loads(PROJECT.read_text("utf-8"))["project"]
    wanted = [*project["dependencies"]]
    for extra in extras:
        wanted += project["optional-dependencies"][extra]
    found = []
    for requirement in wanted:
        match = re.match(r"([\w.-]+)>=([\w.]+)", requirement)
        if match:
            found.append(f"{match[1]}=={match[2]}")
    return found


if __name__ == "__main__":
    print("\n".join(lowest(*sys.argv[1:])))
