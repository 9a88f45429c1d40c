"""The commonest passwords that the rest of the policy would let through.

Published lists are led by words and numbers that are too short, or that lack a letter or a digit;
those the policy refuses anyway. What is left of them follows a few habits, and this module spells
the habits out: a common word and a common ending, a run over the keyboard, a name and a year. The
10,000 likeliest combinations are taken, in the order of the word's and the ending's ranks.
"""

from collections.abc import Iterator
from functools import cache
from itertools import islice, product

SIZE = 10_000
MIN_LENGTH = 8

RUNS = """
qwerty123 1q2w3e4r 1q2w3e4r5t 1qaz2wsx 1qaz2wsx3edc q1w2e3r4 q1w2e3r4t5 qwer1234 qwert123 asdf1234
zxcv1234 abc12345 abcd1234 abcde123 a1b2c3d4 a1b2c3d4e5 aa123456 a1234567 a12345678 a123456789
1234567a 12345678a 123456789a 1234qwer 12345qwert 123qweasd 123qwe123 qweasd123 qazwsx123 zaq12wsx
zaq1zaq1 1qazxsw2 qwe123456 asd123456 zxc123456 qaz123456 abc123456 abc123456789 123456abc 123abc123
123456aa 123456qq q1234567 q12345678 p@ssw0rd passw0rd p4ssw0rd p4ssword pa55word pa55w0rd passw0rd1
p@ssw0rd1 p@ssword1 pass1234 pass12345 pass123456 test1234 test12345 test123456 1password
123password trustno1 letmein1 iloveyou1 welcome1 changeme1 ncc1701d thx1138x 7777777a blink182
rush2112
0okm9ijn 2wsx3edc 3edc4rfv 1a2b3c4d 1a2s3d4f 1z2x3c4v 4r3e2w1q r4e3w2q1 t5r4e3w2q1 11111111a
00000000a
"""

WORDS = """
password qwerty iloveyou welcome admin letmein monkey dragon sunshine princess football baseball
master shadow michael superman batman charlie jordan hunter killer soccer hockey ranger daniel
starwars ashley jessica michelle nicole amanda jennifer thomas andrew joshua matthew robert william
anthony justin brandon andrea samantha melissa rachel martin george harley ginger pepper cookie
summer winter autumn spring monday friday sunday january december november october internet computer
secret access flower freedom whatever pokemon naruto minecraft roblox fortnite ferrari mercedes
porsche corvette mustang yamaha liverpool arsenal chelsea barcelona juventus realmadrid manchester
yankees cowboys steelers lakers eagles cinema movies netflix youtube google facebook instagram
twitter samsung android iphone windows linux ubuntu oracle server default changeme student teacher
family forever lovely hello heaven angel angels baby babygirl butterfly chocolate banana orange
apple purple yellow silver golden diamond crystal phoenix tiger lion wolf eagle panther falcon
buster bailey maggie sophie tigger snoopy simba lucky buddy rocky bandit jasper oliver oscar max
alexander alexandra victoria elizabeth katherine christian benjamin jonathan nicholas patrick
richard stephanie vanessa natasha sabrina jasmine brittany danielle lauren hannah madison taylor
morgan austin dallas london paris berlin moscow canada brazil america england france germany russia
ukraine matrix gandalf merlin wizard warrior samurai ninja spider spiderman ironman avengers marvel
hogwarts potter skywalker vader yoda trooper maverick cooper boomer slayer reaper destroyer gamer
player winner champion legend victory rockstar metallica nirvana slipknot eminem beatles guitar
music dance party love loveyou mylove sweet sweety honey sugar candy cherry peach lemon kitten
kitty puppy doggy horse dolphin turtle rabbit flowers rainbow sunflower moonlight starlight blessed
jesus christ faith grace trinity spirit mother father brother sister daughter friend friends
"""

ENDINGS = """
1 123 12 1234 12345 123456 1! 123! 01 11 2 3 7 69 99 00 007 10 13 21 22 23 77 88 101 111 321 420 666
777 789 1010 2000 2010 2015 2020 2021 2022 2023 2024 2025 2026 1990 1991 1992 1993 1994 1995 1996
1997 1998 1999 2001 2002 2003 2004 2005
"""


def _candidates() -> Iterator[str]:
    yield from (run for run in RUNS.split() if len(run) >= MIN_LENGTH)
    words, endings = WORDS.split(), ENDINGS.split()
    ranked = sorted(
        product(range(len(words)), range(len(endings))),
        key=lambda pair: (pair[0] + 1) * (pair[1] + 1),
    )
    for word, ending in ranked:
        candidate = words[word] + endings[ending]
        if len(candidate) >= MIN_LENGTH:
            yield candidate


@cache
def common_passwords() -> frozenset[str]:
    """Return 10,000 passwords in lower case."""
    return frozenset(islice(dict.fromkeys(_candidates()), SIZE))
