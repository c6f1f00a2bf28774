"""How much one writer may send: a token bucket per writer and process; over it a clear refusal, nothing stored."""

import threading
import time
from collections import OrderedDict
from uuid import UUID

from marketplace.core.errors import Conflict, TooMany


class Buckets:
    """Token buckets of the writers seen lately. `per_minute` tokens flow in each minute, at most `burst` are kept."""

    def __init__(self, *, per_minute: float, burst: int, most: int = 50_000):
        self._rate = per_minute / 60
        self._burst = float(burst)
        self._most = most
        self._lock = threading.Lock()
        self._levels: OrderedDict[UUID, tuple[float, float]] = OrderedDict()

    def take(self, writer: UUID, *, cost: float = 1.0, at: float | None = None) -> None:
        """Take `cost` tokens. Raises `TooMany` with the seconds to wait."""
        at = time.monotonic() if at is None else at
        with self._lock:
            level, since = self._levels.pop(writer, (self._burst, at))
            level = min(self._burst, level + (at - since) * self._rate)
            enough = level >= cost
            self._levels[writer] = (level - cost if enough else level, at)
            while len(self._levels) > self._most:
                self._levels.popitem(last=False)
        if not enough:
            raise TooMany(retry_after=round((cost - level) / self._rate, 1))


class Repeated(Conflict):
    """The same words again and again."""

    code = "repeated"
    message = "You have already written this. It arrived; there is no need to repeat it."


class Repeats:
    """The last words of the writers seen lately in this process: a flood of the same is refused.

    Sending one message again (the same `client_id`) is no repetition.
    """

    def __init__(self, *, allowed: int = 2, within: float = 60.0, most: int = 20_000):
        self._allowed = allowed
        self._within = within
        self._most = most
        self._lock = threading.Lock()
        self._said: OrderedDict[UUID, list[tuple[float, int, UUID]]] = OrderedDict()

    def check(self, writer: UUID, text: str, client_id: UUID, *, at: float | None = None) -> None:
        """Note what is being said. Raises `Repeated` for what was said `allowed` times in the last minute."""
        at = time.monotonic() if at is None else at
        words = hash(" ".join(text.lower().split()))
        with self._lock:
            said = [each for each in self._said.pop(writer, []) if at - each[0] < self._within]
            same = {name for _at, known, name in said if known == words and name != client_id}
            if len(same) < self._allowed:
                said = [*said[-19:], (at, words, client_id)]
            self._said[writer] = said
            while len(self._said) > self._most:
                self._said.popitem(last=False)
        if len(same) >= self._allowed:
            raise Repeated(field="text")


class Gates:
    """Striped locks: in this process, what happens in one conversation is committed and emitted in one sequence."""

    def __init__(self, count: int = 256):
        self._locks = [threading.Lock() for _ in range(count)]

    def of(self, conversation_id: UUID) -> threading.Lock:
        """The lock of a conversation (shared by some others)."""
        return self._locks[conversation_id.int % len(self._locks)]
