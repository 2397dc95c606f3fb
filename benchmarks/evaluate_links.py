"""Measure how links are described: benign link occurrences flagged, and phishing hosts seen for the first time."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from pathlib import Path

import collections_of_messages

from wa_forensics.entities import clean, links_in
from wa_forensics.model import Link

ODD = ("ip", "punycode", "mixed scripts", "userinfo", "cheap tld", "free hosting", "shortener", "many labels")
Rows = list[tuple[str, ...]]


def kind(link: Link) -> str:
    """How a link looks by its address alone; ``unknown`` is a host that is neither well known nor odd."""
    if link.imitates:
        return "imitating"
    odd = [trait for trait in ODD if trait in link.traits]
    return odd[0] if odd else "popular" if link.popular else "unknown"


def tables(folder: Path) -> list[tuple[str, Rows]]:
    """Shares of links by what their address shows."""
    counted = {}
    for name, authored in collections_of_messages.ordinary(folder).items():
        texts = (clean(text) for _, text in authored if "." in text)
        counted[name] = Counter(kind(link) for text in texts for link in links_in(0, text))
    path = folder / "urls" / "jpcert_phishing_2019_2024_sample.csv.gz"
    for year, urls in _phishing(path).items():
        first = [link for url in urls for link in list(links_in(0, url))[:1]]
        counted[f"JPCERT phishing {year or 'undated'}"] = Counter(kind(link) for link in first)
    head = ("links of", "occurrences", "imitating a brand", "odd address", "unknown host", "popular host")
    rows: Rows = [head]
    for name, kinds in counted.items():
        whole = sum(kinds.values())
        if whole:
            odd = sum(kinds[trait] for trait in ODD)
            shares = (kinds["imitating"], odd, kinds["unknown"], kinds["popular"])
            rows.append((name, f"{whole:,}", *(f"{share / whole:.3f}" for share in shares)))
    return [("Links by their address alone", rows)]


def _phishing(path: Path) -> dict[str, list[str]]:
    """Year to its phishing addresses, one per host: a host counts when it is first seen."""
    if not path.exists():
        return {}
    seen: set[str] = set()
    by_year: dict[str, list[str]] = {}
    with gzip.open(path, "rt", encoding="utf-8", errors="replace", newline="") as source:
        for row in csv.DictReader(source):
            url = next((value for value in row.values() if value and "://" in value), "")
            host = url.split("/")[2] if url.count("/") > 1 else ""
            if host and host not in seen:
                seen.add(host)
                by_year.setdefault((row.get("date") or "")[:4], []).append(url)
    return dict(sorted(by_year.items()))
