"""Who waits for a tier's jobs: drawn by owner in turn, and of one owner who came first. Pure."""

from collections import OrderedDict, deque
from collections.abc import Iterator
from typing import Generic, TypeVar

W = TypeVar("W")


class Line(Generic[W]):
    """Waiters by owner. Many claims of one owner stand behind one another, not before everybody else's."""

    def __init__(self) -> None:
        self._of: OrderedDict[object, deque[W]] = OrderedDict()

    def __iter__(self) -> Iterator[W]:
        for waiting in self._of.values():
            yield from waiting

    def add(self, owner: object, waiter: W) -> None:
        """Put a waiter at the end of its owner's."""
        self._of.setdefault(owner, deque()).append(waiter)

    def remove(self, owner: object, waiter: W) -> None:
        """Take a waiter out, if it is there."""
        waiting = self._of.get(owner)
        if waiting is None or waiter not in waiting:
            return
        waiting.remove(waiter)
        if not waiting:
            del self._of[owner]

    def served(self, owner: object) -> None:
        """This owner has been given a job: it is the others' turn."""
        if owner in self._of:
            self._of.move_to_end(owner)

    def in_turn(self, most: int) -> list[W]:
        """The waiters in the order in which they are to be tried: the first of each owner, then the second …"""
        order: list[W] = []
        rounds = [iter(waiting) for waiting in self._of.values()]
        while rounds and len(order) < most:
            going_on = []
            for one in rounds:
                waiter = next(one, None)
                if waiter is not None and len(order) < most:
                    order.append(waiter)
                    going_on.append(one)
            rounds = going_on
        return order
