"""The Jinja environment: sandboxed, escaping, with the report's filters, style and script."""

from __future__ import annotations

import base64
import hashlib
import re
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.runtime import Context, Macro
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup, escape

from wa_forensics.errors import SettingsError
from wa_forensics.model import Confidence, Finding, Indicator, Said, Severity, Stage, Threat, Verdict, tell
from wa_forensics.report import quoting, wording
from wa_forensics.report.compiled import CompiledTemplates
from wa_forensics.report.involved import DEEDS
from wa_forensics.report.payees import kind_of
from wa_forensics.report.words import Words

# Seconds are cut where they are 00: most exports have none.
_ISO_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(?::00(?!\d))?")
_PACKAGE = Path(__file__).resolve().parent.parent


class Sandbox(SandboxedEnvironment):
    """Jinja's sandbox, which decides once for each type and name what it would decide at every access."""

    def __init__(self, **options: Any) -> None:
        self._safe: dict[tuple[type, str], bool] = {}
        self._ours: dict[int, Callable[..., Any]] = {}
        super().__init__(**options)

    def provide(self, **functions: Callable[..., Any]) -> None:
        """Give templates functions of this package under these names; they run without the sandbox's questions."""
        self.globals.update(functions)
        self._ours.update((id(function), function) for function in functions.values())

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Is the attribute open to templates? What Jinja forbids depends on the type of the object and the name."""
        key = (type(obj), attr)
        if key not in self._safe:
            self._safe[key] = super().is_safe_attribute(obj, attr, value)
        return self._safe[key]

    def getattr(self, obj: Any, attribute: str) -> Any:
        """An attribute, or what stands under this name; undefined where the sandbox forbids it."""
        if self._safe.get((type(obj), attribute)):
            value = getattr(obj, attribute, None)
            # Methods could format text outside the sandbox, and None may stand for what is not there.
            if value is not None and not callable(value):
                return value
        return super().getattr(obj, attribute)

    def call(self, context: Context, obj: Any, /, *args: Any, **named: Any) -> Any:
        """A macro runs in the sandbox itself, and a function of ours is safe; of anything else the sandbox decides."""
        if type(obj) is Macro:
            args = (context.eval_ctx, *args)
        elif id(obj) not in self._ours:
            return super().call(context, obj, *args, **named)
        named.pop("_loop_vars", None)
        named.pop("_block_vars", None)
        return obj(*args, **named)


@dataclass(frozen=True, kw_only=True)
class Assets:
    """The one style and the one script of the page (own templates, never evidence), and the policy."""

    style: Any
    script: Any
    policy: str


def template_folder() -> Path:
    """``templates`` inside the installed package, else at the top of the checkout."""
    for folder in (_PACKAGE / "templates", _PACKAGE.parent / "templates"):
        if (folder / "report").is_dir():
            return folder
    raise SettingsError(str(_PACKAGE / "templates"), "the report templates are missing", "Install the package again.")


def environment(words: Words, own_templates: Path | None = None) -> Sandbox:
    """An environment for one language; ``own_templates`` are looked up before the built-in ones."""
    folders = ([own_templates] if own_templates else []) + [template_folder()]
    env = Sandbox(
        loader=FileSystemLoader(folders),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_guarded,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.loopcontrols"],
        bytecode_cache=None if own_templates else CompiledTemplates(template_folder()),
    )

    # The templates hold these texts, and no evidence; Markup escapes what is put into them.
    @lru_cache(maxsize=1024)
    def translated(text: str) -> Markup:
        return Markup(words.catalogue.gettext(text))  # noqa: S704

    @lru_cache(maxsize=1024)
    def unvaried(text: str) -> Markup:
        return translated(text) % {}

    env.filters.update(
        ev=quoting.evidence,
        plain=quoting.plain,
        moment=_own(words.moment),
        day=_own(words.day),
        weekday=_own(words.weekday),
        clock=_own(words.clock),
        short_moment=_own(words.short_moment),
        sentence=lambda text, most=None: _sentence(words, text, most),
        number=_own(words.number),
        tr=lambda text: _translated(words, text),
        severity=lambda value: words.text(wording.SEVERITY[Severity(value)]),
        shape=lambda value: wording.SHAPE[Severity(value)],
        confidence=lambda value: words.text(wording.CONFIDENCE[Confidence(value)]),
        signs=lambda value: words.text(wording.SIGNS[Confidence(value)]),
        stage=lambda value: words.text(wording.STAGE[Stage(value)]),
        threat=lambda value: words.text(wording.THREAT[Threat(value)]),
        verdict=lambda value: words.text(wording.VERDICT[Verdict(value)]),
        verdict_shape=lambda value: wording.VERDICT_SHAPE[Verdict(value)],
        indicator_kind=lambda found: _indicator_kind(words, found),
        heading=lambda finding: _heading(words, finding),
        deed=lambda value: words.text(DEEDS[value]),
        two_lines=_two_lines,
        without=lambda items, left_out: [item for item in items if item != left_out],
        kind=lambda value: words.text(wording.KIND[value]),
    )
    env.provide(
        _=lambda text, **values: translated(text) % values if values else unvaried(text),
        ngettext=lambda one, many, num, **values: (
            Markup(words.catalogue.ngettext(one, many, num)) % {"num": num, **values}  # noqa: S704
        ),
        span=lambda *args, **named: Markup("<bdi>{}</bdi>").format(words.span(*args, **named)),
        duration=_own(words.duration),
        count=_own(words.count),
        utc=lambda iso: "",
    )
    return env


def _guarded(value: Any) -> Any:
    """Whatever a template prints without a filter: the last line of defense against a forgotten one."""
    return quoting.plain(value) if type(value) is str else value


def _own(function: Callable[..., str]) -> Callable[..., Markup]:
    """Results that hold no evidence; their spaces and signs are meant and are not marked."""
    return lambda *values, **named: escape(function(*values, **named))


def _sentence(words: Words, text: str, most: int | None = None) -> Markup:
    """A sentence of the program in the reader's language; in English, and said to be so, where none is known.

    ISO times lose their T and are easier to read; nothing else is changed. ``most`` cuts long evidence in it.
    """
    if most is not None and len(text) > most:
        text = text.with_values(lambda value: _cut(value, most)) if isinstance(text, Said) else _cut(text, most)
    if words.language != "en":
        if isinstance(text, Said) and words.knows(text.form):
            return Markup(tell(text.form, _Telling(words)))  # noqa: S704, each part is escaped by _Telling
        if words.knows({"say": text}):
            return escape(words.text(text))
    shown = quoting.evidence(_ISO_TIME.sub(r"\1 \2", text))
    return (
        shown
        if words.language == "en" or not any(map(str.isalpha, text))
        else Markup('<bdi dir="auto" lang="en">{}</bdi>').format(shown)
    )


def _cut(value: str, most: int) -> str:
    return value if len(value) <= most else f"{value[: most - 1]}\u2026"


class _Telling:
    """Sentences in one language as markup: templates are escaped, values are evidence."""

    def __init__(self, words: Words) -> None:
        self._words = words

    def template(self, text: str) -> str:
        return str(escape(self._words.between(text)))

    def plural(self, one: str, many: str, number: int) -> str:
        return str(escape(self._words.catalogue.ngettext(one, many, number)))

    def number(self, value: int) -> str:
        return str(escape(self._words.number(value)))

    def value(self, text: str) -> str:
        return str(Markup("<bdi>{}</bdi>").format(quoting.evidence(_ISO_TIME.sub(r"\1 \2", text))))


def _translated(words: Words, text: str) -> str:
    """A text of a rule in the reader's language; what no catalogue knows is treated as evidence."""
    found = words.text(text)
    return text if found == text else escape(found)


