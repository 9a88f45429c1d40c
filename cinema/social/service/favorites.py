from cinema.database import atomic, fetch
from cinema.outbox import emit
from cinema.social.events import FavoriteChanged, FavoritesChanged
from cinema.social.schemas import FavoriteOut
from cinema.social.service.votes import lock_movie


@atomic
async def add_favorite(user_id: int, movie_id: int) -> FavoriteOut:
    """Put a movie among the favourites; once is as often as twice. Raises MovieNotFound."""
    await lock_movie(movie_id)
    added = await fetch(
        "INSERT INTO favorites (user_id, movie_id) VALUES ($1, $2)"
        " ON CONFLICT (user_id, movie_id) DO NOTHING RETURNING id",
        user_id,
        movie_id,
    )
    return await _count(user_id, movie_id, len(added), favorite=True)


@atomic
async def remove_favorite(user_id: int, movie_id: int) -> FavoriteOut:
    """Take a movie out of the favourites, if it is there; raises MovieNotFound."""
    await lock_movie(movie_id, even_deleted=True)
    gone = await fetch(
        "DELETE FROM favorites WHERE user_id = $1 AND movie_id = $2 RETURNING id",
        user_id,
        movie_id,
    )
    return await _count(user_id, movie_id, -len(gone), favorite=False)


async def _count(user_id: int, movie_id: int, moved: int, *, favorite: bool) -> FavoriteOut:
    [row] = await fetch(
        "UPDATE movies SET favorites = favorites + $2 WHERE id = $1 RETURNING favorites",
        movie_id,
        moved,
    )
    if moved:
        await emit(FavoritesChanged(movie_id=movie_id, favorites=row["favorites"]))
        await emit(FavoriteChanged(user_id=user_id, movie_id=movie_id, favorite=favorite))
    return FavoriteOut(favorite=favorite, favorites=row["favorites"])
