"""Make ``locales/app/*.toml`` from the format tables, and compile them to ``locales/app*``.

    python scripts/build_app_locales.py import SYSTEM_MESSAGES.json LOCALE_HEADERS.json   # needs Babel
    python scripts/build_app_locales.py compile

``import`` writes one TOML a language: what the app writes (by event), its words for "you", the names of its
export files, and the clock words and month names of the language (from the header table and Unicode CLDR
through Babel). The TOML files are the reviewed source; ``compile`` needs nothing but the standard library
and this package, and a test proves that the compiled files are in step.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from wa_forensics.locales.app_words import normal_line, word_key
from wa_forensics.parsing.events import KEY, MIDDLE, NOT_ALONE, PLACEHOLDERS
from wa_forensics.vocabulary import Event

FOLDER = Path(__file__).resolve().parent.parent / "wa_forensics" / "locales" / "app"
MERIDIEMS = {"am": (0, 720), "pm": (720, 1440)}


def main(arguments: list[str]) -> None:
    """Run one of the two jobs."""
    if len(arguments) == 3 and arguments[0] == "import":
        import_tables(Path(arguments[1]), Path(arguments[2]))
    elif arguments != ["compile"]:
        raise SystemExit(__doc__)
    for name, text in compile_folder(FOLDER).items():
        (FOLDER.parent / name).write_text(text, encoding="utf-8", newline="\n")


def compile_folder(folder: Path) -> dict[str, str]:
    """The compiled files by name; what few texts need is a file of its own, so that it is not read for nothing."""
    languages = {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.toml"))}
    lines, closings = _normal_lines(languages)
    words = {
        "clock": _clock_words(languages),
        "clock_rivals": _clock_rivals(languages),
        "file_stems": list(dict.fromkeys(stem for entry in languages.values() for stem in entry.get("file_stems", ()))),
        "closings": closings,
        "signatures": _signatures(languages),
    }
    return {
        "app.json": _dump(words),
        "app_months.json": _dump(_months(languages)),
        "app_lines.tsv": "".join("\t".join((event, " ".join(used), *parts)) + "\n" for event, used, parts in lines),
        "app_index.json": _dump(_index(lines)),
    }


def _dump(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), sort_keys=True) + "\n"


def _index(lines: list[list[Any]]) -> dict[str, dict[str, list[int]]]:
    """The numbers of the lines by their first, last or middle literal text."""
    index: dict[str, dict[str, list[int]]] = {"start": {}, "end": {}, "middle": {}}
    for number, (event, _, parts) in enumerate(lines):
        if event in NOT_ALONE:
            continue
        first, last = parts[0], parts[-1]
        if len(first) > 2 or (first.strip() and len(parts) <= 3 and len(last) <= len(first)):
            index["start"].setdefault(first[:KEY], []).append(number)
        elif len(last) > 2 or (last.strip() and len(parts) <= 3):
            index["end"].setdefault(last[-KEY:], []).append(number)
        else:
            middle = max(parts[2:-1:2], key=len, default="")
            index["middle"].setdefault(middle[:MIDDLE], []).append(number)
    return index


def _clock_words(languages: dict[str, Any]) -> dict[str, list[tuple[int, int]]]:
    """Half of the day or day period by ``word_key``, as spans of minutes (from, before; may wrap midnight).

    A word that is AM or PM somewhere is that everywhere: the narrower day period lies inside it. Languages of the
    app come first; of a word that others use for both halves the morning stands here (``_clock_rivals`` has both).
    """
    words: dict[str, list[tuple[int, int]]] = {}
    for spoken in (True, False):
        group = [entry.get("clock", {}) for entry in languages.values() if ("events" in entry) == spoken]
        found: dict[str, set[tuple[int, int]]] = defaultdict(set)
        for clock in group:
            for word, spans in clock.get("periods", {}).items():
                found[word_key(word)] |= {(int(begin), int(end)) for begin, end in spans}
        halves: dict[str, set[tuple[int, int]]] = defaultdict(set)
        for half, span in MERIDIEMS.items():
            for clock in group:
                for word in clock.get(half, ()):
                    halves[word_key(word)].add(span)
        for key, spans in (found | {key: {min(spans)} for key, spans in halves.items()}).items():
            ordered = sorted(spans)
            inside = key in halves and all(
                ordered[0][0] <= begin < end <= ordered[0][1] for begin, end in words.get(key, ())
            )
            if key and (key not in words or inside):
                words[key] = ordered
    return words


def _clock_rivals(languages: dict[str, Any]) -> dict[str, list[list[Any]]]:
    """By ``word_key`` the readings (spans, the other words of their languages) of words that need others to be read.

    These are words of two meanings, and single Latin letters, which rather are names or join date and time. What a
    language of the app means needs no other word.
    """
    readings: dict[str, dict[tuple[int, int], set[str]]] = defaultdict(lambda: defaultdict(set))
    spoken: dict[str, set[tuple[int, int]]] = defaultdict(set)
    for entry in languages.values():
        clock = entry.get("clock", {})
        keys = {half: {word_key(word) for word in clock.get(half, ())} for half in MERIDIEMS}
        for half, other in (("am", "pm"), ("pm", "am")):
            for key in keys[half] - {""}:
                readings[key][MERIDIEMS[half]] |= keys[other]
                if "events" in entry:
                    spoken[key].add(MERIDIEMS[half])
        for word, spans in clock.get("periods", {}).items():
            if len(word_key(word)) == 1 and word.isascii() and "events" in entry:
                spoken[word_key(word)] |= {(begin, end) for begin, end in spans}
    rivals: dict[str, list[list[Any]]] = {}
    for key, meanings in readings.items():
        if len(meanings) > 1 or (len(key) == 1 and key.isascii()):
            rivals[key] = [[[span], sorted(others)] for span, others in sorted(meanings.items())]
            rivals[key] += [[[span], []] for span in sorted(spoken[key])]
    return rivals


def _months(languages: dict[str, Any]) -> dict[str, Any]:
    """The numbers of month names, the forms of dates by language, the languages of the app."""
    months: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for language, entry in languages.items():
        for number, names in enumerate(entry.get("clock", {}).get("months", ()), 1):
            for key in sorted({word_key(name) for name in names}):
                if key and not key.isdecimal():
                    months[key][str(number)].append(language)
    return {
        "names": months,
        "dates": {language: entry["clock"]["dates"] for language, entry in languages.items() if "clock" in entry},
        "app": sorted({language.split("-")[0] for language, entry in languages.items() if "events" in entry}),
    }


def _date_form(pattern: str) -> str:
    """A CLDR pattern as the parser names it: ``d M y``."""
    plain = re.sub(r"'([^']*)'", r"\1", re.sub("''", "\u2019", pattern))
    plain = re.sub("d+", "d", re.sub("y+", "y", re.sub("[ML]+", "M", plain))).replace("M.", "M")
    found = re.search("[dMy].*[dMy]", plain)
    return found[0] if found else plain


def _normal_lines(languages: dict[str, Any]) -> tuple[list[list[Any]], list[str]]:
    """Strings in normal form without their closing sentence, and the closing sentences."""
    closings: set[str] = set()
    for entry in languages.values():
        uses: dict[str, set[str]] = defaultdict(set)
        for event, strings in entry.get("events", {}).items():
            for text in strings:
                head, closing = _closing(normal_line(text))
                if head and "{" not in closing:
                    uses[closing].add(event)
        closings |= {closing for closing, events in uses.items() if len(events) >= 3}
    found: dict[tuple[str, tuple[str, ...]], set[str]] = defaultdict(set)
    for language, entry in languages.items():
        for event, strings in entry.get("events", {}).items():
            for text in strings:
                normal = normal_line(text)
                head, closing = _closing(normal)
                if closing in closings:
                    normal = normal_line(head)
                parts = tuple(
                    part.strip("{}") if i % 2 else part for i, part in enumerate(re.split(r"(\{\w+\})", normal))
                )
                found[event, parts].add(language)
    lines = [[event, sorted(used), list(parts)] for (event, parts), used in sorted(found.items())]
    return lines, sorted(closings)


def _signatures(languages: dict[str, Any]) -> dict[str, list[int]]:
    """First and last bytes of the placeholders in the spellings that builds use, as numbers."""
    beginnings, endings, short = set(), set(), set()
    for entry in languages.values():
        for event, strings in entry.get("events", {}).items():
            if event not in PLACEHOLDERS and event != Event.EDITED_MARKER:
                continue
            for text in strings:
                for first, last in _spellings(text.replace("{url}", "https://{url}")):
                    if event == Event.POLL_HEADER:
                        short |= {first + b"\n", first + b"\r"}
                    elif len(first) >= 8 or "{" not in text:
                        beginnings.add(first[:8])
                    if len(last) >= 8 or (last and len(first) < 8):
                        endings.add(last[-8:])
    return {
        "beginnings": sorted(int.from_bytes(piece, "little") for piece in beginnings),
        "endings": sorted(int.from_bytes(piece, "little") for piece in endings),
        "short": sorted(int.from_bytes(piece, "little") for piece in short),
    }


def _spellings(text: str) -> Iterator[tuple[bytes, bytes]]:
    """Literal beginning and end of a string: composed or not, either apostrophe, with and without a stop."""
    plain = text.strip("\u200e\u200f").rstrip(".")
    for apostrophe in ("'", "\u2019", "\u2018") if re.search("['\u2018\u2019]", plain) else ("",):
        for form in ("NFC", "NFD"):
            spelled = unicodedata.normalize(form, re.sub("['\u2018\u2019]", apostrophe, plain))
            for stop in ("", "."):
                for whole in {spelled, spelled[:1].upper() + spelled[1:], spelled[:1].lower() + spelled[1:]}:
                    parts = re.split(r"\{\w+\}", whole + stop)
                    yield parts[0].encode(), parts[-1].encode()


def _closing(normal: str) -> tuple[str, str]:
    """A line split before its last sentence."""
    head, stop, last = re.match(
        r"(.*?)([.\u3002\u0964\u06d4!?]\s*)?([^.\u3002\u0964\u06d4!?]*)$", normal, re.DOTALL
    ).groups()
    return (head, last) if stop else ("", "")


def import_tables(messages_path: Path, headers_path: Path) -> None:
    """Write one TOML a language from the two tables and CLDR."""
    messages = json.loads(messages_path.read_text(encoding="utf-8"))
    headers = json.loads(headers_path.read_text(encoding="utf-8"))["locales"]
    languages: dict[str, dict[str, Any]] = defaultdict(lambda: {"events": {}, "you": [], "file_stems": []})
    for kind, table in messages.items():
        if kind == "_meta":
            continue
        for language, strings in table.items():
            entry = languages["und" if language == "*" else language]
            if kind == "you_pronoun":
                entry["you"] = strings
            elif kind == "export_filename_stem":
                entry["file_stems"] = strings
            else:
                entry["events"][kind] = strings
    clocks = _clocks(headers)
    FOLDER.mkdir(parents=True, exist_ok=True)
    for language in sorted(set(languages) | set(clocks)):
        target = FOLDER / f"{language}.toml"
        target.write_text(_toml(language, languages[language], clocks.get(language, {})), encoding="utf-8")


def _clocks(headers: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Clock words and month names by language: AM and PM, day periods with their minutes, months 1 to 12."""
    from babel import Locale, localedata

    clocks: dict[str, dict[str, Any]] = defaultdict(
        lambda: {
            **{key: set() for key in ("am", "pm", "dates")},
            **{"periods": defaultdict(set), "months": [set() for _ in range(12)]},
        }
    )
    for row in headers:
        clock = clocks[row["locale"].split("-")[0]]
        clock["am"] |= set(row["am"])
        clock["pm"] |= set(row["pm"])
    for identifier in sorted(localedata.locale_identifiers()):
        locale = Locale.parse(identifier)
        if identifier == "root":
            continue
        clock = clocks[locale.language]
        patterns = (str(locale.date_formats[width].pattern) for width in ("medium", "long"))
        if locale.script is None:
            clock["dates"] |= {_date_form(pattern) for pattern in patterns if "MMM" in pattern and "G" not in pattern}
        rules = locale.day_period_rules.get(None, {})
        for width, words in locale.day_periods["format"].items():
            for period, word in words.items() if width != "narrow" else ():
                if period in MERIDIEMS:
                    clock[period].add(word)
                for rule in rules.get(period, ()):
                    begin = rule.get("from", rule.get("at")) // 60
                    end = rule["before"] // 60 if "before" in rule else begin % 1440 + 60
                    clock["periods"][word].add((begin % 1440, end))
        for width in ("abbreviated", "wide"):
            for months in (locale.months["format"][width], locale.months["stand-alone"][width]):
                for number, name in months.items():
                    clock["months"][number - 1].add(name)
    return dict(clocks)


