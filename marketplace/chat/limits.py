"""How much one writer may send: a token bucket per writer and process; over it a clear refusal, nothing stored."""

import threading
import time
from collections import OrderedDict
from uuid import UUID

from marketplace.core.errors import TooMany


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


class Gates:
    """Striped locks: in this process, what happens in one conversation is committed and emitted in one sequence."""

    def __init__(self, count: int = 256):
        self._locks = [threading.Lock() for _ in range(count)]

    def of(self, conversation_id: UUID) -> threading.Lock:
        """The lock of a conversation (shared by some others)."""
        return self._locks[conversation_id.int % len(self._locks)]
