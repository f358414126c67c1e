"""The wire between a Rallypoint server and its clients: messages, codec, schema, limits. Pure."""
