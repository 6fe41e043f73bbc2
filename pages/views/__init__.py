"""Parts of the pages: a folder for each, and the modules that several pages share."""
