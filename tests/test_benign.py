"""Ordinary life that talks of money, codes, links and new phones: nothing above low, in any language."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from incident_chats import chat_of

from wa_forensics import behaviour, incidents
from wa_forensics.detectors import DETECTORS
from wa_forensics.model import Severity

START = datetime(2026, 2, 15, 15, 0)
# Hours after the start, sender (empty for a line of the app), text.
Lines = tuple[tuple[float, str, str], ...]

SITUATIONS: dict[str, Lines] = {
    "weekly invoices, new account confirmed by phone (en)": (
        (0, "Marlow Print", "morning! invoice 211 attached, 480 due friday as usual"),
        (1, "Odette", "paid, thanks"),
        (
            168,
            "Marlow Print",
            "invoice 212, 515 this week. heads up, we moved banks, the new account is on the invoice",
        ),
        (168.2, "Odette", "ok I called Jim at the shop, he confirmed the new account, paying now"),
        (168.3, "Marlow Print", "great, received"),
        (336, "Marlow Print", "invoice 213, same account as last week. urgent please, paper supplier wants his money"),
        (337, "Odette", "sent"),
        (338, "Odette", "there is a fake invoice scam going round btw, so I always ring you"),
        (339, "Marlow Print", "wise"),
    ),
    "building fund and a plumber with a new number (es)": (
        (0, "Presidenta Loli", "vecinos, la derrama del ascensor son 120 por piso, IBAN de la comunidad el de siempre"),
        (2, "3B Ramiro", "transferido"),
        (3, "2A Inma", "yo mañana sin falta, hoy la app del banco no me va"),
        (26, "Presidenta Loli", "gracias. el fontanero ha cambiado de numero, os paso el nuevo: 600 555 010"),
        (27, "3B Ramiro", "ya hable con el, es el mismo Paco de siempre"),
        (50, "2A Inma", "pagado. ojo que mandan sms falsos de correos, no pincheis"),
        (51, "Presidenta Loli", "es urgente cerrar la puerta del garaje, que se queda abierta"),
    ),
    "pix at the counter every day (pt)": (
        (0, "Padaria Central", "bom dia! fechou 84,50 a encomenda do bolo, pix na chave de sempre"),
        (0.5, "Jussara", "feito, segue comprovante"),
        (24, "Padaria Central", "recebido, obrigado. o motoboy vai pedir um codigo na entrega, é 4471"),
        (25, "Jussara", "passei o código pra ele, chegou certinho"),
        (72, "Padaria Central", "agora temos chave pix nova, no CNPJ. a senhora viu na plaquinha do balcão né"),
        (73, "Jussara", "vi sim, passei aí hoje cedo e o Seu Tino me mostrou. mando 40 do pão"),
        (74, "Padaria Central", "caiu, valeu"),
    ),
    "club treasurer with a new phone (de)": (
        (0, "Kassier Uwe", "Beitrag 2026 sind 60 Euro, bitte bis Monatsende auf das Vereinskonto"),
        (1, "Britta", "überwiesen"),
        (2, "Jens", "mach ich morgen"),
        (48, "", "Deine Sicherheitsnummer für Kassier Uwe hat sich geändert. Tippe, um mehr zu erfahren."),
        (49, "Kassier Uwe", "neues handy, endlich. das alte lag im see 😅"),
        (49.1, "Britta", "wer bist du und was hast du mit uwe gemacht 😂"),
        (49.2, "Kassier Uwe", "haha. wir sehen uns eh morgen beim training"),
        (75, "Jens", "war ja gestern beim training, uwe hats mir persönlich gezeigt. beitrag ist raus"),
        (76, "Kassier Uwe", "angekommen, danke"),
    ),
    "flatmates, delivery codes and the landlord's new upi (hi-Latn)": (
        (0, "Tushar", "swiggy wala aa raha hai, otp 4471 bol dena gate pe"),
        (0.2, "Nidhi", "le liya"),
        (20, "Tushar", "landlord ne bola rent naye upi pe bhejna hai, purana bank account band karwa diya unhone"),
        (20.1, "Nidhi", "haan main niche ja ke unse mil ke aayi, wahi number hai"),
        (20.2, "Tushar", "ok 9000 bhej diye"),
        (44, "Nidhi", "bijli ka bill aaya 1870, aaj last date hai warna connection kat jayega"),
        (44.5, "Tushar", "app se bhar diya"),
        (200, "Nidhi", "aadhar copy whatsapp pe mat bhejna, hand to hand dena"),
    ),
    "gift money and a brother's new number (ar)": (
        (0, "أم سالم", "كل عام وأنتم بخير، العيدية على كل واحد خمسين"),
        (1, "ريم", "حولت لك يا ماما"),
        (30, "أم سالم", "سالم غير رقمه، هذا رقمه الجديد 0555500055"),
        (30.5, "ريم", "كلمته قبل شوي وسمعت صوته، هو نفسه"),
        (31, "أم سالم", "الحمد لله"),
        (60, "ريم", "وصلني كود من البنك وأنا أسدد الفاتورة، كل شيء تمام"),
    ),
    "class trip paid in a hurry (it)": (
        (
            0,
            "Rappresentante Ornella",
            "ciao a tutti, la gita costa 35 euro, entro domani sull'iban della scuola che sapete",
        ),
        (1, "Mamma di Elia", "fatto"),
        (2, "Papà di Nora", "posso darti i contanti domani? la carta è bloccata fino a lunedi"),
        (2.5, "Rappresentante Ornella", "certo"),
        (25, "Rappresentante Ornella", "urgente: mancano due moduli, il link è quello della circolare della scuola"),
        (26, "Papà di Nora", "mandato. occhio che gira un messaggio falso sul buono spesa, non cliccate"),
        (27, "Mamma di Elia", "grazie"),
    ),
    "a parcel with a real fee, and junk messages talked about (fr)": (
        (0, "Solène", "mon colis du japon est bloqué à la douane, 22 euros de frais, payé sur l'appli de la poste"),
        (1, "Gaspard", "moi j'ai reçu un sms de colis mais je n'ai rien commandé"),
        (1.1, "Solène", "c'est du faux ça, supprime"),
        (2, "Gaspard", "fait. et je n'ai rien acheté non plus, la banque a confirmé"),
        (24, "Solène", "tu peux m'avancer 40 euros pour le cadeau de Lou ? je te rends ça vendredi"),
        (24.3, "Gaspard", "oui je te vire ça"),
        (96, "Solène", "remboursé !"),
    ),
    "savings round and a small shop (id)": (
        (0, "Bu Wati", "arisan bulan ini 200rb ya, transfer ke rekening bu Nur seperti biasa"),
        (1, "Mbak Tika", "sudah bu"),
        (24, "Bu Wati", "bu Nur ganti rekening karena banknya tutup cabang, tadi ketemu di pasar dan dikasih nomornya"),
        (25, "Mbak Tika", "iya saya juga sudah telpon bu Nur, benar. sudah transfer"),
        (48, "Bu Wati", "alhamdulillah sudah masuk semua"),
        (49, "Mbak Tika", "hati hati ada yang kirim undangan apk, jangan dibuka"),
    ),
    "an employer from an unsaved number (tr)": (
        (
            0,
            "+90 555 000 00 55",
            "Merhaba, başvurunuz için teşekkürler. Görüşme salı 10:00, adres ofisimiz, kimlik yeterli",
        ),
        (1, "Sevda", "teşekkürler, orada olacağım"),
        (50, "+90 555 000 00 55", "Görüşme güzel geçti, pazartesi başlayabilirsiniz. Maaş için iban getirin lütfen"),
        (51, "Sevda", "tabii, pazartesi elden veririm"),
        (170, "+90 555 000 00 55", "Hoş geldiniz, girişte kart basmayı unutmayın"),
        (171, "Sevda", "tamam"),
    ),
    "a buyer from an unsaved number (nl)": (
        (0, "+31 6 55500055", "hoi, is de kast er nog? kan ik morgen komen kijken"),
        (0.5, "Maaike", "ja hoor, kerkstraat 5, bel even aan"),
        (24, "+31 6 55500055", "ik sta voor de deur"),
        (24.2, "Maaike", "kom eraan"),
        (25, "+31 6 55500055", "mooi ding, stuur maar een betaalverzoek van 60 dan doe ik het meteen"),
        (25.1, "Maaike", "gestuurd"),
        (25.2, "+31 6 55500055", "betaald, dank je"),
        (60, "+31 6 55500055", "staat goed in de kamer!"),
    ),
    "a friend asks for a blik code at the till (pl)": (
        (0, "Kinga", "jestem w żabce, zapomniałam portfela, podasz kod blik? 30 zł"),
        (0.02, "Olek", "482 913"),
        (0.03, "Kinga", "poszło, dzięki, oddam wieczorem"),
        (6, "Kinga", "oddane na konto"),
        (6.2, "Olek", "jest"),
        (50, "Olek", "mama mówi że krąży oszustwo na blika, ja zawsze dzwonię zanim podam kod"),
        (50.1, "Kinga", "słusznie"),
    ),
}


def above(least: Severity, lines: Lines) -> list[tuple[str, list[int]]]:
    """Rules and lines of the findings above a level, the takeover window included."""
    given = chat_of((START + timedelta(hours=hours), sender, text) for hours, sender, text in lines)
    found = [f for detector in DETECTORS for f in detector.detect(given)]
    windows = incidents.takeover_windows(given, found, behaviour.profiles(given, behaviour.analyze(given)))
    found += incidents.takeover_findings(given, windows, found)
    return [(f.rule, [item.line for item in f.evidence]) for f in found if f.severity > least]


@pytest.mark.parametrize("lines", SITUATIONS.values(), ids=SITUATIONS)
def test_ordinary_life_shows_nothing_above_low(lines: Lines) -> None:
    assert not above(Severity.LOW, lines)


def test_the_same_under_unsaved_numbers_shows_nothing_high_and_rarely_more_than_low() -> None:
    medium = 0
    for lines in SITUATIONS.values():
        names = sorted({sender for _, sender, _ in lines if sender})
        number = {name: f"+44 7700 9001{at:02d}" for at, name in enumerate(names[1:])}
        unsaved = tuple((hours, number.get(sender, sender), text) for hours, sender, text in lines)
        assert not above(Severity.MEDIUM, unsaved)
        medium += bool(above(Severity.LOW, unsaved))
    assert medium <= 2
