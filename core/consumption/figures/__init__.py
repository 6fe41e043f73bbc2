"""The charts: each a Plotly figure with its text alternative and its data as columns.

`theme` holds colours and axes; the other modules draw one kind of view each. Nothing here reads a database.
"""
