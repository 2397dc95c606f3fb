r"""Compiles phrases of the locale files into anchors (literals that must occur) and one linear expression.

Grammar: words in normal spelling; ``a|b`` alternatives of words; ``(two words|other)`` alternatives of several
words; ``(...)?`` optional; ``word*`` any ending, ``*word`` any beginning; ``_`` one word; ``...`` up to 40
characters of the same sentence; ``<code> <number> <money> <link> <phone> <starcode>`` classes. Words are folded like
the text, so accents and capitals do not matter; an apostrophe or hyphen inside a word may be there or not.
Expressions hold no nested or unbounded repetition: a hostile text cannot make them slow.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise, product

from wa_forensics.search.fold import fold

SHORTEST_ANCHOR = 3
MOST_PAIRS = 600
MOST_WAYS = 8
# Stand for "some digit", "something like a link", "an amount" and "a dot before something" among the anchors; no
# folded text holds them.
DIGIT_SIGN, LINK_SIGN, MONEY_SIGN, DOT_SIGN = b"#", b"/", b"&", b"*"
SIGNS = frozenset([DIGIT_SIGN, LINK_SIGN, MONEY_SIGN, DOT_SIGN])
CURRENCY_WORDS = (
    "rs re inr rupee rupees rupaye rupaya rupiya rupay pkr usd us dollar dollars bucks quid gbp pound pounds eur "
    "euro euros usdt btc eth ngn naira kes ksh kshs shilling shillings bob zar rand aud cad sgd myr rm rp idr "
    "rupiah ribu rb jt juta brl reais real conto contos mxn cop ars pen clp peso pesos soles lucas zl pln zloty "
    "zlotych tl try lira rub rublei рублей руб грн ريال درهم جنيه دينار aed dirham dirhams sar riyal riyals रुपये "
    "रुपए रुपया रु روپے chf franken kr lakh lakhs lac lacs crore crores mil k "
)
UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
NUMBER = rb"[0-9]{1,12}(?:[ .][0-9]{1,9}){0,4}"
LETTER = rb"[a-z\x80-\xff]"
WORD = rb"[a-z0-9\x80-\xff@$]{1,60}"
GAP = rb"(?:[^\n.!?]|(?<=[0-9])\.(?=[0-9])){0,40}?"
BEFORE, AFTER = rb"(?<![a-z0-9\x80-\xff])", rb"(?![a-z0-9\x80-\xff])"


@lru_cache(maxsize=100_000)
def folded(word: str) -> str:
    """A word of a phrase as it stands in folded text."""
    return fold(word).strip()


class PhraseError(ValueError):
    """A phrase that cannot be compiled; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Phrase:
    """A compiled phrase: the text has to hold one literal of each set of ``anchors`` before ``expression`` counts.

    ``leads`` says that every match begins at a literal of the first set, after the literal's border; ``plain`` that
    such a literal, with its borders, is a match already.
    """

    text: str
    concept: str
    language: str
    weight: float
    expression: bytes
    anchors: tuple[tuple[bytes, ...], ...]
    leads: bool = False
    plain: bool = False


@dataclass(frozen=True, kw_only=True)
class Node:
    """A part of a phrase: ``word``, ``any``, ``gap``, ``class`` or ``group`` (with alternatives)."""

    kind: str
    text: str = ""
    optional: bool = False
    alternatives: tuple[tuple[Node, ...], ...] = field(default=())


def compile_phrase(text: str, *, concept: str = "", language: str = "und", weight: float = 1.0) -> Phrase:
    """Compile one phrase; PhraseError if it breaks the grammar or holds no required literal."""
    nodes, rest = _sequence(_tokens(text), 0)
    if rest != len(_tokens(text)):
        raise PhraseError(f"{text!r}: unbalanced bracket")
    anchors = tuple(_anchor_sets(nodes))
    if all(SIGNS.intersection(literals) for literals in anchors):
        raise PhraseError(f"{text!r}: no required literal")
    expression = _expression(nodes, spaced=not UNSPACED.search(text))
    try:
        re.compile(expression)
    except re.error as error:
        raise PhraseError(f"{text!r}: {error}") from error
    return Phrase(
        text=text,
        concept=concept,
        language=language,
        weight=weight,
        expression=expression,
        anchors=anchors,
        leads=_leads(nodes),
        plain=_leads(nodes) and _is_plain(nodes),
    )


