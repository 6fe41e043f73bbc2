"""A household's files: opened, recognised by their content, and read as sources like any other.

`read_all` is a pure function from bytes to curves or refusals that can be pickled, for reading strangers'
files in a separate process; `open_files` makes sources of files that are read here, on request.
"""

from core.sources.files.parsed import Asked, Part
from core.sources.files.reading import Reading, read_all
from core.sources.files.source import FileSource, beside, open_files
from core.sources.stamped import Stamped

__all__ = ["Asked", "FileSource", "Part", "Reading", "Stamped", "beside", "open_files", "read_all"]
