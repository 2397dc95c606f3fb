"""Words as data: what the app writes (``app``) and what people write (``people``), one TOML a language.

The TOML files are the source; each folder is compiled to one JSON, which is what the package reads.
"""

from __future__ import annotations
