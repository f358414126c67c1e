"""All planted faults. They were chosen before the observers were written, and no observer knows of them.

Each could have been committed: some show in every session, some only when two things happen within a tick.
"""

from __future__ import annotations

from . import (
    faults_connections,
    faults_durability,
    faults_inputs,
    faults_lobby,
    faults_matchmaking,
    faults_netcode,
    faults_seats,
    faults_sync,
)
from .fault import Edit, Fault

__all__ = ["FAULTS", "Edit", "Fault"]

FAULTS: tuple[Fault, ...] = (
    *faults_seats.FAULTS,
    *faults_sync.FAULTS,
    *faults_inputs.FAULTS,
    *faults_connections.FAULTS,
    *faults_lobby.FAULTS,
    *faults_durability.FAULTS,
    *faults_netcode.FAULTS,
    *faults_matchmaking.FAULTS,
)
