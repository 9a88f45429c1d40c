"""What the generated posters show: each motif draws the upper two thirds of 600 x 900 units."""

from collections.abc import Callable
from math import cos, pi, sin

from cinema.catalogue.poster_canvas import Canvas, figure, hills, stars
from cinema.catalogue.poster_palettes import blend


def dunes(canvas: Canvas) -> str:
    parts = [
        canvas.sun(canvas.between(170, 430), canvas.between(220, 300), canvas.between(70, 112))
    ]
    for index in range(5):
        base, swing = 400 + index * 72, 52 - index * 3
        start = canvas.between(-160, -20)
        points = [
            (start + step * 190, base + (swing if (step + index) % 2 else -swing)
             + canvas.between(-16, 16))
            for step in range(6)
        ]  # fmt: skip
        parts.append(hills(points, canvas.layer(index / 4)))
    return "".join(parts)


def skyline(canvas: Canvas) -> str:
    x = canvas.between(190, 410)
    parts = [stars(canvas, 24, 380), canvas.sun(x, canvas.between(230, 290), 118)]
    for share, base, lit in ((0.25, 400, False), (0.6, 460, False), (1.0, 520, True)):
        left, outline, windows = -10, "M-10 900", ""
        while left < 600:
            wide, top = canvas.between(44, 92), base + canvas.between(-70, 70)
            outline += f"V{top}h{wide}"
            if lit:
                windows += "".join(
                    f"M{left + canvas.between(1, wide // 12 - 1) * 12} "
                    f"{top + canvas.between(1, 7) * 20}h5v9h-5z"
                    for _ in range(4)
                )
            left += wide
        parts.append(f'<path fill="{canvas.layer(share)}" d="{outline}V900z"/>')
        parts.append(f'<path fill="{canvas.colours.disc}" fill-opacity=".8" d="{windows}"/>')
    return "".join(parts)


def rings(canvas: Canvas) -> str:
    x, y = canvas.between(230, 370), canvas.between(300, 350)
    circles = "".join(
        f'<circle cx="{x}" cy="{y}" r="{84 + index * (26 + index * 3)}" '
        f'stroke-width="{max(1, 9 - index)}" stroke-opacity="{0.9 - index * 0.09:.2f}"/>'
        for index in range(9)
    )
    planets = ""
    for index in (2, 5):
        radius, angle = 84 + index * (26 + index * 3), canvas.between(190, 350) * pi / 180
        planets += (
            f'<circle cx="{x + radius * cos(angle):.0f}" cy="{y + radius * sin(angle):.0f}" '
            f'r="{canvas.between(12, 20)}"/>'
        )
    return (
        f"{stars(canvas, 30, 700)}{canvas.sun(x, y, 50)}"
        f'<g fill="none" stroke="{canvas.line}">{circles}</g>'
        f'<g fill="{canvas.line}">{planets}</g>'
    )


def stripes(canvas: Canvas) -> str:
    radius, y = canvas.between(190, 215), canvas.between(330, 360)
    clip = f"{canvas.prefix}c"
    canvas.definitions.append(
        f'<clipPath id="{clip}"><circle cx="300" cy="{y}" r="{radius}"/></clipPath>'
    )
    cuts, top = "", y - 10
    for index in range(9):
        cuts += f"M80 {top}h440v{4 + index * 3}h-440z"
        top += 30
    return (
        f'<circle cx="300" cy="{y}" r="430" fill="{canvas.paint("g")}"/>'
        f'<g clip-path="url(#{clip})"><rect width="600" height="900" '
        f'fill="{canvas.colours.disc}"/><path fill="{canvas.layer(0)}" d="{cuts}"/></g>'
        + hills([(-20, 566), (160, 540), (330, 578), (620, 536)], canvas.layer(0.5))
        + hills([(-20, 620), (240, 650), (430, 610), (620, 640)], canvas.layer(1))
    )


