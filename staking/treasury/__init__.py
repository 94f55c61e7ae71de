"""The public page of the treasury: what of the books and stakes everybody may see."""
