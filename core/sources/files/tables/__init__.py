"""Tables of readings: text rows as columns, the meaning of their header, and the curves they make."""
