"""In a room of many unsaved numbers being one says nothing; in a small group it does."""

from __future__ import annotations

from datetime import datetime, timedelta

from parsing_texts import parsed

from wa_forensics.context import sightings
from wa_forensics.context.crowd import crowd
from wa_forensics.context.episodes import episodes
from wa_forensics.context.stretches import PRIOR_STRANGER
from wa_forensics.context.weighing import MEDIUM


def room(members: int, pitch: str) -> str:
    """Unsaved numbers that say ordinary things six times each, and one that writes ``pitch`` in between."""
    moment, lines = datetime(2024, 5, 1, 9, 0), []
    for turn in range(6):
        for member in range(members):
            moment += timedelta(minutes=2)
            lines.append(f"{moment:%d/%m/%Y, %H:%M} - +44 7700 9001{member:02d}: the bus came at {turn + 5} again\n")
        if turn == 3:
            moment += timedelta(minutes=2)
            lines.append(f"{moment:%d/%m/%Y, %H:%M} - +44 7700 900999: {pitch}\n")
    return "".join(lines)


PITCH = "Please send me the 6-digit code you got by SMS, I sent it to you by mistake"


def test_many_ordinary_strangers_lower_the_prior_and_few_do_not() -> None:
    few, many = (parsed(room(count, PITCH), date_order="DMY") for count in (8, 90))
    assert crowd(few, sightings(few), PRIOR_STRANGER).prior == PRIOR_STRANGER
    around = crowd(many, sightings(many), PRIOR_STRANGER)
    assert around.size == 90
    assert around.prior < PRIOR_STRANGER


def test_the_same_request_weighs_less_in_a_room_and_still_is_found() -> None:
    few, many = (
        max(episodes(parsed(room(count, PITCH), date_order="DMY")), key=lambda e: e.score) for count in (8, 90)
    )
    read = [signal.weight for signal in many.signals if signal.name == "reads like a scam"]
    assert few.score - (many.score - sum(read)) > 1.0
    assert few.score > many.score >= MEDIUM


def test_wording_gives_back_a_part_of_what_a_room_takes_and_nothing_elsewhere() -> None:
    few, many = (parsed(room(count, PITCH), date_order="DMY") for count in (8, 90))
    taken = PRIOR_STRANGER - crowd(many, sightings(many), PRIOR_STRANGER).prior
    (episode,) = episodes(many)
    (read,) = [signal for signal in episode.signals if signal.name == "reads like a scam"]
    assert 0 < read.weight < taken
    assert read.detail == f"line {many.columns.line[episode.sightings[0].message]}"
    assert not any(signal.name == "reads like a scam" for e in episodes(few) for signal in e.signals)
