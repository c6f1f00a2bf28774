"""Files that people brought, kept under random names below one folder."""

from pathlib import Path
from uuid import UUID

from marketplace.core.clock import new_id
from marketplace.core.errors import NotFound


class Storage:
    """A folder of immutable files. Names are ours, never the uploader's."""

    def __init__(self, root: Path):
        self._root = root

    def put(self, content: bytes, *, suffix: str) -> str:
        """Keep `content`; the answer is the name to ask for it by. `suffix` is ours, such as “.webp”."""
        name = f"{new_id().hex}{suffix}"
        path = self._path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return name

    def get(self, name: str) -> bytes:
        """The content. Raises `NotFound`."""
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError:
            raise NotFound from None

    def delete(self, name: str) -> None:
        """Forget the file; nothing happens when it is gone already."""
        self._path(name).unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        stem, _, suffix = name.partition(".")
        UUID(stem)  # refuses anything that could leave the folder
        if not suffix.isalnum():
            raise NotFound
        return self._root / stem[-2:] / name
