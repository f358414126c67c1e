"""Whether the node lives, and whether new players are welcome: what supervisors and load balancers ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rallypoint.app import Server

    from .sampler import Sampler

__all__ = ["alive", "not_ready"]


def not_ready(server: Server, sampler: Sampler) -> list[str]:
    """Why new players are not welcome; empty: they are."""
    reasons = []
    if server.stopping:
        reasons.append("stopping")
    if server.node.cordon.closed:
        reasons.append(f"{server.node.cordon.state}: an operator is emptying the node")
    if server.journal.failure:
        reasons.append(server.journal.failure)
    if sampler.lagging:
        reasons.append("the event loop is late: the node has too much to do")
    return reasons


def alive(sampler: Sampler) -> str:
    """For people. That it is said at all is the sign of life: it is the game loop itself that answers."""
    lag = sampler.lag.timings.summary()
    return (
        f"heartbeat {sampler.lag.heartbeat_age_s:.1f} s ago\n"
        f"loop lag p50 {lag['p50']:.1f} ms, p99 {lag['p99']:.1f} ms, max {lag['max']:.1f} ms\n"
    )