def mountains(canvas: Canvas) -> str:
    parts = [canvas.sun(canvas.between(150, 450), canvas.between(190, 250), canvas.between(58, 84))]
    canvas.fade("m", canvas.colours.low, 0, 0.55)
    for index in range(4):
        base = 380 + index * 92
        peak, ridge, x = canvas.between(90, 510), "", -60
        while x < 640:
            height = max(20, 190 - abs(x - peak) * 0.55) * (1 - index * 0.14)
            ridge += f"L{x} {base - height + canvas.between(-24, 34):.0f}"
            x += canvas.between(38, 76)
        outline = f"M-60 900{ridge}L660 {base}V900z"
        parts.append(f'<path fill="{canvas.layer(index / 3)}" d="{outline}"/>')
        if index in (0, 1):  # mist, between the far ridges only
            parts.append(
                f'<rect y="{base - 60}" width="600" height="150" fill="{canvas.paint("m")}"/>'
            )
    return "".join(parts)


def waves(canvas: Canvas) -> str:
    x, y = canvas.between(200, 400), canvas.between(250, 300)
    scale = "".join(
        f'<circle cx="{cx}" cy="{cy}" r="{radius}" fill="{canvas.layer(share)}"/>'
        for cx, cy in ((0, 50), (100, 50), (50, 75), (0, 100), (100, 100))
        for radius, share in ((50, 0.0), (46, 0.75), (34, 0.15), (30, 0.75), (18, 0.3), (14, 0.75))
    )
    canvas.definitions.append(
        f'<pattern id="{canvas.prefix}w" width="100" height="50" y="{canvas.between(0, 49)}" '
        f'patternUnits="userSpaceOnUse">{scale}</pattern>'
    )
    swell = canvas.between(-50, 50)
    return canvas.sun(x, y, 130) + hills(
        [(-40, 450 + swell), (180, 420 - swell), (400, 470 + swell), (640, 430 - swell)],
        canvas.paint("w"),
    )


def planet(canvas: Canvas) -> str:
    x, radius = canvas.between(200, 400), canvas.between(430, 520)
    moon_x = 600 - x
    tail_x = moon_x + 90 if moon_x < 300 else moon_x - 220
    tail_y, top = canvas.between(80, 170), radius + 350
    return (
        f"{stars(canvas, 70, 560)}"
        f'<path d="M{tail_x} {tail_y}l110 74" stroke="{canvas.colours.disc}" stroke-width="3" '
        'stroke-linecap="round" stroke-opacity=".8"/>'
        f'<circle cx="{x}" cy="{top}" r="{radius + 130}" fill="{canvas.paint("g")}"/>'
        f'<circle cx="{x}" cy="{top}" r="{radius}" fill="{canvas.colours.disc}"/>'
        f'<circle cx="{x + 10}" cy="{top + 14}" r="{radius + 2}" fill="{canvas.layer(0.15)}"/>'
        f'<circle cx="{x + 40}" cy="{top + 90}" r="{radius}" fill="{canvas.layer(0.6)}" '
        'fill-opacity=".6"/>'
        f'<circle cx="{moon_x}" cy="{canvas.between(200, 280)}" r="{canvas.between(26, 44)}" '
        f'fill="{canvas.colours.disc}" fill-opacity=".85"/>'
    )


def spotlight(canvas: Canvas) -> str:
    x, top = canvas.between(230, 370), canvas.between(80, 520)
    canvas.fade("l", canvas.colours.disc, 0.85, 0.12)
    return (
        f'<rect width="600" height="900" fill="{canvas.layer(0.8)}" fill-opacity=".82"/>'
        f'<path d="M{top - 14} -10h28L{x + 168} 540H{x - 168}z" fill="{canvas.paint("l")}"/>'
        f'<ellipse cx="{x}" cy="540" rx="168" ry="34" fill="{canvas.colours.disc}"/>'
        f'<path d="M{x} 542l{(x - top) // 3 + 40} 18 14-4z" fill="{canvas.layer(0.9)}" '
        f'fill-opacity=".5"/>{figure(x, 548, 150, canvas.colours.near)}'
    )