# reading


def _tokens(text: str) -> list[str]:
    return re.findall(r"\.\.\.|\u2026|\)\?|[()|]|<\w+>|[^\s()|<>]+|\s+", text.strip())


def _sequence(tokens: Sequence[str], at: int) -> tuple[tuple[Node, ...], int]:
    """Read words until the end or the bracket or bar that closes this alternative."""
    nodes: list[Node] = []
    while at < len(tokens) and tokens[at] not in (")", ")?"):
        if tokens[at] == "|":
            if nodes and nodes[-1].kind in ("word", "class") and at + 1 < len(tokens) and _outside(tokens, at):
                node, at = _atom(tokens, at + 1)
                first = nodes.pop()
                nodes.append(Node(kind="group", alternatives=((first,), (node,))))
                continue
            if nodes and nodes[-1].kind == "group" and _outside(tokens, at):
                node, at = _atom(tokens, at + 1)
                group = nodes.pop()
                nodes.append(Node(kind="group", alternatives=(*group.alternatives, (node,))))
                continue
            break
        if tokens[at].isspace() or _is_sign(tokens[at]):
            at += 1
            continue
        node, at = _atom(tokens, at)
        nodes.append(node)
    return tuple(nodes), at


def _is_sign(token: str) -> bool:
    """A sign that folding makes a space, as in ``friends & family``: it stands for nothing in a phrase."""
    known = token in ("_", "...", "\u2026", "|", "(") or token.startswith("<")
    return not known and not folded(token.rstrip("?").strip("*"))


def _outside(tokens: Sequence[str], at: int) -> bool:
    depth = 0
    for token in tokens[:at]:
        depth += (token == "(") - (token in (")", ")?"))
    return depth == 0


def _atom(tokens: Sequence[str], at: int) -> tuple[Node, int]:
    token = tokens[at]
    if token == "(":
        alternatives = []
        while True:
            nodes, at = _sequence(tokens, at + 1)
            if nodes:
                alternatives.append(nodes)
            if at >= len(tokens):
                raise PhraseError(f"{''.join(tokens)!r}: bracket never closed")
            if tokens[at] != "|":
                break
        if not alternatives:
            raise PhraseError(f"{''.join(tokens)!r}: empty bracket")
        return Node(kind="group", alternatives=tuple(alternatives), optional=tokens[at] == ")?"), at + 1
    if token in ("...", "\u2026"):
        return Node(kind="gap"), at + 1
    if token == "_":
        return Node(kind="any"), at + 1
    if token.startswith("<"):
        if token[1:-1] not in CLASSES:
            raise PhraseError(f"{''.join(tokens)!r}: unknown class {token}")
        return Node(kind="class", text=token[1:-1]), at + 1
    optional = token.endswith("?") and len(token) > 1
    word = token.removesuffix("?") if optional else token
    if "*" in word and word.strip("*").isdigit():
        raise PhraseError(f"{word!r}: a star stands for letters of a word; codes to dial are <starcode>")
    return Node(kind="word", text=word, optional=optional), at + 1


# expression

CURRENCIES = "|".join(sorted(set(fold(CURRENCY_WORDS).split()))).encode()
CLASSES = {
    "code": rb"(?<![0-9a-z])(?:[0-9]{4,8}|[0-9]{3,4} [0-9]{3,4})(?![0-9a-z])",
    "number": NUMBER,
    "money": (
        rb"(?:(?<![a-z\x80-\xff])(?:\$|%s) ?%s(?: ?k)?|"
        # Not from every digit of a long number: one number has one beginning.
        rb"(?<![0-9])%s ?(?:k |hundred |thousand )?(?:\$|%s)(?![a-z\x80-\xff]))"
        % (CURRENCIES, NUMBER, NUMBER, CURRENCIES)
    ),
    # "https" is folded to "htps", "www" to "w".
    "link": (
        rb"(?:htps? [^\n ]{2,80}|w\.[^\n ]{2,80}|[a-z0-9]{2,40}\.(?:com|net|org|info|in|co|me|io|ly|app|link|top|"
        rb"xyz|club|site|online|shop|live|example|test)(?![a-z]))"
    ),
    "phone": rb"[0-9](?:[ ]?[0-9]){6,14}",
    # Folding makes spaces of the stars: the service codes that forward calls (3GPP TS 22.030) and operators' own, with
    # a number behind them.
    "starcode": rb"(?<![0-9a-z])(?:002|004|21|61|62|67|401|405) [0-9](?:[ ]?[0-9]){6,14}",
}


