"""Invented conversations, and phones that write them out as exports: for the measurements and their tests.

One conversation can be written by several phones: other platform, language, clock, contact names. Everything
follows from the seed.
"""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

NAMES = ("Asha Verma", "Ben Carter", "Joana Pinto", "Milo Okafor", "Ines Keller")
OTHER_NAMES = ("Asha (office)", "B. Carter", "+44 7700 900123", "Milo O.", "Ines \U0001f33f")
SHORT = (
    "ok",
    "yes",
    "no",
    "thanks",
    "\U0001f44d",
    "haha",
    "on my way",
    "good morning",
    "\u2764\ufe0f",
    "call me",
)
WORDS: Mapping[str, Sequence[str]] = {
    "en": [
        "the",
        "truck",
        "is",
        "late",
        "again",
        "can",
        "you",
        "check",
        "with",
        "the",
        "depot",
        "about",
        "invoice",
        "tomorrow",
        "morning",
        "we",
        "need",
        "two",
        "more",
        "boxes",
        "before",
        "friday",
        "please",
        "tell",
        "Ravi",
        "that",
        "gate",
        "four",
        "stays",
        "closed",
        "and",
        "the",
        "driver",
        "waits",
        "outside",
        "maybe",
        "an",
        "hour",
        "or",
        "so",
        "I",
        "will",
        "call",
        "when",
        "he",
        "arrives",
        "did",
        "you",
        "see",
        "the",
        "photo",
        "from",
        "yesterday",
        "lunch",
        "at",
        "noon",
        "works",
    ],
    "de": [
        "der",
        "Wagen",
        "kommt",
        "später",
        "kannst",
        "du",
        "bitte",
        "im",
        "Lager",
        "nachfragen",
        "wegen",
        "der",
        "Rechnung",
        "für",
        "morgen",
        "früh",
        "wir",
        "brauchen",
        "noch",
        "zwei",
        "Kisten",
        "vor",
        "Freitag",
        "sag",
        "ihm",
        "dass",
        "Tor",
        "vier",
        "geschlossen",
        "bleibt",
        "Grüße",
        "aus",
        "München",
        "schön",
    ],
    "fr": [
        "le",
        "camion",
        "est",
        "en",
        "retard",
        "peux",
        "tu",
        "vérifier",
        "avec",
        "le",
        "dépôt",
        "pour",
        "la",
        "facture",
        "de",
        "demain",
        "matin",
        "il",
        "nous",
        "faut",
        "encore",
        "deux",
        "caisses",
        "avant",
        "vendredi",
        "dis",
        "lui",
        "que",
        "la",
        "porte",
        "reste",
        "fermée",
        "ça",
        "va",
        "très",
        "bien",
        "où",
        "êtes",
        "vous",
    ],
    "pt": [
        "o",
        "caminhão",
        "atrasou",
        "de",
        "novo",
        "você",
        "pode",
        "verificar",
        "com",
        "o",
        "depósito",
        "sobre",
        "a",
        "fatura",
        "de",
        "amanhã",
        "cedo",
        "precisamos",
        "de",
        "mais",
        "duas",
        "caixas",
        "até",
        "sexta",
        "avise",
        "que",
        "o",
        "portão",
        "está",
        "fechado",
        "não",
        "esqueça",
        "são",
        "dois",
        "irmãos",
    ],
    "es": [
        "el",
        "camión",
        "llega",
        "tarde",
        "otra",
        "vez",
        "puedes",
        "preguntar",
        "en",
        "el",
        "almacén",
        "por",
        "la",
        "factura",
        "de",
        "mañana",
        "necesitamos",
        "dos",
        "cajas",
        "más",
        "antes",
        "del",
        "viernes",
        "dile",
        "que",
        "la",
        "puerta",
        "está",
        "cerrada",
        "el",
        "niño",
        "llegó",
        "después",
        "qué",
        "tal",
    ],
    "hi": [
        "ट्रक",
        "फिर",
        "देर",
        "से",
        "आएगा",
        "क्या",
        "तुम",
        "गोदाम",
        "में",
        "पूछ",
        "सकते",
        "हो",
        "कल",
        "सुबह",
        "का",
        "बिल",
        "भेज",
        "दो",
        "दो",
        "डिब्बे",
        "और",
        "चाहिए",
        "शुक्रवार",
        "से",
        "पहले",
    ],
}


@dataclass(frozen=True, kw_only=True)
class Said:
    """One message: when (UTC, seconds), who, what; ``kind`` is text, photo, deleted or edited."""

    moment: datetime
    who: int
    text: str
    kind: str = "text"


@dataclass(frozen=True, kw_only=True)
class Phone:
    """How one phone writes an export."""

    name: str
    platform: str
    language: str
    stamp: str
    notice: str
    omitted: str
    attached: str
    deleted: str
    edited: str

    @property
    def is_ios(self) -> bool:
        return self.platform == "ios"

    @property
    def end(self) -> str:
        return "\r\n" if self.is_ios else "\n"

    def header(self, moment: datetime) -> str:
        """Date and time as this phone writes them."""
        half = "AM" if moment.hour < 12 else "PM"
        return self.stamp.format(
            d=moment.day, m=moment.month, y=moment.year, yy=moment.year % 100,
            h=moment.hour, h12=moment.hour % 12 or 12, n=moment.minute, s=moment.second,
            half=half, small=half.lower(),
        )  # fmt: skip


