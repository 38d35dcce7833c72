r"""Patterns written by an operator, in a subset of regular expressions that runs in linear time on hostile text.

Allowed: literal characters, ``\d \w \s`` and escaped punctuation, ``.``, classes ``[...]``, the quantifiers
``? * + {m,n}`` on a single character, ``(?:one|two)`` of plain words (optionally ``?``), named groups
``(?P<sn>...)`` or ``(?<sn>...)``, ``^`` in front and ``$`` at the end. A lazy repeat (``.+?``) is a gap: it ends at
the first place where what follows it fits, and that place is never reconsidered. A greedy repeat must not be able to
eat what follows it, so it never backtracks. Everything else (nested quantifiers, backreferences, lookaround) is
refused when the pattern is loaded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

PATTERN_CHARS_MAX = 500
REPEAT_MAX = 200
_OPEN_REPEAT_MAX = 120
_GAPS_MAX = 12
_NON_ASCII = 128
_UNIVERSE = frozenset(range(_NON_ASCII + 1))
_FLAGS = re.IGNORECASE | re.ASCII
_QUANTIFIER = re.compile(r"([*+?]|\{(\d{1,3})(,(\d{0,3}))?\})(\??)", re.ASCII)
_GROUP = re.compile(r"\(\?P?<([a-z]{1,20})>", re.ASCII)
_WORDS = re.compile(r"\(\?:((?:[^()\[\]\\|*+?{}^$.]|\\[^\w\s])+(?:\|(?:[^()\[\]\\|*+?{}^$.]|\\[^\w\s])+)*)\)", re.ASCII)
_CLASS = re.compile(r"\[(\^?)((?:\\.|[^\]\\])+)\]")
_ESCAPES = {"d", "w", "s"}


class PatternError(ValueError):
    """A pattern outside the safe subset; the message says where and what to write instead."""


@dataclass(frozen=True)
class _Piece:
    source: str
    chars: frozenset[int]
    least: int = 1
    most: int = 1

    @property
    def variable(self) -> bool:
        return self.least != self.most


@dataclass
class _Chunk:
    """Pieces between two gaps, with the gap before them (None = at once, at the start: anywhere)."""

    gap: _Piece | None = None
    parts: list[_Piece | str] = field(default_factory=list)

    @property
    def pieces(self) -> list[_Piece]:
        return [part for part in self.parts if isinstance(part, _Piece)]


@dataclass(frozen=True)
class _Step:
    gap: re.Pattern[str] | None
    gap_least: int
    gap_most: int
    body: re.Pattern[str]
    marks: tuple[str, ...]


class SafePattern:
    """One compiled pattern; ``find`` gives its named groups or None."""

    def __init__(self, source: str, names: frozenset[str]) -> None:
        """Compile; raises PatternError. ``names``: the group names that may be used."""
        if len(source) > PATTERN_CHARS_MAX:
            message = f"pattern is longer than {PATTERN_CHARS_MAX} characters"
            raise PatternError(message)
        self.source = source
        self.anchored = source.startswith("^")
        chunks = _Parser(source, names).chunks()
        self._steps = tuple(_compile(chunk) for chunk in chunks)

    def find(self, text: str) -> dict[str, str] | None:
        """The named groups of the first fit, or None."""
        marks: dict[str, int] = {}
        at = 0
        for number, step in enumerate(self._steps):
            anchored = self.anchored and number == 0
            found = step.body.match(text) if anchored else step.body.search(text, at + step.gap_least)
            if found is None or (number and not _gap_fits(step, text[at : found.start()])):
                return None
            for index, name in enumerate(step.marks):
                marks[name] = found.start(index + 1)
            at = found.end()
        names = [mark[1:] for mark in marks if mark.startswith("<")]
        return {name: text[marks["<" + name] : marks[">" + name]] for name in names}


def _gap_fits(step: _Step, between: str) -> bool:
    return len(between) <= step.gap_most and step.gap is not None and step.gap.fullmatch(between) is not None


def _compile(chunk: _Chunk) -> _Step:
    body = "".join("()" if isinstance(part, str) else _emit(part) for part in chunk.parts)
    marks = tuple(part for part in chunk.parts if isinstance(part, str))
    gap = chunk.gap
    return _Step(
        gap=re.compile(f"{gap.source}*", _FLAGS | re.DOTALL) if gap else None,
        gap_least=gap.least if gap else 0,
        gap_most=gap.most if gap else 0,
        body=re.compile(body, _FLAGS | re.DOTALL),
        marks=marks,
    )


def _emit(piece: _Piece) -> str:
    if piece.least == piece.most == 1:
        return piece.source
    return f"{piece.source}{{{piece.least},{piece.most}}}{'+' if piece.variable else ''}"


class _Parser:
    """Reads the subset, one item at a time, into chunks divided by gaps."""

    def __init__(self, source: str, names: frozenset[str]) -> None:
        self.source = source
        self.names = names
        self.at = 1 if source.startswith("^") else 0
        self.open: str | None = None
        self.seen: set[str] = set()
        self.out = [_Chunk()]

    def chunks(self) -> list[_Chunk]:
        while self.at < len(self.source):
            self._item()
        if self.open is not None:
            self._fail("a named group is not closed")
        if len(self.out) > 1 and not self.out[-1].pieces:
            self._fail("a lazy repeat at the end takes nothing; write what follows it, or $")
        if not any(chunk.pieces for chunk in self.out):
            self._fail("the pattern is empty")
        for chunk in self.out:
            self._check_greedy(chunk)
        return self.out

    def _fail(self, why: str) -> None:
        message = f"{why} (at {self.at} in {self.source!r})"
        raise PatternError(message)

    def _item(self) -> None:
        rest = self.source[self.at :]
        if rest == "$":
            self.at += 1
            self.out[-1].parts.append(_Piece(r"\Z", frozenset()))
        elif rest[0] == ")":
            self._close()
        elif group := _GROUP.match(rest):
            self._open(group[1])
            self.at += group.end()
        elif words := _WORDS.match(rest):
            self.at += words.end()
            self._words(words[1])
        elif rest[0] in "(|*+?{^$":
            self._fail("not in the safe subset: groups other than named ones, alternation, a repeated group or anchor")
        else:
            self._atom()

    def _open(self, name: str) -> None:
        if self.open is not None:
            self._fail("a group inside a group")
        if name not in self.names or name in self.seen:
            self._fail(f"group {name!r} is unknown or used twice; known: {', '.join(sorted(self.names))}")
        self.open = name
        self.seen.add(name)
        self.out[-1].parts.append("<" + name)

    def _close(self) -> None:
        if self.open is None:
            self._fail("a bracket closes nothing")
        self.out[-1].parts.append(f">{self.open}")
        self.open = None
        self.at += 1
        if _QUANTIFIER.match(self.source, self.at):
            self._fail("a group cannot be repeated")

    def _words(self, words: str) -> None:
        firsts = frozenset().union(*(_folded(word.lstrip("\\")[:1]) for word in words.split("|")))
        optional = self.source[self.at : self.at + 1] == "?"
        self.at += optional
        if _QUANTIFIER.match(self.source, self.at):
            self._fail("a group of words can only be optional")
        self.out[-1].parts.append(_Piece(f"(?>{words})", firsts, 0 if optional else 1, 1))

    def _atom(self) -> None:
        source, chars = self._characters()
        self.at += len(source)
        quantifier = _QUANTIFIER.match(self.source, self.at)
        if quantifier is None:
            self.out[-1].parts.append(_Piece(_literal(source), chars))
            return
        self.at = quantifier.end()
        if _QUANTIFIER.match(self.source, self.at):
            self._fail("a quantifier on a quantifier")
        least, most = self._bounds(quantifier)
        piece = _Piece(_literal(source), chars, least, most)
        if quantifier[5] and piece.variable:
            self._gap(piece)
        else:
            self.out[-1].parts.append(piece)

    def _gap(self, piece: _Piece) -> None:
        if len(self.out) > _GAPS_MAX:
            self._fail(f"more than {_GAPS_MAX} lazy repeats")
        if len(self.out) > 1 and not self.out[-1].pieces:
            self._fail("two lazy repeats in a row")
        self.out.append(_Chunk(gap=piece))

    def _bounds(self, quantifier: re.Match[str]) -> tuple[int, int]:
        open_most = REPEAT_MAX if quantifier[5] else _OPEN_REPEAT_MAX
        simple = {"*": (0, open_most), "+": (1, open_most), "?": (0, 1)}.get(quantifier[1])
        if simple is not None:
            return simple
        least = int(quantifier[2])
        most = least if quantifier[3] is None else int(quantifier[4] or open_most)
        if not least <= most <= REPEAT_MAX:
            self._fail(f"a repeat must be at most {REPEAT_MAX} and its bounds in order")
        return least, most

    def _characters(self) -> tuple[str, frozenset[int]]:
        rest = self.source[self.at :]
        if rest[0] == ".":
            return ".", _UNIVERSE
        if rest[0] == "\\":
            if len(rest) < 2 or (rest[1].isalnum() and rest[1] not in _ESCAPES):
                self._fail("unknown escape; only \\d, \\w, \\s and escaped punctuation")
            return rest[:2], _members(rest[:2])
        if rest[0] == "[":
            found = _CLASS.match(rest)
            if found is None or re.search(r"\\[^\W\d_dws]|\[", found[2]):
                self._fail("a class is not closed or holds an unknown escape")
                raise AssertionError
            return found[0], _members(found[0])
        return rest[0], _folded(rest[0])

    def _check_greedy(self, chunk: _Chunk) -> None:
        pieces = chunk.pieces
        for index, piece in enumerate(pieces):
            if not piece.variable:
                continue
            for later in pieces[index + 1 :]:
                if piece.chars & later.chars:
                    self._fail(f"{piece.source} repeated may eat {later.source}; make it lazy (add ?) or exclude that")
                if later.least:
                    break


def _literal(source: str) -> str:
    return re.escape(source) if len(source) == 1 and source != "." else source


def _folded(character: str) -> frozenset[int]:
    return frozenset(min(ord(form), _NON_ASCII) for form in (character, *character.lower(), *character.upper()) if form)


def _members(source: str) -> frozenset[int]:
    try:
        probe = re.compile(source, _FLAGS | re.DOTALL)
    except re.error as error:
        message = f"{source}: {error}"
        raise PatternError(message) from error
    ascii_codes = {code for code in range(_NON_ASCII) if probe.fullmatch(chr(code))}
    # One letter speaks for all beyond ASCII when negated; a class that lists such letters is taken to hold them all.
    wide = probe.fullmatch("\uffff") is not None or not source.isascii()
    return frozenset(ascii_codes | ({_NON_ASCII} if wide else set()))