# What stands in every text that a class fits, for all but runs of digits.
CLASS_SIGNS = {"money": [MONEY_SIGN], "link": [DOT_SIGN, b" htp ", b" htps "]}
DIGIT = re.compile(rb"[0-9]")


def _expression(nodes: Sequence[Node], *, spaced: bool) -> bytes:
    body = _join(nodes, spaced=spaced)
    if not spaced:
        return body
    left = b"" if nodes[0].text.startswith("*") or nodes[0].kind == "gap" else BEFORE
    right = b"" if nodes[-1].kind == "gap" else AFTER
    return left + body + right


def _join(nodes: Sequence[Node], *, spaced: bool) -> bytes:
    space = b" " if spaced else b" ?"
    pieces: list[bytes] = []
    separated = False
    for node in nodes:
        if node.kind == "gap":
            pieces += [AFTER if spaced and pieces else b"", GAP]
            separated = False
            continue
        part = _part(node, spaced=spaced)
        border = BEFORE if spaced and pieces and not separated and not node.text.startswith("*") else b""
        if node.optional:
            pieces.append(b"(?:%s%s)?" % (space, part) if separated else b"%s(?:%s%s)?" % (border, part, space))
            continue
        pieces.append((space if separated else border) + part)
        separated = True
    return b"".join(pieces)


def _part(node: Node, *, spaced: bool) -> bytes:
    if node.kind == "group":
        return b"(?:%s)" % b"|".join(_join(nodes, spaced=spaced) for nodes in node.alternatives)
    if node.kind == "any":
        return WORD
    if node.kind == "class":
        return CLASSES[node.text]
    begin = rb"[a-z0-9\x80-\xff]{0,30}" if node.text.startswith("*") else b""
    end = rb"[a-z0-9\x80-\xff]{0,40}" if node.text.endswith("*") and len(node.text) > 1 else b""
    parts = folded(node.text.strip("*")).encode().split(b" ")
    return begin + b" ?".join(re.escape(part) for part in parts) + end


# anchors


def _anchor_sets(nodes: Sequence[Node]) -> Iterator[tuple[bytes, ...]]:
    """For each required part the literals of which one must occur, in the order of the phrase."""
    sets = [literals for run in _runs(nodes) if (literals := _literals(run))]
    words = [literals for literals in sets if SIGNS.isdisjoint(literals)]
    for literals in words or list(_pairs(nodes)):
        yield tuple(sorted(set(literals)))
    for literals in sets:
        if not SIGNS.isdisjoint(literals):
            yield tuple(sorted(set(literals)))
    classes = {node.text for node in nodes if node.kind == "class" and not node.optional}
    if classes:
        yield (MONEY_SIGN if "money" in classes else LINK_SIGN if classes == {"link"} else DIGIT_SIGN,)


def _leads(nodes: Sequence[Node]) -> bool:
    """Do the literals of the first set stand where the phrase begins?"""
    run = next(_runs(nodes), ())
    if not nodes or not run or run[0] is not nodes[0]:
        return False
    literals = _literals(run)
    if not literals or not SIGNS.isdisjoint(literals):
        return False
    if run[0].kind == "word":
        return not run[0].text.startswith("*") and not any(UNSPACED.search(node.text) for node in run)
    for way in run[0].alternatives:
        first = next(_runs(way), ())
        plain = bool(first) and first[0] is way[0] and first[0].kind == "word" and not first[0].text.startswith("*")
        sets = [literals for part in _runs(way) if (literals := _literals(part))]
        best = max(sets, key=lambda literals: min(map(len, literals)))
        if not plain or best != _literals(first) or any(UNSPACED.search(node.text) for node in first):
            return False
    return True