E2E_EN = (
    "Messages and calls are end-to-end encrypted. No one outside of this chat, not even WhatsApp, can read or "
    "listen to them. Tap to learn more."
)
PHONES: tuple[Phone, ...] = (
    Phone(
        name="android-en-GB", platform="android", language="en",
        stamp="{d:02}/{m:02}/{y}, {h:02}:{n:02} - ", notice=E2E_EN, omitted="<Media omitted>",
        attached="{file} (file attached)", deleted="This message was deleted", edited=" <This message was edited>",
    ),
    Phone(
        name="android-en-US", platform="android", language="en",
        stamp="{m}/{d}/{yy:02}, {h12}:{n:02}\u202f{half} - ", notice=E2E_EN, omitted="<Media omitted>",
        attached="{file} (file attached)", deleted="This message was deleted", edited=" <This message was edited>",
    ),
    Phone(
        name="android-de", platform="android", language="de",
        stamp="{d:02}.{m:02}.{yy:02}, {h:02}:{n:02} - ",
        notice=(
            "Nachrichten und Anrufe sind Ende-zu-Ende-verschlüsselt. Niemand außerhalb dieses Chats kann sie lesen "
            "oder anhören, nicht einmal WhatsApp. Tippe, um mehr zu erfahren."
        ),
        omitted="<Medien ausgeschlossen>", attached="{file} (Datei angehängt)",
        deleted="Diese Nachricht wurde gelöscht.", edited=" <Diese Nachricht wurde bearbeitet.>",
    ),
    Phone(
        name="android-pt-BR", platform="android", language="pt",
        stamp="{d:02}/{m:02}/{y} {h:02}:{n:02} - ",
        notice=(
            "As mensagens e as chamadas são protegidas com a criptografia de ponta a ponta e ficam somente entre "
            "você e os participantes desta conversa. Nem mesmo o WhatsApp pode ler ou ouvi-las. Toque para saber mais."
        ),
        omitted="<Mídia oculta>", attached="{file} (arquivo anexado)",
        deleted="Mensagem apagada", edited=" <Mensagem editada>",
    ),
    Phone(
        name="android-en-IN", platform="android", language="hi",
        stamp="{d:02}/{m:02}/{yy:02}, {h12}:{n:02} {small} - ", notice=E2E_EN, omitted="<Media omitted>",
        attached="{file} (file attached)", deleted="This message was deleted", edited=" <This message was edited>",
    ),
    Phone(
        name="ios-en-GB", platform="ios", language="en", stamp="[{d:02}/{m:02}/{y}, {h:02}:{n:02}:{s:02}] ",
        notice=E2E_EN.removesuffix(" Tap to learn more."), omitted="image omitted", attached="<attached: {file}>",
        deleted="This message was deleted.", edited=" \u200e<This message was edited>",
    ),
    Phone(
        name="ios-en-US", platform="ios", language="en",
        stamp="[{m}/{d}/{yy:02}, {h12}:{n:02}:{s:02}\u202f{half}] ",
        notice=E2E_EN.removesuffix(" Tap to learn more."), omitted="image omitted", attached="<attached: {file}>",
        deleted="This message was deleted.", edited=" \u200e<This message was edited>",
    ),
    Phone(
        name="ios-de", platform="ios", language="de", stamp="[{d:02}.{m:02}.{yy:02}, {h:02}:{n:02}:{s:02}] ",
        notice=(
            "Nachrichten und Anrufe sind Ende-zu-Ende-verschlüsselt. Niemand außerhalb dieses Chats kann sie lesen "
            "oder anhören, nicht einmal WhatsApp."
        ),
        omitted="Bild weggelassen", attached="<Anhang: {file}>",
        deleted="Diese Nachricht wurde gelöscht.", edited=" \u200e<Diese Nachricht wurde bearbeitet.>",
    ),
    Phone(
        name="ios-fr", platform="ios", language="fr", stamp="[{d:02}/{m:02}/{y} {h:02}:{n:02}:{s:02}] ",
        notice=(
            "Les messages et les appels sont chiffrés de bout en bout. Aucun tiers, pas même WhatsApp, ne peut les "
            "lire ou les écouter."
        ),
        omitted="image absente", attached="<pièce jointe : {file}>",
        deleted="Ce message a été supprimé.", edited=" \u200e<Ce message a été modifié>",
    ),
)  # fmt: skip


