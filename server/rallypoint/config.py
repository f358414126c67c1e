"""Every setting of a server, with its default. One frozen tree.

Values come, the first that is there, from: the command line; the environment (``RALLYPOINT_PORT=9000``,
``RALLYPOINT_LIMITS__MESSAGES_PER_S=200``); the defaults here.
"""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from rallypoint.core.network_conditions import NetworkConditions

__all__ = ["WEB_PORT", "Limits", "Settings"]

WEB_PORT: Final = 8080
"""Of ``rallypoint serve``."""


class Limits(BaseModel):
    """What clients may do; beyond it they are refused or closed, and told why. Rates are a second's worth."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    connections_max: int = Field(default=4096, ge=1)
    """Open connections, of lobby and sessions."""
    connections_per_address_per_s: float = Field(default=20.0, gt=0)
    """New connections of one address."""
    connections_per_address_burst: int = Field(default=100, ge=1)
    """The same, at once."""
    connections_per_address_max: int = Field(default=512, ge=1)
    """Open connections of one address."""
    exempt_networks: tuple[str, ...] = ("127.0.0.0/8", "::1/128")
    """Addresses and networks for which these three do not hold."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses and networks whose ``X-Forwarded-For`` is believed."""
    messages_per_s: float = Field(default=120.0, gt=0)
    """Messages of one connection."""
    messages_burst: int = Field(default=600, ge=1)
    """The same, at once."""
    bytes_per_s: float = Field(default=65536.0, gt=0)
    """Bytes that one connection sends."""
    bytes_burst: int = Field(default=262144, ge=4096)
    """The same, at once."""
    controls_per_s: float = Field(default=10.0, gt=0)
    """Pings and pongs of one connection."""
    controls_burst: int = Field(default=20, ge=1)
    """The same, at once."""
    outbox_bytes_max: int = Field(default=262144, ge=65536)
    """Bytes that wait to be sent to one connection."""
    write_deadline_s: float = Field(default=10.0, gt=0)
    """So long a connection may take nothing of what waits for it."""
    ack_deadline_s: float = Field(default=10.0, gt=0)
    """So long a client may acknowledge nothing of what it is sent."""
    first_frame_s: float = Field(default=5.0, gt=0)
    """So long a new connection may say nothing."""
    lobbies_max: int = Field(default=20_000, ge=1)
    """Lobby sessions, connected or away."""
    tickets_max: int = Field(default=10_000, ge=1)
    """Tickets in one queue."""
    sessions_max: int = Field(default=5_000, ge=1)
    """Sessions that go on."""


class Settings(BaseSettings):
    """Settings of one node. Durations in seconds."""

    model_config = SettingsConfigDict(
        env_prefix="RALLYPOINT_",
        env_nested_delimiter="__",
        frozen=True,
        extra="forbid",
        nested_model_default_partial_update=True,
    )

    node: str = ""
    """The name of this node, in logs, metrics and the console; empty: the machine's."""
    host: str = "127.0.0.1"
    """Where the game port listens. Loopback unless told otherwise."""
    port: int = Field(default=8000, ge=0, le=65535)
    """The game port; 0: any that is free."""
    ops_host: str = "127.0.0.1"
    """Where the operations port listens. Loopback unless told otherwise."""
    ops_port: int = Field(default=8081, ge=0, le=65535)
    """The operations port; 0: any that is free."""
    web_host: str = ""
    """Where the web port listens; empty: as the game port."""
    web_port: int | None = Field(default=None, ge=0, le=65535)
    """Pages, browser SDK and replays. ``None``: there is no web port. ``rallypoint serve`` has a default."""
    public_url: str = ""
    """Where clients reach this node from outside, as ``wss://play.example.com``."""
    allowed_origins: tuple[str, ...] = ()
    """Pages that may connect besides those of the same host; ``*`` for all."""
    durability: Literal["off", "process", "disk"] | None = None
    """What sessions and lobby survive: ``process``: the death of the server's process; ``disk``: that of its machine
    too; ``off``: neither. ``None``: ``process`` where there is a ``data_dir``. ``docs/durability.md`` has the costs."""
    checkpoint_s: float = Field(default=5.0, gt=0)
    """Each session that plays is written whole so often."""
    recovery_wait_s: float = Field(default=3.0, ge=0)
    """How long recovered sessions wait for the players who were connected, at most."""
    journal_failure: Literal["go_on", "end"] = "go_on"
    """If the journal cannot be written: running sessions go on undurably, or end."""
    replays: Literal["off", "on"] = "off"
    """Whether a replay of every session is kept, in ``data_dir``."""
    replays_keep_days: float = Field(default=30.0, gt=0)
    """So long replays are kept."""
    replays_bytes_max: int = Field(default=10 * 2**30, ge=2**20)
    """Beyond either, the oldest replays are deleted."""
    data_dir: Path | None = None
    """Where players and results are kept (``rallypoint.db``). ``None``: nowhere. ``rallypoint serve`` has a default."""
    database_url: str = ""
    """An SQLAlchemy URL of an asynchronous driver, in place of the file in ``data_dir``."""
    api_token: SecretStr = SecretStr("")
    """What backends show to the HTTP API on the operations port; empty: only operators get in."""
    webhook_url: str = ""
    """Where backends are told of sessions that started, ended and have a result; empty: nowhere."""
    webhook_secret: SecretStr = SecretStr("")
    """Signs webhooks; empty: they are not signed."""
    tls_cert: Path | None = None
    """Certificate chain (PEM) of the game port; with ``tls_key``. At a proxy, TLS costs the node nothing."""
    tls_key: Path | None = None
    """Its private key (PEM)."""
    lobby_grace_s: float = Field(default=30.0, ge=0)
    """So long a lobby session without a connection is kept, unless its player is seated."""
    simulate: str = ""
    """A bad network for all who play here, to try a game out: ``latency=80±30ms,loss=1%,stall=200ms@5s,drop=60s``, or
    some of these. Empty: the networks that are there."""
    step_limit_s: float = Field(default=2.0, gt=0)
    """A step that takes longer is interrupted, and its session ends."""
    shutdown_s: float = Field(default=10.0, gt=0)
    """So long a stop in good order may take; then what is left is cut."""
    log: Literal["console", "json"] = "console"
    """The form of the log, on standard error."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """The least level that is logged."""
    limits: Limits = Limits()
    """What clients may do."""

    @property
    def durability_in_force(self) -> Literal["off", "process", "disk"]:
        """``durability``, or what it is if nothing is said."""
        return self.durability or ("off" if self.data_dir is None else "process")

    @property
    def node_name(self) -> str:
        """``node``, or what the machine is called."""
        return self.node or socket.gethostname()

    @property
    def web_port_to_serve(self) -> int:
        """``web_port``, or the default of ``rallypoint serve``: any that is free where another port is, too."""
        if self.web_port is not None:
            return self.web_port
        return WEB_PORT if self.port and self.ops_port else 0

    @model_validator(mode="after")
    def _has_room(self) -> Self:
        if self.data_dir is None and (self.durability not in (None, "off") or self.replays == "on"):
            raise ValueError("a journal and replays are kept in a folder: set data_dir too")
        if self.replays == "on" and self.durability == "off":
            raise ValueError("replays are made of the journal: do not set durability to off")
        return self

    @field_validator("simulate")
    @classmethod
    def _is_a_network(cls, value: str) -> str:
        if value:
            NetworkConditions.parse(value)
        return value

    @field_validator("data_dir", "tls_cert", "tls_key", "web_port", mode="before")
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        """In the environment, nothing is an empty text: it is not the present folder."""
        return None if value == "" else value
