"""``python -m wa_forensics``: the same as the ``wa-forensics`` command."""

from __future__ import annotations

from wa_forensics.cli import main

if __name__ == "__main__":
    main()