def _is_plain(nodes: Sequence[Node]) -> bool:
    """Is the phrase one plain word, or a choice among such words? Between two words a row or a sentence may end."""
    if len(nodes) != 1 or nodes[0].optional:
        return False
    if nodes[0].kind == "group":
        return all(_is_plain(way) for way in nodes[0].alternatives)
    return nodes[0].kind == "word" and "*" not in nodes[0].text and folded(nodes[0].text).isalnum()


def _pairs(nodes: Sequence[Node]) -> Iterator[list[bytes]]:
    """Short words make a literal together with their neighbor: every way to read two parts that follow each other."""
    for left, right in pairwise(nodes):
        ways = _ways(left), _ways(right, last=True)
        joined = {b" %s" % b" ".join(way) for way in product(*ways)}
        if 0 < len(joined) <= MOST_PAIRS and min(map(len, joined)) > SHORTEST_ANCHOR:
            yield list(joined)


def _ways(node: Node, *, last: bool = False) -> list[bytes]:
    """All readings of a part as plain words (the last one may go on); empty if there is no short list of them."""
    if node.kind == "word" and not node.optional and "*" not in (node.text.removesuffix("*") if last else node.text):
        word = folded(node.text.strip("*"))
        return [word.encode()] if " " not in word else []
    if node.kind != "group" or node.optional:
        return []
    ways: list[bytes] = []
    for nodes in node.alternatives:
        parts = [_ways(part, last=last and part is nodes[-1]) for part in nodes]
        if not all(parts):
            return []
        ways += [b" ".join(way) for way in product(*parts)]
    return ways


def _runs(nodes: Sequence[Node]) -> Iterator[tuple[Node, ...]]:
    """Plain words that follow each other directly make one run; everything else stands alone."""
    run: list[Node] = []
    for node in nodes:
        plain = node.kind == "word" and not node.optional and folded(node.text).isalnum() and "*" not in node.text
        if plain and not UNSPACED.search(node.text):
            run.append(node)
            continue
        if run:
            yield tuple(run)
            run = []
        if not node.optional and node.kind in ("word", "group"):
            yield (node,)
    if run:
        yield tuple(run)


def _literals(run: Sequence[Node]) -> list[bytes]:
    """The literals of which one must occur for this run; empty if one way through it has none."""
    if len(run) == 1 and run[0].kind == "group":
        found: list[bytes] = []
        for nodes in run[0].alternatives:
            sets = [_literals(part) for part in _runs(nodes)]
            sets = [literals for literals in sets if literals] or _class_signs(nodes)
            if not sets:
                return []
            found += max(sets, key=lambda literals: min(map(len, literals)))
        return found
    first, last = run[0].text, run[-1].text
    words = [folded(node.text.strip("*")).encode() for node in run]
    if UNSPACED.search(first + last):
        joined = b" ".join(words)
        return [joined] if len(joined) >= SHORTEST_ANCHOR else []
    # An apostrophe or hyphen inside a word may be missing; of all ways to write a run only a few are worth listing.
    ways = [b" ".join(way) for way in product(*(sorted({word, word.replace(b" ", b"")}) for word in words))]
    if len(ways) > MOST_WAYS:
        return []
    # The scan sees every border as a space, so that short words are not found inside longer ones.
    left, right = b"" if first.startswith("*") else b" ", b"" if last.endswith("*") else b" "
    bordered = [left + way + right for way in ways]
    if min(map(len, bordered)) >= SHORTEST_ANCHOR:
        return bordered
    return [DIGIT_SIGN] if all(DIGIT.search(way) for way in ways) else []


def _class_signs(nodes: Sequence[Node]) -> list[list[bytes]]:
    """For a way through a group without literals: what one of its classes cannot be without."""
    kinds = [node.text for node in nodes if node.kind == "class" and not node.optional]
    return [CLASS_SIGNS.get(kind, [DIGIT_SIGN]) for kind in kinds[:1]]
