"""Where each message stands: its lines, its bytes, and where header, first line and text end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from wa_forensics.model import Platform
from wa_forensics.parsing.shapes import Matches

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True, eq=False)
class Layout:
    """Messages as runs of lines.

    ``line`` is the first line from 0, ``line_end`` the last one from 1; ``begin`` and ``length`` are bytes of
    the buffer, ``stop`` the end of the text before its line end.
    """

    line: NDArray[np.int64]
    line_end: NDArray[np.int64]
    begin: NDArray[np.int64]
    length: NDArray[np.int64]
    stop: NDArray[np.int64]
    starts: NDArray[np.int64]
    template: NDArray[np.int16]
    widths: NDArray[np.int64]

    def multiline(self, rows: Any) -> NDArray[np.bool_]:
        """Which messages have more than one line; ``rows`` is a slice or positions."""
        several: NDArray[np.bool_] = self.line_end[rows] - self.line[rows] > 1
        return several

    def body(self, rows: Any) -> NDArray[np.int64]:
        """Where the header ends; ``rows`` is a slice or positions."""
        ends: NDArray[np.int64] = self.begin[rows] + self.widths[self.template[rows]]
        return ends

    def first_line_end(self, rows: Any) -> NDArray[np.int64]:
        """The offset behind the first line, its line feed included."""
        following = self.line[rows] + 1
        inside = following < len(self.starts)
        ends = self.starts[np.where(inside, following, 0)]
        return np.where(inside, ends, self.begin[rows] + self.length[rows])


def lay_out(
    data: NDArray[np.uint8], starts: NDArray[np.int64], matches: Matches, platform: Platform, has_returns: bool
) -> Layout:
    """Cut the buffer at the lines of ``matches``; ``has_returns`` where it holds a carriage return."""
    begin = starts[matches.line]
    stop = np.empty_like(begin)
    stop[:-1] = begin[1:]
    stop[-1] = len(data)
    length = stop - begin
    # Every message but the last ends where a line ends.
    open_end = bool(data[-1] != 10)
    stop -= 1
    stop[-1] += open_end
    if has_returns:
        carriage = data[np.maximum(stop - 1, 0)] == 13
        carriage &= length >= 2
        carriage[-1] &= not open_end
        # On Android a carriage return belongs to the text, unless the whole file was converted.
        if platform is Platform.IOS or 2 * int(np.count_nonzero(carriage)) >= len(begin):
            stop -= carriage
    line_end = np.empty_like(matches.line)
    line_end[:-1] = matches.line[1:]
    line_end[-1] = len(starts)
    return Layout(
        line=matches.line,
        line_end=line_end,
        begin=begin,
        length=length,
        stop=stop,
        starts=starts,
        template=matches.template,
        widths=np.array([template.header.width for template in matches.templates], dtype=np.int64),
    )
