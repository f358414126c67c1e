"""Small games that are made for being checked. ``books.py`` says what they all have in common."""
