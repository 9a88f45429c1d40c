from pathlib import Path

import pytest

from tests.catalogue.films import WriteCsv


@pytest.fixture
def write_csv(tmp_path: Path) -> WriteCsv:
    def write(content: bytes) -> Path:
        path = tmp_path / "movies.csv"
        path.write_bytes(content)
        return path

    return write
