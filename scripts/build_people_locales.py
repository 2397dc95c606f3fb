"""Compile wa_forensics/locales/people/*.toml into wa_forensics/locales/people.json and people.lines.

    python scripts/build_people_locales.py [--check] [LANGUAGE ...]

Without arguments the files are written anew; --check only says whether they are in step; a list of languages only
compiles those files and names every phrase that breaks the grammar.
"""

from __future__ import annotations

import sys

from wa_forensics.errors import SettingsError
from wa_forensics.locales.people import FOLDER, compile_people, read_language


def main(arguments: list[str]) -> int:
    """0 if all went well, 1 if a phrase is wrong or a file is not in step."""
    try:
        if arguments and arguments != ["--check"]:
            for language in arguments:
                print(language, len(read_language(FOLDER / f"{language}.toml")), "phrases")
            return 0
        compiled = compile_people()
    except SettingsError as error:
        print(str(error).replace("; ", "\n"), file=sys.stderr)
        return 1
    if arguments:
        return 0 if all(path.read_text("utf-8") == text for path, text in compiled.items()) else 1
    for path, text in compiled.items():
        path.write_text(text, "utf-8", newline="\n")
        print(f"{path.name}: {len(text)} characters")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
