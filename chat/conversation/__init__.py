"""A conversation: its messages as a tree, its title, its place in a list."""
