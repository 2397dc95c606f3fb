"""The version, written down once: reading package metadata at start-up costs 80 ms."""

__version__ = "0.1.0"
