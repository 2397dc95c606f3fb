"""English sentences that remember their template and their values, so that a report can tell them in other words.

A ``Said`` is a plain string for whoever reads or writes it. Its ``form`` is made of JSON values, one of

- ``{"say": template, "with": {name: value}}``,
- ``{"one": template, "many": template, "num": count, "with": {name: value}}``, the plural as in gettext,
- ``{"join": separator, "of": [value, ...]}``.

Templates hold ``%(name)s``; a value is a string of the evidence, a whole number or another form.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any, Protocol

Form = Mapping[str, Any]
# Marks the fields of records whose text may be a ``Said``; they are stored with their forms.
SAID = "said"
Sentence = Annotated[str, SAID]
Sentences = Annotated[tuple[str, ...], SAID]
_PLACE = re.compile(r"%\((\w+)\)s")


class Words(Protocol):
    """How one language tells a form: templates and separators looked up, counts and evidence as they are shown."""

    def template(self, text: str) -> str: ...

    def plural(self, one: str, many: str, number: int) -> str: ...

    def number(self, value: int) -> str: ...

    def value(self, text: str) -> str: ...


class Said(str):
    """A sentence made by ``say``, ``counted`` or ``joined``; equal to its English text."""

    __slots__ = ("form",)
    form: Form

    def __new__(cls, form: Form) -> Said:
        made = super().__new__(cls, tell(form, _English()))
        made.form = form
        return made

    def __reduce__(self) -> tuple[type[Said], tuple[Form]]:
        return Said, (self.form,)

    def with_values(self, change: Callable[[str], str]) -> Said:
        """The same sentence with ``change`` applied to each value that is text of the evidence."""
        return Said(_changed(self.form, change))


def phrase(template: str) -> str:
    """Marks a template for the catalogues where it is kept in a constant."""
    return template


def forms(one: str, many: str) -> tuple[str, str]:
    """The same for the two forms of a plural."""
    return one, many


def say(template: str, /, **values: str | int) -> Said:
    """A sentence from a template; values that are ``Said`` themselves are told in the reader's language too."""
    return Said({"say": template, **_with(values)})


def counted(one: str, many: str, number: int, /, **values: str | int) -> Said:
    """A sentence or a phrase that depends on a count, which stands in the template as ``%(num)s``."""
    return Said({"one": one, "many": many, "num": int(number), **_with(values)})


def joined(items: Iterable[str], separator: str = " ") -> Said:
    """Sentences or phrases one after the other."""
    return Said({"join": separator, "of": [_value(item) for item in items]})


def listed(items: Iterable[str], most: int) -> Said:
    """The first of several items with the number of the others: ``a, b and 3 more``."""
    every = list(items)
    shown = joined(every[:most], ", ")
    more = len(every) - most
    return counted("%(items)s and %(num)s more", "%(items)s and %(num)s more", more, items=shown) if more > 0 else shown


def tell(form: Form, words: Words) -> str:
    """A form in the words of one language. TypeError, LookupError or ValueError for what is no form."""
    if "join" in form:
        return words.template(form["join"]).join(_told(part, words) for part in form["of"])
    values = {name: _told(value, words) for name, value in form.get("with", {}).items()}
    if "say" in form:
        template = words.template(form["say"])
    else:
        template = words.plural(form["one"], form["many"], form["num"])
        values["num"] = words.number(form["num"])
    return _PLACE.sub(lambda place: values[place[1]], template)


def _told(value: object, words: Words) -> str:
    if isinstance(value, Mapping):
        return tell(value, words)
    return words.number(value) if isinstance(value, int) else words.value(str(value))


def _with(values: Mapping[str, str | int]) -> dict[str, Any]:
    return {"with": {name: _value(value) for name, value in values.items()}} if values else {}


def _value(value: str | int) -> Any:
    if isinstance(value, Said):
        return value.form
    return str(value) if isinstance(value, str) else int(value)


def _changed(value: Any, change: Callable[[str], str]) -> Any:
    """A form with its evidence changed; templates and separators stay."""
    if not isinstance(value, Mapping):
        return change(value) if isinstance(value, str) else value
    parts = dict(value)
    if "of" in parts:
        parts["of"] = [_changed(part, change) for part in parts["of"]]
    if "with" in parts:
        parts["with"] = {name: _changed(part, change) for name, part in parts["with"].items()}
    return parts


def form_of(value: object) -> Any:
    """What a record keeps of a field beside its text: a form, a list of forms (null for plain text), or None."""
    if isinstance(value, Said):
        return value.form
    if isinstance(value, tuple):
        forms = [form_of(item) for item in value]
        return forms if any(form is not None for form in forms) else None
    return None


def remembered(text: Any, form: Any) -> Any:
    """The field of a record with its forms again; what does not give the stored text stays the stored text."""
    if isinstance(text, tuple) and isinstance(form, list) and len(text) == len(form):
        return tuple(remembered(item, part) for item, part in zip(text, form, strict=True))
    if isinstance(text, str) and isinstance(form, dict):
        try:
            made = Said(form)
        except (TypeError, LookupError, ValueError, AttributeError, RecursionError):
            return text
        return made if made == text else text
    return text


class _English:
    """The words of the templates themselves."""

    def template(self, text: str) -> str:
        return text

    def plural(self, one: str, many: str, number: int) -> str:
        return one if number == 1 else many

    def number(self, value: int) -> str:
        return f"{value:,}"

    def value(self, text: str) -> str:
        return text
