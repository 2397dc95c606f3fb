"""Compare the CPU time and memory of parsing with other parsers, in one run.

    python benchmarks/parse_speed.py FOLDER [--messages N] [--peers PYTHON] [--node FOLDER] [--repeat R]

FOLDER keeps the generated files. PEERS is the interpreter of an environment of its own in which chatpack
(0.1.0) and whatstk (0.9.1) are installed; into the folder of ``--node`` whatsapp-chat-parser (4.0.2) is installed if it
is not there (it makes objects, no table). Without them only this package is measured. Every measurement is a
process of its own: parse to a pandas DataFrame, imports not counted, peak memory above the start. Compare the
ratios, not the seconds: they are what other work on the machine disturbs least.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path

from compare_peers import TOOLS, prepare
from generate_exports import export

FORMS = ("android", "ios", "ios12", "arabic", "multiline", "shapes")

MEASURE = """
import json, resource, sys, time
{imports}
path = sys.argv[1]
{warm}
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
before, start = peak(), time.process_time()
frame = {parse}
print(json.dumps({{"seconds": time.process_time() - start, "bytes": peak() - before, "rows": len(frame)}}))
"""

OURS = MEASURE.format(
    # What it loads when it first needs it is an import too.
    imports="import pandas, pyarrow, phonenumbers, filetype\nfrom wa_forensics.parsing import read_export",
    warm="",
    parse="read_export(path, date_order=sys.argv[2]).messages",
)
CHATPACK = MEASURE.format(
    imports="import pandas, chatpack",
    warm="",
    # The shortest way to the same kinds of columns: its timestamps are text.
    parse=(
        "pandas.DataFrame([(m.timestamp, m.sender, m.content) for m in chatpack.WhatsAppParser().parse(path)],"
        " columns=['timestamp', 'sender', 'text']).assign("
        "timestamp=lambda frame: pandas.to_datetime(frame['timestamp']))"
    ),
)
WHATSTK = MEASURE.format(
    imports="import pandas\nfrom whatstk import df_from_whatsapp",
    warm="",
    parse="df_from_whatsapp(path, max_size=None)",
)


def main() -> None:
    """Print one line a file: messages per CPU second, memory as a multiple of the text, ratios to the peers."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", type=Path)
    options.add_argument("--messages", type=int, default=1_000_000)
    options.add_argument("--peers", default=None)
    options.add_argument("--node", type=Path, default=None)
    options.add_argument("--repeat", type=int, default=3)
    options.add_argument("--forms", nargs="*", default=list(FORMS))
    chosen = options.parse_args()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    for form in chosen.forms:
        path = chosen.folder / f"{form}_{chosen.messages}.txt"
        if not path.exists():
            with path.open("w", encoding="utf-8", newline="") as target:
                target.writelines(export(form, chosen.messages))
        print(_line(form, path, chosen.messages, _tools(chosen.peers, chosen.node), chosen.repeat), flush=True)


def _tools(peers: str | None, node: Path | None) -> dict[str, list[str]]:
    """The command of each parser; the path of the text comes behind it, and in a job on its standard input."""
    tools = {"ours": [sys.executable, "-c", OURS]}
    if peers:
        tools |= {"chatpack": [peers, "-c", CHATPACK], "whatstk": [peers, "-c", WHATSTK]}
    if node:
        tools |= {tool.name: prepare(tool, node) for tool in TOOLS if tool.registry == "npm"}
    return tools


def _line(form: str, path: Path, messages: int, tools: dict[str, list[str]], repeat: int) -> str:
    size = path.stat().st_size
    job = json.dumps({"what": "speed", "files": [[str(path)]]})
    runs: dict[str, list[dict[str, float]]] = {name: [] for name in tools}
    for _ in range(repeat):
        for name, command in tools.items():
            result = subprocess.run(  # noqa: S603
                [*command, str(path), "auto"], input=job, capture_output=True, text=True, check=False
            )
            if result.returncode == 0:
                runs[name].append(json.loads(result.stdout))
    parts = [f"{form:10s} {size / 1e6:6.1f} MB"]
    ours = statistics.median(run["seconds"] for run in runs["ours"])
    for name, found in runs.items():
        if not found:
            parts.append(f"{name}: cannot read it")
            continue
        seconds = statistics.median(run["seconds"] for run in found)
        memory = max(run["bytes"] for run in found) / size
        rows = int(found[0]["rows"])
        part = f"{name}: {messages / seconds:9,.0f}/s {memory:4.1f}x text"
        part += "" if name == "ours" else f" ours is {seconds / ours:.1f} times as fast"
        parts.append(part + ("" if rows == messages else f" ({rows:,} rows)"))
    return " | ".join(parts)


if __name__ == "__main__":
    main()
