"""The talk about a film, in real browsers: live, never losing a word, and harmless."""

from playwright.async_api import Dialog, expect

from cinema.roles import Role
from tests.e2e.windows import Visitor, Windows

PAYLOADS = (
    "<script>alert(1)</script>",
    "<ScRiPt>alert`1`</sCrIpT>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    '"><script>alert(1)</script>',
    "'><img src=x onerror=alert(1)>",
    '" autofocus onfocus=alert(1) x="',
    "' onmouseover='alert(1)",
    "</textarea><script>alert(1)</script>",
    "</p></article></ol></div><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "<!--><script>alert(1)</script>-->",
    "<iframe src=javascript:alert(1)></iframe>",
    "<a href=javascript:alert(1)>click</a>",
    "<form action=javascript:alert(1)><button>Post</button></form>",
    "<details open ontoggle=alert(1)>",
    "<video><source onerror=alert(1)></video>",
    "<math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<base href=//evil.example/>",
    '<meta http-equiv=refresh content="0;url=javascript:alert(1)">',
    '<link rel=stylesheet href="data:text/css,*{display:none}">',
    "<template id=comments><b>gone</b></template>",
    "{{ 7*7 }}{% raw %}${7*7}",
    "&lt;script&gt;alert(1)&lt;/script&gt;&#x3C;img src=x onerror=alert(1)&#x3E;",
    "\u202e<tpircs>)1(trela</tpircs>",
    "jaVasCript:/*-/*`/*\\`/*'/*\"/**/(/* */oNcliCk=alert() )//</stYle/</titLe/</teXtarEa/-->",
)


async def say(visitor: Visitor, text: str, label: str = "Your comment", send: str = "Post") -> None:
    await visitor.page.get_by_label(label, exact=True).fill(text)
    await visitor.page.get_by_role("button", name=send, exact=True).click()
    await expect(visitor.page.locator("#comments").get_by_text(text)).to_be_visible()


async def test_two_browsers_converse_with_replies_likes_and_ratings(windows: Windows) -> None:
    mira, noor = await windows.customer(), await windows.customer()
    for visitor in (mira, noor):
        await visitor.film("Solaris")
        await visitor.is_live()
    await say(mira, "The dog with the hand!")
    heard = noor.page.locator("#comments .thread").filter(has_text="The dog with the hand!")
    await expect(heard).to_be_visible()

    await heard.get_by_role("link", name="Reply").click()
    await say(noor, "And nobody blinks.", "Your answer", "Answer")
    answer = mira.page.locator("#comments .replies").get_by_text("And nobody blinks.")
    await expect(answer).to_be_visible()
    await expect(mira.page.locator("#comment-count")).to_have_text("2 comments")

    # A like arrives without a reload, and what is half written stays where it is.
    await mira.page.get_by_label("Your comment").fill("I was about to say")
    await noor.is_live()
    await noor.page.get_by_label("Your comment").fill("Me too, and")
    await (
        noor.page.locator("#comments .thread > .comment")
        .get_by_role("button", name="Like the comment of")
        .click()
    )
    liked = mira.page.locator("#comments .thread > .comment button[id^=like]")
    await expect(liked).to_contain_text("1")
    await expect(noor.page.locator("#comments .thread > .comment button")).to_have_attribute(
        "aria-pressed", "true"
    )
    await noor.page.get_by_role("button", name="8", exact=True).click()
    await expect(mira.page.locator("#ratings")).to_contain_text("8.0 of 10, 1 rating")
    await noor.page.get_by_role("button", name="Favourite").click()
    await expect(mira.page.get_by_role("button", name="Favourite")).to_have_text("Favourite 1")
    await expect(mira.page.get_by_label("Your comment")).to_have_value("I was about to say")
    await expect(noor.page.get_by_label("Your comment")).to_have_value("Me too, and")

    await mira.page.get_by_role("link", name="Delete").click()
    await mira.page.get_by_role("button", name="Delete the comment").click()
    await expect(noor.page.get_by_text("This comment was deleted.")).to_be_visible()
    await expect(noor.page.get_by_text("And nobody blinks.")).to_be_visible()