def _heading(words: Words, finding: Finding) -> str:
    """The rule's title; in a language whose catalogue lacks it, what the finding is about."""
    title = _translated(words, finding.title)
    if words.language == "en" or isinstance(title, Markup):
        return title
    about = words.text(wording.THREAT[finding.threat])
    return escape(about[:1].upper() + about[1:])


def _two_lines(text: str, width: int) -> list[str]:
    """A name for a picture, where text does not wrap by itself."""
    return textwrap.wrap(text, width, max_lines=2, placeholder="\u2026") or [""]


def _indicator_kind(words: Words, found: Indicator) -> str:
    kind = wording.INDICATOR.get(kind_of(found)) or wording.INDICATOR.get(found.type)
    return words.text(kind) if kind else found.type


def page_assets(
    env: SandboxedEnvironment, script_name: str, page_foot: str, page_word: str, *, pictures: bool = False
) -> Assets:
    """Style, script and policy; ``page_foot`` and ``page_word`` stand at the foot of each printed page.

    A template module is trusted markup and reaches the page byte for byte, so that the hashes fit.
    """
    style = env.get_template("report/report.css").make_module(
        {"foot": _css_string(page_foot), "word": _css_string(page_word)}
    )
    script = env.get_template(script_name).make_module()
    return Assets(
        style=style,
        script=script,
        policy=(
            f"default-src 'none'; style-src '{_hash(str(style))}'; script-src '{_hash(str(script))}'; "
            f"{'img-src data:; ' if pictures else ''}base-uri 'none'; form-action 'none'"
        ),
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _css_string(text: str) -> str:
    """Every character but letters and digits as a CSS escape: nothing can end the string."""
    return re.sub(r"[^A-Za-z0-9]", lambda hit: f"\\{ord(hit[0]):x} ", text[:120])
