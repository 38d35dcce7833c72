"""Drawing a page: templates of this room and of the room that uses it, the texts of both, and their assets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from juru.web import TEMPLATES, csrf
from juru.web.assets import answer, read_assets
from juru.web.sessions import Flash
from juru.web.visits import visit
from juru.web.words import KIT, Catalogue, Lang, Words, speak

HERE = Path(__file__).parent


class Pages:
    """The pages of one server. ``folder`` has its ``templates`` and ``static``; a template there comes before ours.

    ``shared`` gives what the room that uses this adds to every page.
    """

    def __init__(
        self,
        folder: Path,
        words: Catalogue,
        *,
        token: Callable[[], str],
        brand: Callable[[], str],
        static: str,
    ) -> None:
        self.words = {**KIT, **words}
        self.assets = read_assets([HERE / "static", folder / "static"])
        self.shared: Callable[[], Mapping[str, object]] = dict
        self._token = token
        self.brand = brand
        self._links = {name: f"{static}/{name}?v={tag}" for name, (tag, _, _) in self.assets.items()}
        self._templates = Environment(
            loader=FileSystemLoader([folder / "templates", TEMPLATES]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
        )

    def words_in(self, lang: Lang) -> Words:
        """The texts in a language."""
        return speak(self.words, lang)

    def html(self, template: str, lang: Lang, status: int = 200, **facts: object) -> HTMLResponse:
        """A page in a language, with what every page has: texts, assets, who visits, tokens for its forms."""
        now = visit()
        page = self._templates.get_template(template).render(
            {
                "t": self.words_in(lang),
                "lang": lang,
                "asset": self._links,
                "brand": self.brand(),
                "visit": now,
                "csrf": self._csrf,
                "flashes": self._flashes,
                **self.shared(),
                **facts,
            }
        )
        return HTMLResponse(page, status)

    def asset(self, name: str, request: Request) -> Response:
        """An asset of either room."""
        return answer(self.assets.get(name), request)

    def _csrf(self) -> str:
        now = visit()
        now.issued = True
        return csrf.issue(now.secret, self._token())

    @staticmethod
    def _flashes() -> tuple[Flash, ...]:
        now = visit()
        now.told = True
        return () if now.session is None else now.session.flash
