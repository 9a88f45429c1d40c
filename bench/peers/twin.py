"""The same two endpoints as FastAPI and SQLAlchemy (async) are written by their manuals.

`python bench/peers/twin.py PORT`, with TWIN_DATABASE_URL as `postgresql+asyncpg://...`.
"""

import os
import sys
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

import uvicorn
from fastapi import Depends, FastAPI, HTTPException, Query, Request
from pydantic import BaseModel
from sqlalchemy import Column, ForeignKey, Table, func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    joinedload,
    mapped_column,
    relationship,
    selectinload,
)


class Base(DeclarativeBase):
    pass


def link(table: str, column: str) -> Table:
    return Table(
        f"movies_{table}",
        Base.metadata,
        Column("movie_id", ForeignKey("movies.id"), primary_key=True),
        Column(column, ForeignKey(f"{table}.id"), primary_key=True),
    )


class Named:
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class Genre(Named, Base):
    __tablename__ = "genres"


class Star(Named, Base):
    __tablename__ = "stars"


class Director(Named, Base):
    __tablename__ = "directors"


class Certification(Named, Base):
    __tablename__ = "certifications"


class Movie(Base):
    __tablename__ = "movies"

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[UUID]
    name: Mapped[str]
    year: Mapped[int]
    time: Mapped[int]
    imdb: Mapped[Decimal]
    votes: Mapped[int]
    meta_score: Mapped[int | None]
    gross: Mapped[Decimal | None]
    description: Mapped[str]
    price: Mapped[Decimal]
    is_available: Mapped[bool]
    release_at: Mapped[datetime | None]
    likes: Mapped[int]
    dislikes: Mapped[int]
    favorites: Mapped[int]
    comments: Mapped[int]
    rating_sum: Mapped[int]
    rating_count: Mapped[int]
    deleted_at: Mapped[datetime | None]
    certification_id: Mapped[int] = mapped_column(ForeignKey("certifications.id"))
    certification: Mapped[Certification] = relationship()
    genres: Mapped[list[Genre]] = relationship(secondary=link("genres", "genre_id"))
    stars: Mapped[list[Star]] = relationship(secondary=link("stars", "star_id"))
    directors: Mapped[list[Director]] = relationship(secondary=link("directors", "director_id"))


class Rating(BaseModel):
    average: Decimal | None
    count: int


class MovieOut(BaseModel):
    id: int
    uuid: UUID
    name: str
    year: int
    time: int
    imdb: Decimal
    votes: int
    meta_score: int | None
    gross: Decimal | None
    description: str
    price: Decimal
    currency: str
    certification: str
    genres: list[str]
    directors: list[str]
    stars: list[str]
    is_available: bool
    release_at: datetime | None
    likes: int
    dislikes: int
    favorites: int
    comments: int
    rating: Rating
    poster: str
    posters: dict[str, str]
    trailer: str | None
    me: None


class MoviePage(BaseModel):
    items: list[MovieOut]
    page: int
    per_page: int
    total_items: int
    total_pages: int
    next: str | None
    prev: str | None


engine = create_async_engine(os.environ["TWIN_DATABASE_URL"], pool_size=10)
sessions = async_sessionmaker(engine, expire_on_commit=False)
app = FastAPI()
RELATED = (
    joinedload(Movie.certification),
    selectinload(Movie.genres),
    selectinload(Movie.stars),
    selectinload(Movie.directors),
)
SAME = (
    "id", "uuid", "name", "year", "time", "imdb", "votes", "meta_score", "gross", "description",
    "price", "is_available", "release_at", "likes", "dislikes", "favorites", "comments",
)  # fmt: skip


async def session() -> Any:
    async with sessions() as session:
        yield session


Session = Annotated[AsyncSession, Depends(session)]


def shown(movie: Movie) -> dict[str, Any]:
    count = movie.rating_count
    poster = f"/posters/{movie.uuid}.svg"
    return {
        **{name: getattr(movie, name) for name in SAME},
        "currency": "usd",
        "certification": movie.certification.name,
        "genres": sorted(genre.name for genre in movie.genres),
        "directors": sorted(director.name for director in movie.directors),
        "stars": sorted(star.name for star in movie.stars),
        "rating": {
            "average": round(Decimal(movie.rating_sum) / count, 1) if count else None,
            "count": count,
        },
        "poster": poster,
        "posters": {"small": poster, "medium": poster, "large": poster},
        "trailer": None,
        "me": None,
    }


@app.get("/api/v1/movies", response_model=MoviePage)
async def list_movies(
    request: Request,
    session: Session,
    page: Annotated[int, Query(ge=1)] = 1,
    per_page: Annotated[int, Query(ge=1, le=100)] = 20,
) -> dict[str, Any]:
    offered = select(Movie).where(Movie.deleted_at.is_(None))
    total = await session.scalar(select(func.count()).select_from(offered.subquery())) or 0
    order = offered.order_by(Movie.votes.desc(), Movie.id.desc())
    window = order.options(*RELATED).limit(per_page).offset((page - 1) * per_page)
    movies = (await session.scalars(window)).all()
    pages = max(1, -(-total // per_page))

    def to(number: int) -> str | None:
        if not 1 <= number <= pages:
            return None
        url = request.url.include_query_params(page=number)
        return f"{url.path}?{url.query}"

    return {
        "items": [shown(movie) for movie in movies],
        "page": page,
        "per_page": per_page,
        "total_items": total,
        "total_pages": pages,
        "next": to(page + 1),
        "prev": to(page - 1),
    }


@app.get("/api/v1/movies/{movie_id}", response_model=MovieOut)
async def get_movie(movie_id: int, session: Session) -> dict[str, Any]:
    wanted = select(Movie).where(Movie.id == movie_id, Movie.deleted_at.is_(None))
    movie = await session.scalar(wanted.options(*RELATED))
    if movie is None:
        raise HTTPException(404)
    return shown(movie)


if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]), log_level="error", access_log=False, loop="uvloop")
