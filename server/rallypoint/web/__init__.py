"""The web port: what players' browsers load. Pages of the games, the browser SDK, and replays."""
