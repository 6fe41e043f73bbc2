"""Parts of the consumption and cost pages: one module a group of charts, and what they have in common."""
