"""Other readers of exports beside this one: header forms read right, CPU time, memory.

    python benchmarks/compare_peers.py [--folder build/peers] [--messages 100000] [--repeat 5] [--only NAME] [--write]

Each peer is installed from its registry into an environment of its own under FOLDER (pip, npm), at the version
below; nothing of it is kept here. --write puts the tables between the marks of docs/comparison.md.

Forms: every header of tests/data/header_vectors.json made from a table, written anew with other days and hours into
an export of 48 messages whose day passes 12, so that the order of day and month can be known. A form is right when
every message has its sender, its words and its minute; wrong when rows come out and one of them is not so; not read
when nothing comes out. Speed: a process of its own for each run, tools in turn, imports not counted, median of CPU
seconds, peak memory above the start.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import unicodedata
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from generate_exports import export

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "comparison.md"
MARKS = ("<!-- measured: begin -->", "<!-- measured: end -->")
VECTORS = ROOT / "tests" / "data" / "header_vectors.json"
FIRST = datetime(2024, 2, 3, 16, 5, 6)
SENDERS = ("Asha Verma", "Ravi")

# Every reader defines read(path, platform) -> rows of (time, sender, text); the harness below it is the same.
HARNESS = """
import contextlib, io, json, logging, resource, sys, time, warnings
warnings.simplefilter("ignore"); logging.disable(logging.CRITICAL)
job = json.loads(sys.stdin.read())
quiet = io.StringIO()
if job["what"] == "forms":
    results = []
    for path, phone in job["files"]:
        try:
            with contextlib.redirect_stderr(quiet), contextlib.redirect_stdout(quiet):
                rows = [[str(t), str(s), str(x)] for t, s, x in read(path, phone)]
        except Exception as error:
            rows = []
        results.append(rows)
    print(json.dumps(results))
else:
    peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    before, start = peak(), time.process_time()
    with contextlib.redirect_stderr(quiet), contextlib.redirect_stdout(quiet):
        rows = parse(*job["files"][0])
    print(json.dumps({"seconds": time.process_time() - start, "bytes": peak() - before, "rows": len(rows)}))
"""

OURS = """
import pandas, pyarrow
from wa_forensics.parsing import read_export
def parse(path, phone):
    return read_export(path, date_order="auto").messages
def read(path, phone):
    frame = parse(path, phone)
    frame = frame[frame["sender"].notna()]
    return zip(frame["timestamp"], frame["sender"], frame["text"])
"""

CHATPACK = """
import chatpack
def parse(path, phone):
    return chatpack.WhatsAppParser().parse(path)
def read(path, phone):
    return [(m.timestamp, m.sender, m.content) for m in parse(path, phone)]
"""

WHATSTK = """
from whatstk import df_from_whatsapp
def parse(path, phone):
    return df_from_whatsapp(path)
def read(path, phone):
    frame = parse(path, phone)
    return zip(frame["date"], frame["username"], frame["message"])
"""

CHAT_MINER = """
from chatminer.chatparsers import WhatsAppParser
def parse(path, phone):
    parser = WhatsAppParser(path)
    parser.parse_file()
    return parser.parsed_messages.get_df(as_pandas=True)
def read(path, phone):
    frame = parse(path, phone)
    return zip(frame["timestamp"], frame["author"], frame["message"])
"""

# It keeps the time as text and reads the day only; the zip's kind tells it the phone.
CHAT_EXPORT = """
from chat_export.chat_export import MessageParser
def parse(path, phone):
    with open(path, encoding="utf-8") as source:
        chat, *_ = MessageParser(is_ios=phone == "ios").parse_messages(source.read())
    return chat.messages
def read(path, phone):
    return [(m.parsed_date, m.sender, m.content) for m in parse(path, phone)]
