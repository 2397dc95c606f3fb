"""Score one part of the held-out chats with the program as it stands.

    python benchmarks/held_out_chats/score.py h|t|u|v|w [--odd|--even] [--each]

Each chat is scanned alone and compared with its labels by benchmarks/score_cases.py; ``--odd`` and ``--even`` keep the
chats with such numbers. Of a half listed in UNREAD only the totals are printed: what single chats hold must not be seen
while the detectors are built.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
PARTS, HALVES, UNREAD = "htuvw", {"--even": 0, "--odd": 1}, {("w", 0)}


def main() -> int:
    part, *rest = sys.argv[1:] or [""]
    halves = {HALVES[word] for word in rest if word in HALVES} or set(HALVES.values())
    rest = [word for word in rest if word not in HALVES]
    if part not in [*PARTS] or (rest and not UNREAD.isdisjoint((part, half) for half in halves)):
        print(__doc__, file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        for path in [*HERE.glob(f"{part}_*.txt"), *HERE.glob(f"{part}_*.labels.json")]:
            if int(path.name.split("_")[1]) % 2 in halves:
                shutil.copy(path, folder)
        scan = f"{shlex.quote(sys.executable)} -m wa_forensics scan {{paths}} -o {{out}} --quiet"
        command = [sys.executable, str(HERE.parent / "score_cases.py"), folder, "--command", scan, *rest]
        environment = {**os.environ, "PYTHONPATH": str(HERE.parent.parent)}
        return subprocess.run(command, check=False, env=environment).returncode  # noqa: S603


if __name__ == "__main__":
    sys.exit(main())