def shapes(canvas: Canvas) -> str:
    colours = (canvas.colours.disc, canvas.layer(0), canvas.layer(0.5), canvas.colours.top)
    forms = (
        "M0 0H150A150 150 0 0 1 0 150z",
        "M150 150H0A150 150 0 0 1 150 0z",
        "M0 150V0A150 150 0 0 1 150 150z",
        "M0 75A75 75 0 0 1 150 75z",
        "M75 0A75 75 0 0 1 75 150z",
        "M75 18a57 57 0 1 1 -.1 0z",
        "M0 0H150L0 150z",
    )
    parts = []
    for index in range(20):
        x, y = index % 4 * 150, index // 4 * 150
        ground = canvas.between(0, 3)
        ink = (ground + canvas.between(1, 3)) % 4
        parts.append(
            f'<path fill="{colours[ground]}" d="M{x} {y}h151v151h-151z"/>'
            f'<path transform="translate({x} {y})" fill="{colours[ink]}" '
            f'd="{canvas.chance.choice(forms)}"/>'
        )
    return "".join(parts)


def road(canvas: Canvas) -> str:
    x, horizon = canvas.between(220, 380), 430
    poles = ""
    for step in (0.12, 0.2, 0.34, 0.6, 1.0):
        pole_x, foot = x + 430 * step, horizon + 260 * step
        arm = 46 * step
        poles += (
            f"M{pole_x:.0f} {foot:.0f}v{-330 * step:.0f}m{-arm:.0f} {40 * step:.0f}h{arm * 2:.0f}"
        )
    dashes, near = "", 1.0
    while near > 0.04:
        far, wide = near * 0.72, 9
        y, end = horizon + 470 * near, horizon + 470 * far
        dashes += (
            f"M{x - wide * near:.1f} {y:.0f}h{2 * wide * near:.1f}"
            f"L{x + wide * far:.1f} {end:.0f}h{-2 * wide * far:.1f}z"
        )
        near = far * 0.72
    return (
        f"{canvas.sun(x, horizon - 30, canvas.between(110, 150))}"
        + hills([(-20, 420), (120, 392), (300, 428), (470, 396), (640, 424)], canvas.layer(0.1))
        + f'<rect y="{horizon}" width="600" height="470" fill="{canvas.layer(0.45)}"/>'
        f'<path fill="{canvas.layer(0.95)}" d="M{x - 6} {horizon}h12L{x + 420} 900H{x - 420}z"/>'
        f'<path fill="{canvas.colours.disc}" d="{dashes}"/>'
        f'<path fill="none" stroke="{canvas.colours.near}" stroke-width="3" d="{poles}"/>'
    )


def forest(canvas: Canvas) -> str:
    parts = [
        canvas.sun(canvas.between(220, 380), canvas.between(250, 320), canvas.between(96, 130))
    ]
    canvas.fade("m", canvas.colours.low, 0, 0.5)
    for share, count, thin in ((0.0, 9, 10), (0.45, 6, 20), (1.0, 4, 38)):
        trunks, left, right = "", "", ""
        for index in range(count):
            x = (index * 2 + 1) * 300 // count + canvas.between(-30, 30)
            wide, lean = thin + canvas.between(-3, 6), canvas.between(-14, 14)
            reach, y = canvas.between(60, 140), canvas.between(90, 330)
            rise, root = reach // 2, x + lean // 2 + wide // 2
            trunks += f"M{x} 900L{x + lean} -9h{wide}L{x + wide + 8} 900z"
            if index % 2:
                right += f"M{root} {y + thin}l{reach} -{rise}l-{reach} {rise - thin // 2}z"
            else:
                left += f"M{root} {y + thin}l-{reach} -{rise}l{reach} {rise - thin // 2}z"
        # Forms that turn in opposite ways would cut holes into one another in a single path.
        parts.extend(
            f'<path fill="{canvas.layer(share)}" d="{form}"/>' for form in (trunks, left, right)
        )
        if share < 1:
            parts.append(f'<rect y="180" width="600" height="520" fill="{canvas.paint("m")}"/>')
    return "".join(parts)


