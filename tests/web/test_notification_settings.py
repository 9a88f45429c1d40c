from cinema.database import fetch
from tests.web.visiting import Visitor, words


async def test_news_is_chosen_by_ticks(visitor: Visitor) -> None:
    await visitor.log_in()
    page = await visitor.read("/notifications")
    assert 'name="comment_liked-bell" value="on" checked' in page
    assert 'name="comment_liked-mail" value="on">' in page
    assert 'name="order_paid' not in page
    # A browser sends what is ticked, and nothing of the rest.
    await visitor.post("/notifications/settings", {"comment_liked-mail": "on"})
    page = await visitor.read("/notifications")
    assert "Saved." in words(page)
    assert 'name="comment_liked-mail" value="on" checked' in page
    assert 'name="comment_replied-bell" value="on">' in page
    rows = await fetch("SELECT kind, in_app, email FROM notification_settings ORDER BY kind")
    assert rows == [
        {"kind": "comment_liked", "in_app": False, "email": True},
        {"kind": "comment_replied", "in_app": False, "email": False},
        {"kind": "movie_released", "in_app": False, "email": False},
        {"kind": "movie_taken_from_carts", "in_app": False, "email": False},
        {"kind": "price_dropped", "in_app": False, "email": False},
    ]
