"""The steps from each version of the database to the next. ``docs/storage.md`` says how one is written."""
