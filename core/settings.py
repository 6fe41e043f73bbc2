"""Settings from the environment, `.env` and Streamlit's secrets, all named COURBE_*."""

from __future__ import annotations

from contextlib import suppress
from enum import StrEnum
from pathlib import Path

import platformdirs
from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Deployment(StrEnum):
    """Whose data a deployment holds: one household's, or one workspace per visitor."""

    PERSONAL = "personal"
    SHARED = "shared"


class Settings(BaseSettings):
    """All settings; a test compares the table of docs/settings.md with this class."""

    model_config = SettingsConfigDict(
        env_prefix="COURBE_",
        env_file=".env",
        env_ignore_empty=True,  # an empty line in `.env` is an omitted setting
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    deployment: Deployment = Field(
        Deployment.PERSONAL, description="`personal` (one household) or `shared` (a workspace per visitor)"
    )
    mongodb_uri: SecretStr | None = Field(None, description="A MongoDB to use instead of the embedded one")
    mongod: Path | None = Field(None, description="A mongod program to start instead of the bundled one")
    database: str = Field(
        "courbe",
        description="Name of the database: letters, digits, `_` and `-`, 38 at most",
        pattern=r"^[A-Za-z0-9_-]{1,38}$",
    )
    data_dir: Path = Field(
        default_factory=lambda: Path(platformdirs.user_data_dir("courbe", appauthor=False)),
        description="Where the embedded MongoDB keeps its data",
    )
    spark_jars: Path | None = Field(
        None, description="A folder with the jars for Spark, instead of fetching them"
    )
    api_url: str = Field("https://conso.boris.sh", description="Base address of Conso API")
    api_token: SecretStr | None = Field(None, description="Conso API token")
    prm: str | None = Field(None, description="Meter number, 14 digits")
    api_daily_calls: int = Field(
        49, ge=1, le=90, description="Calls to Conso API a day at most; it bans an address at 100"
    )
    api_seconds_between_calls: float = Field(1.0, ge=0, le=86_400, description="Least time between two calls")
    tempo_url: str = Field(
        "https://www.services-rte.com/cms/open_data/v1", description="Where Tempo colours are asked for"
    )
    tempo_second_url: str = Field(
        "https://www.api-couleur-tempo.fr/api", description="Where they are asked for when that fails"
    )
    prices_url: str = Field(
        "https://www.cre.fr/fileadmin/Documents/Open_data/Marches_de_detail",
        description="Where regulated prices are asked for",
    )
    contact: str = Field(
        "https://github.com/courbe", description="Site or address this deployment names in its User-Agent"
    )
    workspace_hours: int = Field(
        24, ge=1, le=8_760, description="How long a visitor's workspace lives (shared)"
    )
    workspaces: int = Field(
        200, ge=1, le=10_000, description="Workspaces at most (shared): a new visitor is asked to come later"
    )
    visitors: int = Field(100, ge=1, le=10_000, description="Open tabs at most (shared)")

    @field_validator("database")
    @classmethod
    def _not_of_mongodb(cls, name: str) -> str:
        """Refuse the databases of the server's users and settings, as `erase` drops collections."""
        if name.lower() in ("admin", "config", "local"):
            raise ValueError("a database of MongoDB's own")
        return name

    @field_validator("mongod", "data_dir", "spark_jars")
    @classmethod
    def _from_home(cls, path: Path | None) -> Path | None:
        """Expand `~`, as no shell reads `.env`; kept unchanged if there is no such home."""
        with suppress(RuntimeError):
            return path and path.expanduser()
        return path


def load_settings() -> Settings:
    """The settings in force. Raises pydantic.ValidationError, whose text holds no secret."""
    return Settings()
