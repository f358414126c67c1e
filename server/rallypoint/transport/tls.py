"""TLS of the game port, for set-ups without a reverse proxy. Certificates are renewed while it runs."""

from __future__ import annotations

import ssl
from pathlib import Path

__all__ = ["Certificate"]


class Certificate:
    """A certificate chain and its key (PEM), and the ``context`` that serves with them."""

    def __init__(self, chain: Path | None, key: Path | None) -> None:
        """Without ``key``, the file of the chain has it, too. Raises ``ValueError`` if they cannot be used."""
        if chain is None:
            raise ValueError("tls_key needs a tls_cert")
        self._chain = chain
        self._key = key
        self.context = self._load(_new_context())

    def reload(self) -> None:
        """Serves new connections with what the files hold now; those that are open stay as they are.

        Raises ``ValueError`` if they cannot be used: the former ones stay then.
        """
        self._load(_new_context())  # first into another: half of a new pair in the live one would end all handshakes
        self._load(self.context)

    def _load(self, context: ssl.SSLContext) -> ssl.SSLContext:
        try:
            context.load_cert_chain(self._chain, self._key, _no_passphrase)
        except ssl.SSLError as error:
            mismatch = error.reason == "KEY_VALUES_MISMATCH"
            why = "they do not belong together" if mismatch else "no PEM certificate with its private key is in there"
        except OSError as error:
            why = error.strerror or str(error)
        except _Protected:
            why = "the key is protected by a passphrase"
        else:
            return context
        files = f"{self._chain} and {self._key}" if self._key else str(self._chain)
        raise ValueError(f"cannot serve TLS with {files}: {why}")


class _Protected(Exception):
    """The key has a passphrase. Without this, OpenSSL would ask for it on the terminal, and wait."""


def _no_passphrase() -> str:
    raise _Protected


def _new_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_RENEGOTIATION  # it would be work for us that a client can ask for at no cost
    context.set_alpn_protocols(["http/1.1"])  # WebSocket as we speak it begins with HTTP/1.1
    return context
