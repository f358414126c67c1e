"""Numbers that both ends of the wire must agree on (DESIGN 16). What only the server enforces is in its settings."""

from __future__ import annotations

PROTOCOL_VERSION = 1
"""Sent in the first frame. A server closes an older one with ``UPDATE``."""
SUBPROTOCOL = "rallypoint.v1"

INBOUND_BYTES_MAX = 4096
"""Largest message a client may send."""
NAME_CHARS_MAX = 24
CHAT_CHARS_MAX = 240
BAG_KEYS_MAX = 16
"""Options or metadata of a session."""
KEY_CHARS_MAX = 32
VALUE_CHARS_MAX = 128
CONDITIONS_MAX = 8
"""In the filter of a list of sessions."""
LISTED_MAX = 100
"""Sessions in one list."""

QUEUES_MAX = 8
"""That one ticket waits in."""
LIST_VALUES_MAX = 32
"""Texts in an attribute that is a list."""
REGIONS_MAX = 16
PARTY_MAX = 16
"""Players of a party."""
LEADERS_MAX = 100
"""Rows of a leaderboard that are given at once."""

INT_MIN, INT_MAX = -(2**63), 2**63 - 1
"""Range of every integer in a message, an input or a public field."""
FLOAT_MAX = 1.7976931348623157e308
"""Floats must be finite."""

ACK_EVERY_TICKS = 5
"""A client that sends no inputs acknowledges at least this often."""
ACK_WINDOW_TICKS = 20
"""With more ticks than this unacknowledged, a client is skipped until it catches up."""
HISTORY_TICKS = 600
"""A delta reaches back at most this far; an older baseline is answered with the whole state."""

APPLIED_TABLE_SEATS_MAX = 16
"""Up to this many seats, a pass's shared head carries the `applied` of every seat (low 16 bits each)."""
FIELDS_PER_ENTITY_MAX = 62
GAME_INPUT_KIND_FIRST = 64
"""Message kinds from here on are the game's inputs, in the order of its schema."""
GAME_EVENT_KIND_FIRST = 16
"""Event kinds below are built in; from here on they are the game's, in the order of its schema."""
