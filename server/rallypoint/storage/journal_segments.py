"""The files that a journal has open: the one being written, the one made ahead, and former ones that are not synced.

Whatever takes long is given as *work*: a function to be called off the event loop, which touches nothing else here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rallypoint.ports import JournalFile, JournalFiles

from .segments import segment_name

__all__ = ["OpenSegments"]


class OpenSegments:
    """Where batches go. One piece of work at a time. All of it raises ``OSError``."""

    def __init__(self, files: JournalFiles, numbers: Sequence[int], chain: Sequence[int]) -> None:
        self._files = files
        self._last = max(numbers, default=0)
        self._recovered = [segment_name(number) for number in chain]
        self._former: list[JournalFile] = []
        self._ahead: tuple[int, JournalFile] | None = None
        self._abandoned: list[JournalFile] = []
        self._attempt = 0
        self.file: JournalFile | None = None
        """The one being written."""
        self.number = self._last + 1
        """Of that one, or of the next one if there is none."""

    @property
    def has_ahead(self) -> bool:
        """There is one to go on to."""
        return self._ahead is not None

    def begin(self) -> None:
        """Makes the first one, now: the only one that the event loop makes."""
        self.file = self._files.create(segment_name(self.number))
        self._last = self.number

    def change(self) -> None:
        """To the one made ahead."""
        assert self.file is not None
        assert self._ahead is not None
        self._former.append(self.file)
        (self.number, self.file), self._ahead = self._ahead, None

    def making_ahead(self) -> tuple[int, Callable[[], JournalFile], Callable[[JournalFile], None]]:
        """The next one's number, work that makes it, and what to do with it."""
        self._last = number = self._last + 1

        def work() -> JournalFile:
            file = self._files.create(segment_name(number))
            file.sync()  # its name is on the disk before it is needed
            return file

        def made(file: JournalFile) -> None:
            self._ahead = number, file

        return number, work, made

    def syncing(self) -> tuple[Callable[[], None], Callable[[], None]]:
        """Work that gets all that is written now to the disk, oldest first, and what to do then."""
        names, former, file = self._recovered, list(self._former), self.file
        assert file is not None

        def work() -> None:
            for name in names:
                self._files.sync(name)
            for one in former:
                one.sync()
                one.close()
            file.sync()

        def done() -> None:
            self._recovered = []
            del self._former[: len(former)]

        return work, done

    def removing(self, numbers: Sequence[int]) -> Callable[[], list[int]]:
        """Work that deletes those; gives which are gone. What cannot be deleted harms nobody."""

        def work() -> list[int]:
            gone = []
            for number in numbers:
                try:
                    self._files.remove(segment_name(number))
                except FileNotFoundError:
                    gone.append(number)
                except OSError:
                    continue
                else:
                    gone.append(number)
            return gone

        return work

    def abandon(self, late: JournalFile | None = None) -> None:
        """Nothing more is written to any of them."""
        ahead = [self._ahead[1]] if self._ahead is not None else []
        self._abandoned += [one for one in (*self._former, *ahead, self.file, late) if one is not None]
        self._former, self._ahead, self.file = [], None, None
        self._recovered = []

    def reopening(
        self, header: Callable[[int], bytes]
    ) -> tuple[int, Callable[[], JournalFile], Callable[[JournalFile], None]]:
        """The number of a new one, work that makes it and proves that the disk takes it, and what to do with it.

        What an attempt before has made is deleted: on a full disk there is no room for attempts.
        """
        abandoned, self._abandoned = self._abandoned, []
        former, self._attempt = self._attempt, self._last + 1
        self._last = number = self._attempt

        def work() -> JournalFile:
            close_all(abandoned)
            if former:
                self.removing([former])()
            file = self._files.create(segment_name(number))
            try:
                file.write(header(number))
                file.sync()
            except OSError:
                close_all([file])
                raise
            return file

        def made(file: JournalFile) -> None:
            self.file, self.number = file, number

        return number, work, made

    def mended(self) -> None:
        """The attempt holds: it is a segment as any other."""
        self._attempt = 0

    def closing(self) -> Callable[[], None]:
        """Work that closes all, and deletes the one made ahead, which is empty."""
        ahead, attempt = self._ahead, self._attempt
        self.abandon()
        abandoned, self._abandoned = self._abandoned, []

        def work() -> None:
            close_all(abandoned)
            self.removing([number for number in (ahead[0] if ahead is not None else 0, attempt) if number])()

        return work


def close_all(files: Sequence[JournalFile]) -> None:
    """Whatever they say to it: nothing is expected of them any more."""
    for file in files:
        try:
            file.close()
        except OSError:
            continue