def conversation(count: int, seed: int, *, people: int = 3, language: str = "en") -> list[Said]:
    """An invented conversation of ``count`` messages in the order of time."""
    chance = random.Random(seed)  # noqa: S311
    words = WORDS[language]
    moment = datetime(2023, 3, 1, 7, 0) + timedelta(days=chance.randrange(300))
    said = []
    for _ in range(count):
        quick = chance.random() < 0.7
        moment += timedelta(seconds=int(chance.expovariate(1 / 50 if quick else 1 / 7200)) + 1)
        if moment.hour < 6:
            moment += timedelta(hours=7)
        kind = chance.choices(("text", "photo", "deleted", "edited"), (0.92, 0.06, 0.01, 0.01))[0]
        text = " ".join(chance.choices(words, k=chance.randint(2, 14)))
        if chance.random() < 0.25:
            text = chance.choice(SHORT)
        elif chance.random() < 0.05:
            text += "\n" + " ".join(chance.choices(words, k=5))
        said.append(Said(moment=moment, who=chance.randrange(people), text=text, kind=kind))
    return said


def bursts(count: int, seed: int, *, people: int = 3, language: str = "en") -> list[Said]:
    """An invented conversation that is hard to align: runs of the same short word, runs of pictures, between texts."""
    chance = random.Random(seed)  # noqa: S311
    moment = datetime(2023, 3, 1, 7, 0) + timedelta(days=chance.randrange(300))
    said: list[Said] = []
    while len(said) < count:
        moment += timedelta(seconds=int(chance.expovariate(1 / 400)) + 1)
        who, what = chance.randrange(people), chance.random()
        if what < 0.35:
            text = chance.choice(("ok", "ok", "yes", "\U0001f44d", "haha", "hm"))
            for _ in range(chance.randint(1, 6)):
                writer = who if chance.random() < 0.7 else chance.randrange(people)
                said.append(Said(moment=moment, who=writer, text=text if chance.random() < 0.8 else "ok"))
                moment += timedelta(seconds=chance.randint(1, 25))
        elif what < 0.6:
            for _ in range(chance.randint(1, 8)):
                said.append(Said(moment=moment, who=who, text="", kind="photo"))
                moment += timedelta(seconds=chance.randint(0, 5))
        else:
            text = " ".join(chance.choices(WORDS[language], k=chance.randint(1, 14)))
            said.append(Said(moment=moment, who=who, text=text))
    return said[:count]


def entries(
    said: Sequence[Said],
    phone: Phone,
    *,
    names: Sequence[str] = NAMES,
    offset: timedelta = timedelta(0),
    with_files: bool = False,
) -> tuple[list[str], dict[str, bytes]]:
    """One string for each message as the phone writes it, the notice first, and the files beside the text."""
    start = said[0].moment + offset
    opening = phone.header(start) + (f"{names[0]}: \u200e" if phone.is_ios else "") + phone.notice + phone.end
    written, files = [opening], {}
    for number, message in enumerate(said, 2):
        moment = message.moment + offset
        body, mark = message.text, ""
        if message.kind == "deleted":
            body = ("\u200e" if phone.is_ios else "") + phone.deleted
        elif message.kind == "edited":
            body += phone.edited
        elif message.kind == "photo" and with_files:
            name = f"IMG-{moment:%Y%m%d}-WA{number:04}.jpg"
            if phone.is_ios:
                name = f"{number:08}-PHOTO-{moment:%Y-%m-%d-%H-%M-%S}.jpg"
            files[name] = b"\xff\xd8\xff\xe0" + number.to_bytes(4, "big") * 50
            body = "\u200e" + phone.attached.format(file=name)
            mark = "\u200e" if phone.is_ios else ""
        elif message.kind == "photo":
            body = ("\u200e" if phone.is_ios else "") + phone.omitted
            mark = "\u200e" if phone.is_ios else ""
        written.append(f"{mark}{phone.header(moment)}{names[message.who]}: {body}{phone.end}")
    return written, files


def as_zip(text: bytes, files: Mapping[str, bytes], phone: Phone, packed: datetime) -> bytes:
    """The zip as a phone makes it: streamed with data descriptors, made by FAT, no attributes."""
    target = io.BytesIO()
    stream = _Unseekable(target)
    name = "_chat.txt" if phone.is_ios else "WhatsApp Chat with Depot.txt"
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[arg-type]
        for member, content in {name: text, **files}.items():
            info = zipfile.ZipInfo(member, packed.timetuple()[:6])
            info.create_system, info.compress_type = 0, zipfile.ZIP_DEFLATED
            with archive.open(info, "w") as handle:
                handle.write(content)
            info.external_attr = 0
    return target.getvalue()


class _Unseekable:
    """A stream that cannot go back, as a phone's share sheet is: zipfile then writes data descriptors."""

    def __init__(self, target: io.BytesIO) -> None:
        self.target = target

    def write(self, data: bytes) -> int:
        return self.target.write(data)

    def flush(self) -> None:
        self.target.flush()


def write_between(document: Path, mark: str, lines: Sequence[str]) -> None:
    """Replace what stands between the marks ``mark: begin`` and ``mark: end`` of a document."""
    begin, end = f"<!-- {mark}: begin -->", f"<!-- {mark}: end -->"
    head, rest = document.read_text("utf-8").split(begin, 1)
    _, tail = rest.split(end, 1)
    body = "\n".join(lines)
    document.write_text(f"{head}{begin}\n{body}\n{end}{tail}", "utf-8")
