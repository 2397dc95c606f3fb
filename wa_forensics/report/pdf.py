"""The report as PDF, through WeasyPrint (the optional extra ``pdf``): nothing is fetched, scripts do not run."""

from __future__ import annotations

from pathlib import Path

from wa_forensics.errors import CaseError, SettingsError


def render_pdf(page: Path, out: Path) -> Path:
    """Print the report ``page`` (HTML) to ``out`` (PDF) and return ``out``.

    Raises SettingsError when WeasyPrint is not installed and CaseError when the file cannot be written. Takes
    about a second per ten printed pages.
    """
    try:
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher
    except (ImportError, OSError) as error:
        raise SettingsError(
            "--pdf", "WeasyPrint is not installed or lacks Pango", "Install it: pip install 'wa-forensics[pdf]'."
        ) from error
    partial = out.with_name(out.name + ".part")
    try:
        inside_only = URLFetcher(allowed_protocols=("data",), allow_redirects=False)
        HTML(string=page.read_text(encoding="utf-8"), url_fetcher=inside_only).write_pdf(partial)
        partial.replace(out)
    except OSError as error:
        problem = f"the PDF cannot be written ({error.strerror})"
        raise CaseError(str(out), problem, "Choose another -o, or make room there.") from error
    finally:
        partial.unlink(missing_ok=True)
    return out
