"""Ratings and their history, matches, tickets that are over, block lists, declined ready checks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the tables."""
    _ratings()
    _matches()
    op.create_table(
        "tickets",
        sa.Column("ticket", sa.Text, nullable=False),
        sa.Column("queued_at", sa.Double, nullable=False),
        sa.Column("ended_at", sa.Double, nullable=False),
        sa.Column("record", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("ticket", "queued_at", name="pk_tickets"),
    )
    op.create_index("ix_tickets_ended_at", "tickets", ["ended_at"])
    op.create_table(
        "blocks",
        sa.Column("player", sa.Text, nullable=False),
        sa.Column("blocked", sa.Text, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("player", "blocked", name="pk_blocks"),
    )
    op.create_table(
        "dodges",
        sa.Column("player", sa.Text, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("player", "at", name="pk_dodges"),
    )
    op.create_index("ix_dodges_at", "dodges", ["at"])


def _ratings() -> None:
    op.create_table(
        "ratings",
        sa.Column("player", sa.Text, nullable=False),
        sa.Column("queue", sa.Text, nullable=False),
        sa.Column("mu", sa.Double, nullable=False),
        sa.Column("sigma", sa.Double, nullable=False),
        sa.Column("ordinal", sa.Double, nullable=False),
        sa.Column("games", sa.Integer, nullable=False),
        sa.Column("updated_at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("player", "queue", name="pk_ratings"),
    )
    op.create_index("ix_ratings_board", "ratings", ["queue", sa.text("ordinal DESC"), "player", "games"])
    op.create_table(
        "rating_changes",
        sa.Column("session", sa.Text, nullable=False),
        sa.Column("player", sa.Text, nullable=False),
        sa.Column("queue", sa.Text, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.Column("mu_before", sa.Double, nullable=False),
        sa.Column("sigma_before", sa.Double, nullable=False),
        sa.Column("mu_after", sa.Double, nullable=False),
        sa.Column("sigma_after", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("session", "player", name="pk_rating_changes"),
    )
    op.create_index("ix_rating_changes_player_queue_at", "rating_changes", ["player", "queue", "at"])


def _matches() -> None:
    op.create_table(
        "matches",
        sa.Column("match", sa.Text, nullable=False),
        sa.Column("queue", sa.Text, nullable=False),
        sa.Column("session", sa.Text, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("record", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("match", name="pk_matches"),
    )
    op.create_index("ix_matches_queue_at", "matches", ["queue", "at"])
    op.create_table(
        "match_players",
        sa.Column("match", sa.Text, nullable=False),
        sa.Column("player", sa.Text, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("match", "player", name="pk_match_players"),
        sa.ForeignKeyConstraint(["match"], ["matches.match"], name="fk_match_players_match", ondelete="CASCADE"),
    )
    op.create_index("ix_match_players_player_at", "match_players", ["player", "at"])
