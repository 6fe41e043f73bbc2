"""Opens every page once, and fails with the first exception. Needs no development package.

python -m tests.every_page
"""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from tests.code import PAGES, ROOT


def main() -> None:
    entry = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=120)
    for name in PAGES:
        page = (entry if name == "welcome" else entry.switch_page(f"pages/{name}.py")).run()
        assert not page.exception, f"{name}: {page.exception[0].value}"
        assert page.title, f"{name} shows nothing"
        print(name)


if __name__ == "__main__":
    main()
