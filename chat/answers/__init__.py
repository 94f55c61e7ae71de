"""What happens to an answer: it is tried again, ends, is stopped, is rated, has a receipt."""
