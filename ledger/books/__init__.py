"""The books: accounts, transfers and holds that the database keeps true, and the money they are counted in."""
