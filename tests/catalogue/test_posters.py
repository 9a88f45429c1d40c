import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cinema.catalogue.poster_motifs import MOTIFS, motif
from cinema.catalogue.poster_palettes import OF_GENRE, PALETTES, blend, contrast, palette
from cinema.catalogue.poster_title import set_title
from cinema.catalogue.posters import poster_svg

SVG = "{http://www.w3.org/2000/svg}"
DRAWN = {
    "svg", "title", "defs", "linearGradient", "radialGradient", "stop", "clipPath", "pattern",
    "circle", "ellipse", "rect", "path", "g", "text",
}  # fmt: skip


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_the_same_film_always_gets_the_same_poster() -> None:
    first = poster_svg("Playtime", 1967, ["Comedy"], 7)
    assert poster_svg("Playtime", 1967, ["Comedy"], 7) == first
    assert poster_svg("Playtime", 1967, ["Comedy"], 8) != first


def test_a_poster_names_its_film_to_those_who_cannot_see_it() -> None:
    root = ElementTree.fromstring(poster_svg("Playtime", 1967, ["Comedy"], 7))
    assert root.attrib["role"] == "img"
    assert root.attrib["viewBox"] == "0 0 600 900"
    assert root[0].tag == f"{SVG}title"
    assert root[0].text == "Playtime (1967)"


def test_a_poster_shows_its_title_and_its_year() -> None:
    assert texts(poster_svg("The Apartment", 1960, ["Comedy"], 3)) == ["The", "Apartment", "1960"]


def test_markup_in_a_name_stays_text() -> None:
    svg = poster_svg("<script>&\"'", 2020, ["Comedy"], 1)
    assert "<script" not in svg
    assert texts(svg)[0] == "<script>&\"'"


@given(
    name=st.text(max_size=250),
    year=st.integers(1888, 2100),
    genres=st.lists(st.sampled_from(["Drama", "War", "No such", "Sci-Fi"]), max_size=4),
    seed=st.integers(0, 2**63),
)
def test_any_name_makes_a_small_well_formed_poster_that_reaches_for_nothing(
    name: str, year: int, genres: list[str], seed: int
) -> None:
    svg = poster_svg(name, year, genres, seed)
    assert len(svg.encode()) < 6 * 1024
    root = ElementTree.fromstring(svg)
    for element in root.iter():
        assert element.tag.removeprefix(SVG) in DRAWN
        assert not {"style", "class", "href", "onload"} & element.attrib.keys()
        for value in element.attrib.values():
            assert "url(" not in value or re.fullmatch(r"url\(#p[0-9a-f]+[a-z]\)", value)


@pytest.mark.parametrize("seed", range(len(MOTIFS) * 3))
def test_every_reference_of_every_motif_is_defined_once(seed: int) -> None:
    svg = poster_svg("Tokyo Story", 1953, ["Drama"], seed)
    defined = re.findall(r' id="([^"]+)"', svg)
    assert len(set(defined)) == len(defined)
    assert set(re.findall(r"url\(#([^)]+)\)", svg)) <= set(defined)


def test_the_posters_of_a_page_do_not_share_identifiers() -> None:
    first = re.findall(r' id="([^"]+)"', poster_svg("Solaris", 1972, ["Sci-Fi"], 5))
    second = re.findall(r' id="([^"]+)"', poster_svg("Solaris", 2002, ["Sci-Fi"], 5))
    assert not set(first) & set(second)


def test_neighbours_in_a_list_never_show_the_same_motif() -> None:
    drawn = [motif(seed) for seed in range(len(MOTIFS) * 40)]
    assert all(first is not second for first, second in pairwise(drawn))
    assert set(drawn[: len(MOTIFS)]) == set(MOTIFS)


@pytest.mark.parametrize("name", PALETTES)
def test_a_title_is_legible_on_its_ground(name: str) -> None:
    colours = PALETTES[name]
    assert contrast(colours.text, colours.near) >= 7


def test_every_genre_has_colours_that_exist() -> None:
    assert {name for names in OF_GENRE.values() for name in names} <= PALETTES.keys()


def test_a_telling_genre_goes_before_drama() -> None:
    western = {PALETTES[name] for name in OF_GENRE["western"]}
    assert {palette(["Drama", "Western"], seed) for seed in range(30)} == western


def test_an_unknown_genre_and_none_at_all_have_colours_too() -> None:
    assert palette(["Telenovela"], 4) == palette([], 4)


def test_colours_blend_from_the_first_to_the_second() -> None:
    assert blend("#000000", "#ff8040", 0) == "#000000"
    assert blend("#000000", "#ff8040", 1) == "#ff8040"
    assert blend("#000000", "#ff8040", 0.5) == "#804020"


def test_contrast_is_that_of_the_guideline() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#777777") == 1


def test_a_short_title_is_set_large_and_a_long_one_smaller() -> None:
    assert set_title("M") == (128, ("M",))
    long = set_title("The Assassination of Jesse James by the Coward Robert Ford")
    assert long.size < 60
    assert " ".join(long.lines) == "The Assassination of Jesse James by the Coward Robert Ford"


def test_lines_are_even_rather_than_filled() -> None:
    assert set_title("Singin' in the Rain").lines == ("Singin' in", "the Rain")


def test_a_word_without_end_is_broken_and_loses_nothing() -> None:
    word = "Donaudampfschifffahrtsgesellschaftskapitän" * 3
    title = set_title(word)
    assert len(title.lines) > 1
    assert "".join(title.lines) == word


def test_ideographs_wrap_without_spaces() -> None:
    title = set_title("千と千尋の神隠しと長い長い題名の映画")
    assert len(title.lines) > 1
    assert "".join(title.lines) == "千と千尋の神隠しと長い長い題名の映画"


def test_a_joined_emoji_is_never_torn() -> None:
    family = "👨‍👩‍👧‍👦"
    lines = set_title(family * 40).lines
    assert all(line.replace(family, "") == "" for line in lines)


def test_a_title_from_right_to_left_stands_at_the_right() -> None:
    svgs = [poster_svg("كفرناحوم", 2018, ["Drama"], seed) for seed in range(20)]
    assert all('direction="rtl"' in svg for svg in svgs)
    assert any('<text x="548"' in svg for svg in svgs)


def test_a_name_that_shows_nothing_is_called_untitled() -> None:
    assert texts(poster_svg("\x00\x1f \ud800", 1999, [], 1)) == ["Untitled", "1999"]


def test_a_name_too_long_for_any_size_ends_in_an_ellipsis() -> None:
    title = set_title("W" * 3000)
    assert title.size == 24
    assert title.height <= 330
    assert title.lines[-1].endswith("W…")


@given(st.text(min_size=1, max_size=200).filter(str.strip))
def test_a_title_keeps_to_its_field_and_loses_no_letter(name: str) -> None:
    title = set_title(name)
    assert title.height <= 330
    assert 24 <= title.size <= 128
    assert "".join("".join(title.lines).split()) == "".join(name.split())