async def test_a_report_appears_before_the_moderators_eyes_and_the_comment_goes(
    windows: Windows,
) -> None:
    author, moderator = await windows.customer(), await windows.customer(Role.MODERATOR)
    await author.film("Playtime")
    await say(author, "Buy my watches at a good price")
    await author.is_live()
    await moderator.page.goto("/staff/reports")
    await moderator.is_live()
    await expect(moderator.page.get_by_text("Nothing waits.")).to_be_visible()

    reader = await windows.customer()
    await reader.film("Playtime")
    await reader.page.get_by_role("link", name="Report").click()
    await reader.page.get_by_label("What is wrong with it?").fill("Advertising")
    await reader.page.get_by_role("button", name="Send the report").click()

    await expect(moderator.page.get_by_text("Advertising")).to_be_visible()
    await moderator.page.get_by_text("Remove it…").click()
    await moderator.page.get_by_role("button", name="Remove the comment").click()
    await expect(moderator.page.get_by_text("The comment is removed.")).to_be_visible()
    await expect(author.page.get_by_text("Buy my watches")).to_have_count(0)


BY_EVERY_NAME = """
WITH made AS (INSERT INTO users (email, password_hash, is_active, group_id)
              SELECT 'xss-' || n || '@example.com', '!', true, (SELECT min(id) FROM user_groups)
                FROM generate_series(1, cardinality($1::text[])) n RETURNING id),
     named AS (INSERT INTO user_profiles (user_id, first_name)
               SELECT id, left(($1::text[])[row_number() OVER (ORDER BY id)], 100) FROM made
               RETURNING user_id)
INSERT INTO comments (movie_id, user_id, text) SELECT $2::bigint, user_id, 'By me'
  FROM named ORDER BY user_id
"""


async def post_all(writer: Visitor, path: str) -> None:
    """Send every text by the film's own form, without waiting for the page between them."""
    token = await writer.page.locator("input[name=csrf_token]").first.input_value()
    for payload in PAYLOADS:
        answer = await writer.context.request.post(
            f"{path}/comments",
            form={"csrf_token": token, "text": payload},
            headers={"Origin": writer.windows.house.url},
            max_redirects=0,
        )
        assert answer.status == 303, payload


async def read_all(reader: Visitor, path: str) -> tuple[list[str], list[str]]:
    """Walk through all comments of a film and return their texts and their authors."""
    words: list[str] = []
    names: list[str] = []
    address: str | None = path
    while address is not None:
        await reader.page.goto(address)
        words += await reader.page.locator("#comments .text").all_text_contents()
        names += await reader.page.locator("#comments strong bdi").all_text_contents()
        older = reader.page.get_by_role("link", name="Older comments")
        address = await older.get_attribute("href") if await older.count() else None
    return words, names


async def test_what_visitors_write_is_shown_as_they_wrote_it_and_does_nothing(
    windows: Windows,
) -> None:
    """As words and as names, on a page that is loaded and on one that hears of them live."""
    writer, watcher = await windows.customer(), await windows.customer()
    dialogs: list[Dialog] = []
    for visitor in (writer, watcher):
        # Playwright marks the function that it is given, so a built-in one will not do.
        visitor.page.on("dialog", lambda dialog: dialogs.append(dialog))  # noqa: PLW0108
        await visitor.film("Metropolis")
    await watcher.is_live()
    path = writer.page.url
    await post_all(writer, path)

    live = watcher.page.locator("#comments .text")
    await expect(live.first).to_have_text(PAYLOADS[-1])
    assert await live.all_text_contents() == list(reversed(PAYLOADS))[:20]

    movie_id = int(path.rsplit("/", 1)[1])
    await windows.house.sql(BY_EVERY_NAME, list(PAYLOADS), movie_id)
    words, names = await read_all(writer, path)
    assert words == ["By me"] * len(PAYLOADS) + list(reversed(PAYLOADS))
    assert names[: len(PAYLOADS)] == [payload[:100] for payload in reversed(PAYLOADS)]
    assert dialogs == []
    assert await writer.page.locator("main script, main iframe, main base").count() == 0
