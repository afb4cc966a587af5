"""MkDocs hooks: copy files outside this folder that the documents link to into the site.

Documents link to files by their paths in the repository: README.md to `docs/limits.md`, limits.md to
`../sim/errors.py`. In the site README.md is the front page, CONTRIBUTING.md a separate page, and any other file or
folder outside docs/ is copied to `repository/`, with Markdown as plain text.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs.structure.files import File, Files

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[1]
PAGES = {"README.md": "index.md", "CONTRIBUTING.md": "contributing.md"}
LINK = re.compile(r"(\]\(|^\[[\w-]+\]: )(?![a-z]+:|#|<)([^)\s#]+)", re.MULTILINE)


def in_site(path: str) -> str:
    """Return the path in the site of a file in the repository; both paths are relative to their roots."""
    if path in PAGES:
        return PAGES[path]
    if path.startswith("docs/"):
        return path.removeprefix("docs/")
    if (ROOT / path).is_dir():
        return f"repository/{path}/index.txt"
    return f"repository/{path}" + (".txt" if path.endswith((".md", ".py")) else "")


def in_repository(page: str) -> str:
    """Return the file in the repository that a page of the site is made from."""
    return next((own for own, site in PAGES.items() if site == page), f"docs/{page}")


def targets(text: str, source: str) -> Iterator[str]:
    """Yield the files and folders in the repository that a document links to."""
    for _, target in LINK.findall(text):
        yield posixpath.normpath(posixpath.join(posixpath.dirname(source), target))


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages from outside docs/, and every file outside it that a document links to."""
    for own, site in PAGES.items():
        files.append(File.generated(config, site, content=(ROOT / own).read_text(encoding="utf-8")))
    for file in list(files.documentation_pages()):
        source = in_repository(file.src_uri)
        for path in targets(file.content_string, source):
            site = in_site(path)
            if site in files.src_uris or not (ROOT / path).exists():
                continue
            if (ROOT / path).is_dir():
                listing = "\n".join(sorted(one.name for one in (ROOT / path).iterdir() if one.name[0] != "."))
                files.append(File.generated(config, site, content=listing))
            else:
                files.append(File.generated(config, site, abs_src_path=str(ROOT / path)))
    return files


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Rewrite links from the repository's folders to those of the site."""
    source, here = in_repository(page.file.src_uri), posixpath.dirname(page.file.src_uri)

    def rewrite(found: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(source), found[2]))
        return found[1] + posixpath.relpath(in_site(target), here or ".")

    return LINK.sub(rewrite, markdown)
