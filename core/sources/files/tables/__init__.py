"""Tables of readings: rows of text as columns, what their header means, and the curves they make."""