def _toml(language: str, entry: dict[str, Any], clock: dict[str, Any]) -> str:
    lines = [
        "# What the app writes in this language. Made by scripts/build_app_locales.py, then reviewed.",
        f"language = {_string(language)}",
    ]
    lines += [f"{key} = {_list(entry[key])}" for key in ("you", "file_stems") if entry[key]]
    if clock:
        lines += ["", "[clock]", f"am = {_list(sorted(clock['am']))}", f"pm = {_list(sorted(clock['pm']))}"]
        lines.append(f"dates = {_list(sorted(clock['dates']))}")
        if all(clock["months"]):
            lines += ["months = ["] + [f"  {_list(sorted(names))}," for names in clock["months"]] + ["]"]
        if clock["periods"]:
            lines += ["", "[clock.periods]  # word = minutes of the day: from, before"]
            for word, spans in sorted(clock["periods"].items()):
                lines.append(f"{_string(word)} = {json.dumps([list(s) for s in sorted(spans)])}")
    if entry["events"]:
        lines += ["", "[events]"]
        for event, strings in sorted(entry["events"].items()):
            lines += [f"{event} = ["] + [f"  {_string(s)}," for s in strings] + ["]"]
    return "\n".join(lines) + "\n"


def _list(strings: list[str]) -> str:
    return "[" + ", ".join(_string(s) for s in strings) + "]"


def _string(text: str) -> str:
    """A TOML basic string; invisible characters as escapes, so that a reviewer sees them."""
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(c if c.isprintable() or c == " " else f"\\u{ord(c):04x}" for c in quoted)


if __name__ == "__main__":
    main(sys.argv[1:])