def arches(canvas: Canvas) -> str:
    x, count = canvas.between(270, 330), 7
    parts = [f'<rect width="600" height="900" fill="{canvas.layer(0.9)}"/>']
    for index in range(count):
        share = index / (count - 1)
        half, top = 280 - 36 * index, 70 + 44 * index
        colour = blend(canvas.layer(0.8), canvas.colours.low, share)
        if index == count - 1:
            colour = canvas.colours.disc
        parts.append(
            f'<path fill="{colour}" d="M{x - half} 900V{top + half}'
            f'a{half} {half} 0 0 1 {half * 2} 0V900z"/>'
        )
    floor = f"M{x - 64} 548h128L640 900H-40z"
    return (
        "".join(parts)
        + f'<path fill="{canvas.layer(0.7)}" d="{floor}"/>'
        + f'<path fill="{canvas.colours.disc}" fill-opacity=".35" '
        f'd="M{x - 64} 548h128l70 352H{x - 134}z"/>' + figure(x, 562, 120, canvas.colours.near)
    )


def eclipse(canvas: Canvas) -> str:
    x, y, radius = 300, canvas.between(290, 330), canvas.between(132, 156)
    rays = ""
    for index in range(72):
        angle = index * pi / 36
        reach = radius + canvas.between(30, 70) + (70 if index % 6 == 0 else 0)
        rays += (
            f"M{x + (radius + 14) * cos(angle):.0f} {y + (radius + 14) * sin(angle):.0f}"
            f"L{x + reach * cos(angle):.0f} {y + reach * sin(angle):.0f}"
        )
    return (
        f'<circle cx="{x}" cy="{y}" r="420" fill="{canvas.paint("g")}"/>'
        f'<path stroke="{canvas.line}" stroke-width="2" stroke-opacity=".7" d="{rays}"/>'
        f'<circle cx="{x}" cy="{y}" r="{radius + 5}" fill="{canvas.colours.disc}"/>'
        f'<circle cx="{x}" cy="{y}" r="{radius}" fill="{canvas.colours.near}"/>'
        + hills([(-20, 610), (150, 580), (360, 626), (620, 586)], canvas.layer(0.4))
        + hills([(-20, 660), (260, 690), (430, 650), (620, 676)], canvas.layer(1))
    )


def stairs(canvas: Canvas) -> str:
    x, y, path = -20, 700, "M-20 900V700"
    while x < 560:
        path += "h58v-42"
        x, y = x + 58, y - 42
    mirrored = canvas.chance.random() < 0.5
    turn = ' transform="matrix(-1 0 0 1 600 0)"' if mirrored else ""
    step = 7
    return (
        f"<g{turn}>{canvas.sun(400, 270, canvas.between(120, 160))}"
        f'<path fill="{canvas.layer(0.15)}" d="M-20 900V560L620 96V900z"/>'
        f'<path fill="{canvas.layer(0.85)}" d="{path}H640V900z"/>'
        f"{figure(-20 + step * 58 + 30, 700 - step * 42, 130, canvas.colours.near)}</g>"
    )


MOTIFS: tuple[Callable[[Canvas], str], ...] = (
    dunes, skyline, rings, stripes, mountains, waves, planet,
    spotlight, shapes, road, forest, arches, eclipse, stairs,
)  # fmt: skip


def motif(seed: int) -> Callable[[Canvas], str]:
    """Return what to draw; seeds that follow one another go through all motifs, in varied order."""
    turn, place = divmod(seed, len(MOTIFS))
    return MOTIFS[(place * 5 + turn * 3) % len(MOTIFS)]
