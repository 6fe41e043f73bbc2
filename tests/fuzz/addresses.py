"""Pasted database addresses, and the file with the address of the embedded MongoDB."""

from __future__ import annotations

import tempfile
from pathlib import Path

from pydantic import SecretStr

from core.errors import StorageError
from core.storage.connection import connect
from core.storage.embedded.address import Address

_HERE = b"mongodb://127.0.0.1:9/"
"""Nothing listens there. No input may name another host, as connecting begins at once."""
_FOLDER = tempfile.TemporaryDirectory(prefix="courbe-fuzz-")


def seeds() -> list[bytes]:
    """The part after the host, and contents of the file."""
    return [
        b"?directConnection=true&serverSelectionTimeoutMS=600000",
        b"household?authSource=admin&tls=true&tlsCAFile=/nowhere&retryWrites=false",
        b"?readPreference=secondary&w=majority&compressors=zlib&appName=x&maxPoolSize=5",
        b'{"socket": "/tmp/x.sock", "port": 0, "password": ""}',
        b'{"socket": "", "port": 27017, "password": "x"}',
    ]


def target(data: bytes) -> None:
    """An address is understood, or refused without being repeated; an invalid file counts as absent."""
    file = Path(_FOLDER.name) / "address.json"
    file.write_bytes(data)
    address = Address.read(file)
    if address is not None:
        assert address.uri
        if not address.socket or "courbe-fuzz" in address.socket:
            address.listens()
    if b"@" in data or b"," in data:
        return  # would name a login or another host
    typed = (_HERE + data).decode("utf-8", errors="replace")
    try:
        with connect(SecretStr(typed), seconds=0.001) as client:
            assert client.options.server_selection_timeout <= 30
    except StorageError as error:
        _say(error, data.decode("utf-8", errors="replace"))


def _say(error: StorageError, typed: str) -> None:
    """Check that the error has a cure, and does not repeat what was typed."""
    assert error.cure()
    assert len(typed) < 8 or typed not in f"{error!r} {error}"
