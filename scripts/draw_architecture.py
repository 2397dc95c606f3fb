"""Draw docs/architecture.svg from the rows that tests/test_architecture.py enforces.

    python scripts/draw_architecture.py [--check]

A module imports only from rows below its own. --check exits with 1 when the picture is not in step.
"""

from __future__ import annotations

import sys
from html import escape
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import docs_pages

PICTURE = docs_pages.ROOT / "docs" / "architecture.svg"
WIDTH, ROW, BOX = 860, 44, 32
STYLE = (
    "text{font:14px system-ui,sans-serif;fill:#1d2733}.row{fill:#eef2f6}.room{fill:#fff;stroke:#40566e}"
    ".side{font-size:12px;fill:#56677a}"
)


def drawing() -> str:
    """One box a room, one band a row, top row first."""
    rows = [sorted(row) for row in docs_pages.layers()]
    height = ROW * len(rows) + 64
    label = "The rooms of wa_forensics in rows, a module imports only from rows below its own: "
    label += " over ".join(", ".join(row) for row in rows)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-label="{escape(label)}"><style>{STYLE}</style>',
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
        '<text class="side" x="20" y="22">command line, Python: evidence goes in at the top as a path</text>',
    ]
    for place, row in enumerate(rows):
        top = 32 + place * ROW
        parts.append(f'<rect class="row" x="12" y="{top}" width="{WIDTH - 24}" height="{ROW - 4}" rx="4"/>')
        width = (WIDTH - 44) / max(len(row), 4)
        left = (WIDTH - width * len(row)) / 2
        for number, room in enumerate(row):
            x = left + number * width
            parts.append(
                f'<rect class="room" x="{x + 3:.0f}" y="{top + 4}" width="{width - 6:.0f}" height="{BOX}" rx="4"/>'
            )
            parts.append(f'<text x="{x + width / 2:.0f}" y="{top + 25}" text-anchor="middle">{escape(room)}</text>')
    parts.append(
        f'<text class="side" x="20" y="{height - 12}">imports point down only; rooms of one row stay apart</text>'
    )
    return "\n".join([*parts, "</svg>"]) + "\n"


def main() -> int:
    text = drawing()
    if "--check" in sys.argv[1:]:
        return int(not PICTURE.exists() or PICTURE.read_text("utf-8") != text)
    PICTURE.write_text(text, "utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
