"""Writes the report of a case as one HTML file."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from wa_forensics.errors import SettingsError
from wa_forensics.report import build
from wa_forensics.report.case_record import WholeRecord
from wa_forensics.report.environment import environment, page_assets
from wa_forensics.report.logo import logo_address
from wa_forensics.report.media import Thumbnails
from wa_forensics.report.output import write_stream
from wa_forensics.report.redact import redacted
from wa_forensics.report.register import Register
from wa_forensics.report.words import LANGUAGES, Words
from wa_forensics.report.zone import utc_teller

AUDIENCES = ("victim", "examiner", "court")


def render_case(
    case: WholeRecord,
    out: Path,
    *,
    language: str = "en",
    audience: str = "examiner",
    full_chat: bool = False,
    redactions: Collection[str] = (),
    embed_media: bool = False,
    template_folder: Path | None = None,
    logo: Path | None = None,
) -> Path:
    """Write the report of ``case`` to ``out`` and return ``out``.

    ``language`` is one of ``LANGUAGES``; the report's own words are translated, quotes are not. ``audience``:
    ``victim`` (plain words, no method), ``examiner`` (everything), ``court`` (everything but the advice, with
    signature lines). ``full_chat`` adds every message of every chat. ``redactions``: any of ``names``,
    ``numbers``, ``accounts``, replaced by pseudonyms that depend on the case alone. ``embed_media`` adds small
    JPEG copies of pictures from the scanned zips (needs Pillow; the zips must lie where they were scanned; not
    together with ``redactions``, for pictures cannot be redacted). ``template_folder`` holds templates that
    replace built-in ones of the same name. ``logo`` is a PNG or JPEG of at most 300,000 bytes, shown at the top.
    Raises SettingsError for an unknown choice or a logo that cannot be used, and CaseError when the file cannot
    be written; a file that was begun and not ended is removed.
    """
    _refuse_unknown("--lang", (language,), LANGUAGES)
    _refuse_unknown("--audience", (audience,), AUDIENCES)
    if embed_media and redactions:
        raise SettingsError("--embed-media", "pictures cannot be redacted", "Leave --redact or --embed-media out.")
    words = Words(language)
    env = environment(words, template_folder)
    env.provide(utc=utc_teller(str(case.settings.get("timezone") or ""), words.text("no such time in this zone")))
    thumbnails = Thumbnails(case.inputs) if embed_media else None
    register = Register(redacted(case, redactions, language) if redactions else case)
    page = build.page(register, full_chat=full_chat)
    stream = env.get_template("report/page.html").stream(
        page=page,
        findings=build.finding_views(register),
        other_findings=build.other_findings(register),
        whole_chats=build.whole_chats(register) if full_chat else (),
        assets=page_assets(
            env,
            "report/report.js",
            f"{page.case_number} {page.case_name}",
            words.text("Page"),
            pictures=embed_media or logo is not None,
        ),
        logo=logo_address(logo) if logo is not None else None,
        audience=audience,
        words=words,
        redactions=tuple(redactions),
        thumbnails=thumbnails,
    )
    try:
        return write_stream(stream, out)
    finally:
        if thumbnails is not None:
            thumbnails.close()


def _refuse_unknown(option: str, given: Iterable[str], known: Sequence[str]) -> None:
    for value in given:
        if value not in known:
            raise SettingsError(option, f"{value!r} is no choice", f"Choose: {', '.join(known)}.")
