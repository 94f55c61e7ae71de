"""A person's money as they are told of it: what there is, and every entry of it."""
