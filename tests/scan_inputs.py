"""Small invented exports for the tests of scan, case and command line."""

from __future__ import annotations

import zipfile
from pathlib import Path

HEAD = "13/01/2025, 08:00 - Messages and calls are end-to-end encrypted. Tap to learn more.\n"


def chat_text(messages: int = 12, who: str = "Anna Example") -> str:
    lines = [HEAD]
    for number in range(messages):
        name = who if number % 2 else "Ben Example"
        lines.append(
            f"{14 + number // 600}/01/2025, {9 + number // 60 % 10:02d}:{number % 60:02d} - {name}: note {number}\n"
        )
    return "".join(lines)


def write_chat(folder: Path, name: str = "Anna", messages: int = 12) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"WhatsApp Chat with {name}.txt"
    path.write_text(chat_text(messages, f"{name} Example"), "utf-8")
    return path


def write_zip(folder: Path, name: str = "Clara", messages: int = 12) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"WhatsApp Chat - {name}.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("_chat.txt", chat_text(messages, f"{name} Example"))
    return path


def tree(folder: Path) -> dict[str, bytes]:
    """Every file of a folder by its relative path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


# What holds a clock time unless a run is reproducible.
WITH_CLOCK = {"custody.jsonl", "manifest.json"}
