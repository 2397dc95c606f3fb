"""Keeps compiled templates where Python keeps compiled modules: it spares a third of a short scan."""

from __future__ import annotations

import hashlib
import os
import sys
from contextlib import suppress
from functools import lru_cache
from importlib.util import cache_from_source
from pathlib import Path

import jinja2
from jinja2.bccache import Bucket, BytecodeCache


class CompiledTemplates(BytecodeCache):
    """Compiled templates of one folder in its ``__pycache__``; a template is compiled anew when it, the report's code
    or Jinja changed. Where nothing can be written, or Python shall write no bytecode, nothing is kept.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = Path(cache_from_source(str(folder / "template.py"))).parent

    def get_source_checksum(self, source: str) -> str:
        return hashlib.sha256(_made_by().encode() + source.encode()).hexdigest()

    def load_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError, EOFError, ValueError, TypeError), self._place(bucket).open("rb") as file:
            bucket.load_bytecode(file)

    def dump_bytecode(self, bucket: Bucket) -> None:
        if sys.dont_write_bytecode:
            return
        partial = self._place(bucket).with_suffix(f".{os.getpid()}.part")
        with suppress(OSError):
            self.folder.mkdir(exist_ok=True)
            partial.write_bytes(bucket.bytecode_to_string())
            partial.replace(self._place(bucket))

    def _place(self, bucket: Bucket) -> Path:
        return self.folder / f"{bucket.key[:32]}.{sys.implementation.cache_tag}.pyc"


@lru_cache(maxsize=1)
def _made_by() -> str:
    """What beside its text decides how a template compiles: Jinja, and the filters and options of this room."""
    digest = hashlib.sha256(jinja2.__version__.encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
