"""Faults that can be armed for the next matching calls."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "rate_limit",
    "lock_timeout",
    "key_in_use",
    "stored_500",
    "drop_before",
    "drop_after",
    "slow",
]
KINDS: tuple[Kind, ...] = (
    "rate_limit",
    "lock_timeout",
    "key_in_use",
    "stored_500",
    "drop_before",
    "drop_after",
    "slow",
)


@dataclass
class Fault:
    """What goes wrong on the next ``times`` matching calls, after ``skip`` good ones.

    - rate_limit, lock_timeout, key_in_use: refused before anything is done, not stored
    - stored_500: 500 that the idempotency key repeats; ``effect`` says whether the work was done
    - drop_before / drop_after: the connection dies before / after the work (answer lost)
    - slow: the answer comes ``seconds`` late

    ``verb`` and ``path`` (a prefix) say which calls; "" is any. ``reached`` is called, if given,
    when the fault strikes, so that a test can kill its process exactly there.
    """

    kind: Kind
    path: str = ""
    verb: str = "post"
    times: int = 1
    skip: int = 0
    seconds: float = 1.0
    effect: bool = True
    reached: Callable[[], None] | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown fault {self.kind!r}; known: {', '.join(KINDS)}")


class Faults:
    """The armed faults, struck in the order they were armed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._armed: list[Fault] = []

    def arm(self, fault: Fault) -> None:
        with self._lock:
            self._armed.append(fault)

    def clear(self) -> None:
        with self._lock:
            self._armed.clear()

    def strike(self, verb: str, path: str) -> Fault | None:
        """The fault for this call, counted down; None when all goes well."""
        with self._lock:
            for fault in self._armed:
                if fault.verb not in ("", verb) or not path.startswith(fault.path):
                    continue
                if fault.skip > 0:
                    fault.skip -= 1
                    return None
                fault.times -= 1
                if fault.times <= 0:
                    self._armed.remove(fault)
                break
            else:
                return None
        if fault.reached is not None:
            fault.reached()
        return fault