"""

NODE = """
import { parseString } from "whatsapp-chat-parser";
import { readFileSync } from "node:fs";
const job = JSON.parse(readFileSync(0, "utf8"));
const local = (d) => new Date(d.getTime() - d.getTimezoneOffset() * 60000).toISOString().slice(0, 19);
if (job.what === "forms") {
  console.log(JSON.stringify(job.files.map(([path]) => {
    try {
      return parseString(readFileSync(path, "utf8")).map((m) => [local(m.date), m.author ?? "", m.message]);
    } catch { return []; }
  })));
} else {
  const peak = () => process.resourceUsage().maxRSS * 1024;
  const before = peak(), start = process.cpuUsage();
  const rows = parseString(readFileSync(job.files[0][0], "utf8"));
  const used = process.cpuUsage(start);
  console.log(JSON.stringify({ seconds: (used.user + used.system) / 1e6, bytes: peak() - before, rows: rows.length }));
}
"""


@dataclass(frozen=True)
class Tool:
    name: str
    version: str
    code: str
    registry: str = "PyPI"
    days_only: bool = False


TOOLS = (
    Tool("wa_forensics", "", OURS, "this checkout"),
    Tool("chatpack", "0.1.0", CHATPACK),
    Tool("whatstk", "0.9.1", WHATSTK),
    Tool("chat-miner", "0.6.0", CHAT_MINER),
    Tool("chat-export", "1.1.2", CHAT_EXPORT, days_only=True),
    Tool("whatsapp-chat-parser", "4.0.2", NODE, "npm"),
)


def prepare(tool: Tool, folder: Path) -> list[str]:
    """Install the tool if need be; the command that runs its reader."""
    home = (folder / tool.name).resolve()
    if tool.registry == "npm":
        if not (home / "node_modules" / tool.name).exists():
            home.mkdir(parents=True, exist_ok=True)
            (home / "package.json").write_text('{"private": true, "type": "module"}\n', "utf-8")
            install = ["npm", "install", "--silent", f"{tool.name}@{tool.version}"]
            subprocess.run(install, cwd=home, check=True)  # noqa: S603
        (home / "read.js").write_text(tool.code, "utf-8")
        return ["node", str(home / "read.js")]
    python = sys.executable
    if tool.registry == "PyPI":
        python = str(home / ("Scripts" if os.name == "nt" else "bin") / "python")
        if not Path(python).exists():
            subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)  # noqa: S603
            wanted = f"{tool.name}=={tool.version}"
            install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", wanted]
            subprocess.run(install, check=True)  # noqa: S603
    return [python, "-c", tool.code + HARNESS]


def run(command: list[str], job: dict[str, object], tool: Tool) -> object:
    """The answer of one process, or None when it failed or took more than ten minutes."""
    environment = {**os.environ, "TZ": "UTC", "OPENBLAS_NUM_THREADS": "1"}
    if tool.registry == "this checkout":
        environment["PYTHONPATH"] = str(ROOT)
    else:
        environment.pop("PYTHONPATH", None)
    try:
        done = subprocess.run(  # noqa: S603
            command, input=json.dumps(job), capture_output=True, encoding="utf-8", env=environment, timeout=600
        )
    except subprocess.TimeoutExpired:
        return None
    return json.loads(done.stdout) if done.returncode == 0 and done.stdout.strip() else None


def moments() -> list[datetime]:
    """48 times from 3 to 27 February, in the afternoon, so that words for parts of the day stay true."""
    return [
        FIRST.replace(hour=13 + number * 7 % 5) + timedelta(days=number // 2, minutes=number % 2 * 20 + number % 7)
        for number in range(48)
    ]


def rendered(header: str, moment: datetime) -> str | None:
    """The header with another time in it; None when a number in it cannot be told (calendars, month names)."""
    fields = {2024: moment.year, 24: moment.year % 100, 16: moment.hour, 4: moment.hour - 12}
    fields |= {3: moment.day, 2: moment.month, 5: moment.minute, 6: moment.second}
    seen: list[int] = []

    def again(match: re.Match[str]) -> str:
        value = int(match[0])
        seen.append(value)
        zero = chr(ord(match[0][0]) - unicodedata.decimal(match[0][0]))
        width = len(match[0]) if match[0].startswith(zero) else 1
        text = f"{fields.get(value, 0):0{width}d}"
        return "".join(chr(ord(zero) + int(digit)) for digit in text)

    text = re.sub(r"\d+", again, header)
    wanted = [{2024, 24}, {2}, {3}, {16, 4}, {5}]
    told = all(len([value for value in seen if value in choice]) == 1 for choice in wanted)
    # Twelve hours without a word for the half of the day: nobody could tell.
    told &= 4 not in seen or bool(re.sub(r"[^\W\d_]*à", "", header).strip(" -[],./:\u200f0123456789"))
    return text if told and set(seen) <= set(fields) else None


def write_forms(folder: Path) -> tuple[list[tuple[str, str]], int]:
    """One export a distinct header; the files with their phone, and how many headers were left out."""
    folder.mkdir(parents=True, exist_ok=True)
    vectors = json.loads(VECTORS.read_text("utf-8"))["vectors"]
    made = {v["header"]: v["platform"] for v in vectors if v["origin"].startswith("generated")}
    files, left_out = [], 0
    for number, (header, phone) in enumerate(sorted(made.items())):
        heads = [rendered(header, moment) for moment in moments()]
        if None in heads:
            left_out += 1
            continue
        end = "\r\n" if phone == "ios" else "\n"
        path = folder / f"{number:03d}_{phone}.txt"
        lines = [f"{head}{SENDERS[n % 2]}: note {n}" for n, head in enumerate(heads)]
        path.write_bytes("".join(line + end for line in lines).encode())
        files.append((str(path.resolve()), phone))
    return files, left_out


def verdict(rows: list[list[str]], days_only: bool) -> str:
    if not rows:
        return "not read"
    length = 10 if days_only else 16
    found = [(time.replace("T", " ")[:length], sender.strip("\u200e "), text.strip()) for time, sender, text in rows]
    true = [(f"{moment:%Y-%m-%d %H:%M}"[:length], SENDERS[n % 2], f"note {n}") for n, moment in enumerate(moments())]
    # One of them gives the last message first; the order is not what is judged here.
    return "right" if sorted(found) == sorted(true) else "wrong"


def compare_forms(tools: list[Tool], commands: dict[str, list[str]], folder: Path) -> list[str]:
    files, left_out = write_forms(folder / "forms")
    lines = [
        f"{len(files)} header forms, each an export of 48 messages ({left_out} forms with names of months or other "
        "calendars are left out).",
        "",
        "| tool | right | wrong, without a word | not read |",
        "|---|---|---|---|",
    ]
    for tool in tools:
        answers = run(commands[tool.name], {"what": "forms", "files": files}, tool)
        if not isinstance(answers, list):
            lines.append(f"| {tool.name} | – | – | the run failed |")
            continue
        counts = Counter(verdict(rows, tool.days_only) for rows in answers)
        note = " (days only: it keeps the hour as text)" if tool.days_only else ""
        lines.append(f"| {tool.name}{note} | {counts['right']} | {counts['wrong']} | {counts['not read']} |")
        print(lines[-1], flush=True)
    return lines


def compare_speed(
    tools: list[Tool], commands: dict[str, list[str]], folder: Path, messages: int, repeat: int
) -> list[str]:
    lines = ["| file | tool | messages | CPU seconds | messages per CPU second | memory above start |"]
    lines.append("|---|---|---|---|---|---|")
    for form, phone in (("android", "android"), ("ios", "ios"), ("multiline", "android")):
        path = folder / f"{form}_{messages}.txt"
        with path.open("w", encoding="utf-8", newline="") as target:
            target.writelines(export(form, messages))
        runs: dict[str, list[dict[str, float]]] = {tool.name: [] for tool in tools}
        for _ in range(repeat):
            for tool in tools:
                answer = run(commands[tool.name], {"what": "speed", "files": [(str(path.resolve()), phone)]}, tool)
                if isinstance(answer, dict):
                    runs[tool.name].append(answer)
        for tool in tools:
            lines.append(_speed_row(form, tool, runs[tool.name]))
            print(lines[-1], flush=True)
    return lines


def _speed_row(form: str, tool: Tool, runs: list[dict[str, float]]) -> str:
    if not runs:
        return f"| {form} | {tool.name} | cannot read it | | | |"
    seconds = statistics.median(run["seconds"] for run in runs)
    memory = statistics.median(run["bytes"] for run in runs) / 1e6
    rows = int(runs[0]["rows"])
    return f"| {form} | {tool.name} | {rows:,} | {seconds:.2f} | {rows / seconds:,.0f} | {memory:.0f} MB |"


def _commit() -> str:
    """The commit of this checkout, marked where files differ from it."""
    asked = ["git", "-C", str(ROOT), "describe", "--always", "--dirty", "--exclude", "*"]
    return "commit " + subprocess.run(asked, check=True, capture_output=True, encoding="utf-8").stdout.strip()  # noqa: S603


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--folder", type=Path, default=ROOT / "build" / "peers")
    options.add_argument("--messages", type=int, default=100_000)
    options.add_argument("--repeat", type=int, default=5)
    options.add_argument("--only", nargs="*", default=[tool.name for tool in TOOLS])
    options.add_argument("--write", action="store_true")
    chosen = options.parse_args()
    tools = [tool if tool.version else replace(tool, version=_commit()) for tool in TOOLS if tool.name in chosen.only]
    commands = {tool.name: prepare(tool, chosen.folder) for tool in tools}
    parts = ["### Versions and machine", "", "| tool | version | from |", "|---|---|---|"]
    parts += [f"| {tool.name} | {tool.version} | {tool.registry} |" for tool in tools]
    parts += ["", f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}, "]
    parts[-1] += f"Python {platform.python_version()}; `make compare-peers`."
    parts += ["", "### Header forms", "", *compare_forms(tools, commands, chosen.folder)]
    parts += ["", f"### Speed and memory, {chosen.messages:,} messages, median of {chosen.repeat} runs in turn", ""]
    parts += compare_speed(tools, commands, chosen.folder, chosen.messages, chosen.repeat)
    if chosen.write:
        before, rest = DOCUMENT.read_text("utf-8").split(MARKS[0])
        after = rest.split(MARKS[1])[1]
        middle = "\n".join([MARKS[0], "", *parts, "", MARKS[1]])
        DOCUMENT.write_text(before + middle + after, "utf-8", newline="\n")


if __name__ == "__main__":
    main()
