"""The folder on disk: written beside its final name and renamed when whole."""

from __future__ import annotations

import errno
import gzip
import os
import shutil
import sys
from collections.abc import Container, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from wa_forensics.errors import CaseError

MARK = "UNFINISHED.txt"
PARTIAL = ".part"
WORK = "work"
# What a disk says, in whatever part of a scan; other errors there are mistakes of the program.
_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO)
_NOTE = "This folder is being written by wa-forensics, or a run was stopped. It is no case.\n"


def staging_of(out: Path) -> Path:
    """The folder that a case is written to before it gets its name."""
    return out.with_name(out.name + ".part")


def refuse_existing(out: Path, force: bool) -> None:
    """Raise CaseError when ``out`` is taken; ``force`` replaces an older case or an empty folder only."""
    if not os.path.lexists(out):
        return
    if not force:
        raise CaseError(
            str(out), "the output folder exists already", "Choose another -o, or pass --force to replace it."
        )
    is_folder = out.is_dir() and not out.is_symlink()
    if not is_folder or not ((out / "case.json").is_file() or not any(out.iterdir())):
        problem = "this is no case folder, so --force does not replace it"
        raise CaseError(str(out), problem, "Choose another -o.")


@contextmanager
def staging(out: Path, *, force: bool, resume: bool) -> Iterator[Path]:
    """The locked folder to write a case into; it stays on disk, marked unfinished, when the run fails.

    Without ``resume`` what an earlier, stopped run left there is removed first.
    """
    refuse_existing(out, force)
    folder = staging_of(out)
    with writing(folder, _DISK):
        with writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
        with (folder / MARK).open("a+", encoding="utf-8") as mark:
            _lock(mark, folder)
            if not resume:
                _empty(folder)
            mark.truncate(0)
            mark.write(_NOTE)
            mark.flush()
            yield folder


def publish(folder: Path, out: Path, *, force: bool) -> None:
    """Give the finished folder its name."""
    with writing(out):
        shutil.rmtree(folder / WORK, ignore_errors=True)
        (folder / MARK).unlink(missing_ok=True)
        old = out.with_name(out.name + ".old")
        refuse_existing(out, force)
        if os.path.lexists(out):
            shutil.rmtree(old, ignore_errors=True)
            out.rename(old)
        folder.rename(out)
        shutil.rmtree(old, ignore_errors=True)


def discard(folder: Path) -> None:
    """Remove an unfinished folder in which there is nothing to go on with."""
    shutil.rmtree(folder, ignore_errors=True)


def partial_of(path: Path) -> Path:
    """Where a file is written before it gets its name; a worker of a scan that was killed may still write its own."""
    return path.with_name(f"{path.name}.{os.getpid()}{PARTIAL}")


def sweep(folder: Path) -> None:
    """Remove what killed processes left half-written."""
    with writing(folder):
        for path in folder.rglob(f"*{PARTIAL}"):
            path.unlink(missing_ok=True)


def write_file(path: Path, content: str | bytes) -> None:
    """Write a whole file or nothing."""
    partial = partial_of(path)
    data = content.encode() if isinstance(content, str) else content
    with writing(path):
        try:
            partial.write_bytes(data)
            partial.replace(path)
        finally:
            with suppress(OSError):
                partial.unlink(missing_ok=True)


def write_parts(path: Path, parts: Iterable[str]) -> None:
    """Write a whole file or nothing, piece by piece, so that it never stands in memory as a whole.

    A name that ends in ``.gz`` is compressed, without a clock time or a name inside.
    """
    partial = partial_of(path)
    with writing(path):
        try:
            with partial.open("wb") as file:
                if path.suffix == ".gz":
                    with gzip.GzipFile("", "wb", compresslevel=3, fileobj=file, mtime=0) as packed:
                        for part in parts:
                            packed.write(part.encode())
                else:
                    for part in parts:
                        file.write(part.encode())
            partial.replace(path)
        finally:
            with suppress(OSError):
                partial.unlink(missing_ok=True)


@contextmanager
def writing(path: Path, only: Container[int | None] | None = None) -> Iterator[None]:
    """Turn what the disk says into a CaseError that names the file; ``only`` these error numbers if given."""
    try:
        yield
    except OSError as error:
        if only is not None and error.errno not in only:
            raise
        problem = f"cannot be written ({error.strerror or error})"
        advice = "Free space or choose another -o; nothing was left under the final name."
        raise CaseError(str(path), problem, advice) from error


def _empty(folder: Path) -> None:
    for entry in folder.iterdir():
        if entry.name == MARK:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def _lock(mark: IO[str], folder: Path) -> None:
    # The system frees the lock when the process ends, however it ends.
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(mark.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise CaseError(
            str(folder), "another scan is writing here", "Wait until it ends, or choose another -o."
        ) from error
