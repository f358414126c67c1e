"""The tables, as the newest migration leaves them. One set of statements for SQLite and PostgreSQL.

Times are Unix time in seconds. Texts have no bound here: whoever writes them sees to that, and an error of the database
about a text that is too long would come too late for everybody.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

__all__ = [
    "audit",
    "blocks",
    "dodges",
    "match_players",
    "matches",
    "metadata",
    "mutes",
    "operator_logins",
    "operator_tokens",
    "operators",
    "outbox",
    "players",
    "rating_changes",
    "ratings",
    "result_seats",
    "results",
    "tickets",
]

# Every constraint has a name, so that a later migration can speak of it.
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# Guests. Not named by results: a result stays when its players are removed, and bots are no guests.
players = Table(
    "players",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("secret_hash", LargeBinary(32), nullable=False),
    Column("created_at", Double, nullable=False),
    Column("seen_at", Double, nullable=False),
)

# Sessions that have ended. The primary key is what makes a result stored once.
results = Table(
    "results",
    metadata,
    Column("session", Text, primary_key=True),
    Column("game", Text, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("started_at", Double),
    Column("ended_at", Double, nullable=False),
    Column("duration_ms", BigInteger, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("result", Text),  # JSON
    Column("meta", Text, nullable=False),  # JSON
)

# Who had a seat. A seat may have had several players one after the other, so it is no key.
result_seats = Table(
    "result_seats",
    metadata,
    Column("session", Text, ForeignKey("results.session", ondelete="CASCADE"), primary_key=True),
    Column("ordinal", Integer, primary_key=True),
    Column("seat", Integer, nullable=False),
    Column("player", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("bot", Boolean, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("ended_at", Double, nullable=False),  # the session's: the newest of a player are found without a sort
    Index(None, "player", "ended_at"),
)

# What backends are to be told.
outbox = Table(
    "outbox",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),  # counts up only if it is INTEGER
    Column("session", Text, nullable=False),
    Column("rank", Integer, nullable=False),  # place in its session's order
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("body", Text, nullable=False),  # JSON, as it is sent
    Column("state", Text, nullable=False),  # pending, delivered, failed
    Column("attempts", Integer, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("due_at", Double, nullable=False),
    Column("settled_at", Double),  # when it was delivered, or failed
    Column("error", Text, nullable=False),
    UniqueConstraint("session", "kind"),
    Index(None, "state", "due_at"),
)

# How good each player is, in each queue whose results are rated.
ratings = Table(
    "ratings",
    metadata,
    Column("player", Text, primary_key=True),
    Column("queue", Text, primary_key=True),
    Column("mu", Double, nullable=False),
    Column("sigma", Double, nullable=False),
    Column("ordinal", Double, nullable=False),  # mu - 3 sigma: what leaderboards are sorted by
    Column("games", Integer, nullable=False),  # 0: locked for a first one, which then was not written
    Column("updated_at", Double, nullable=False),
)
# A leaderboard's order, with all that ranks are counted by: a million players are counted in the index alone.
Index("ix_ratings_board", ratings.c.queue, ratings.c.ordinal.desc(), ratings.c.player, ratings.c.games)

# What each session has changed: written with its result, so once.
rating_changes = Table(
    "rating_changes",
    metadata,
    Column("session", Text, primary_key=True),
    Column("player", Text, primary_key=True),
    Column("queue", Text, nullable=False),
    Column("at", Double, nullable=False),
    Column("rank", Integer, nullable=False),
    Column("mu_before", Double, nullable=False),
    Column("sigma_before", Double, nullable=False),
    Column("mu_after", Double, nullable=False),
    Column("sigma_after", Double, nullable=False),
    Index(None, "player", "queue", "at"),
)

# Matches that queues with rules have made.
matches = Table(
    "matches",
    metadata,
    Column("match", Text, primary_key=True),
    Column("queue", Text, nullable=False),
    Column("session", Text, nullable=False),
    Column("at", Double, nullable=False),
    Column("record", Text, nullable=False),  # JSON: teams, scores, quality
    Index(None, "queue", "at"),
)

match_players = Table(
    "match_players",
    metadata,
    Column("match", Text, ForeignKey("matches.match", ondelete="CASCADE"), primary_key=True),
    Column("player", Text, primary_key=True),
    Column("at", Double, nullable=False),  # the match's: the newest of a player are found without a join
    Index(None, "player", "at"),
)

# Tickets that are over, for simulations. Pruned.
tickets = Table(
    "tickets",
    metadata,
    Column("ticket", Text, primary_key=True),
    Column("queued_at", Double, primary_key=True),
    Column("ended_at", Double, nullable=False),
    Column("record", Text, nullable=False),  # JSON
    Index(None, "ended_at"),
)

# Whom players do not want to play with.
blocks = Table(
    "blocks",
    metadata,
    Column("player", Text, primary_key=True),
    Column("blocked", Text, primary_key=True),
    Column("at", Double, nullable=False),
)

# Ready checks that were declined or missed. Pruned.
dodges = Table(
    "dodges",
    metadata,
    Column("player", Text, primary_key=True),
    Column("at", Double, primary_key=True),
    Index(None, "at"),
)

# Who may log in to the console.
operators = Table(
    "operators",
    metadata,
    Column("name", Text, primary_key=True),
    Column("role", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("created_at", Double, nullable=False),
)

operator_tokens = Table(
    "operator_tokens",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
    Column("created_at", Double, nullable=False),
    Column("expires_at", Double),
    UniqueConstraint("hash"),
)

operator_logins = Table(
    "operator_logins",
    metadata,
    Column("hash", LargeBinary(32), primary_key=True),
    Column("operator", Text, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("seen_at", Double, nullable=False),
)

# What operators have done. Pruned.
audit = Table(
    "audit",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("at", Double, nullable=False),
    Column("operator", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("via", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("object", Text, nullable=False),
    Column("detail", Text, nullable=False),  # JSON
    Column("outcome", Text, nullable=False),
    Column("peer", Text, nullable=False),
    Index(None, "operator", "id"),
)

# Who may not chat.
mutes = Table(
    "mutes",
    metadata,
    Column("player", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("until", Double),
    Column("by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Double, nullable=False),
)
