"""Score one part of the held-out chats with the program as it stands.

    python benchmarks/held_out_chats/score.py h|t|u|v [--each]

Each chat is scanned alone and compared with its labels by benchmarks/score_cases.py. Of a part listed in UNREAD only
the totals are printed: what single chats hold must not be seen while the detectors are built.
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
PARTS, UNREAD = ("h", "t", "u", "v"), ()


def main() -> int:
    part, *rest = sys.argv[1:] or [""]
    if part not in PARTS or (part in UNREAD and rest):
        print(__doc__, file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        for path in [*HERE.glob(f"{part}_*.txt"), *HERE.glob(f"{part}_*.labels.json")]:
            shutil.copy(path, folder)
        scan = f"{shlex.quote(sys.executable)} -m wa_forensics scan {{paths}} -o {{out}} --quiet"
        command = [sys.executable, str(HERE.parent / "score_cases.py"), folder, "--command", scan, *rest]
        environment = {**os.environ, "PYTHONPATH": str(HERE.parent.parent)}
        return subprocess.run(command, check=False, env=environment).returncode  # noqa: S603


if __name__ == "__main__":
    sys.exit(main())
