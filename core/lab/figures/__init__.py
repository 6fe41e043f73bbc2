"""The charts of the laboratory, for the pages and the report."""
