"""A second version of the catalogue, which moves only where a filter may find other movies than
before: what was counted for a list stays true while films are liked, rated and discussed."""

from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True

# `relisted` is 1 where a movie may have come into a filter or left it. In a new slot the sum of
# `listing` moves in any case, which only makes somebody count again.
UPGRADE = """
ALTER TABLE catalogue_versions ADD COLUMN listing bigint NOT NULL DEFAULT 1;

CREATE FUNCTION move_catalogue_version(added bigint, relisted int) RETURNS void
    LANGUAGE plpgsql AS $body$
BEGIN
    UPDATE catalogue_versions
       SET version = version + 1, movies = movies + added, listing = listing + relisted
     WHERE slot = (SELECT slot FROM catalogue_versions LIMIT 1 FOR UPDATE SKIP LOCKED);
    IF NOT FOUND THEN
        INSERT INTO catalogue_versions (movies) VALUES (added);
    END IF;
END $body$;

CREATE OR REPLACE FUNCTION catalogue_changed() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    PERFORM move_catalogue_version(0, 1);
    RETURN NULL;
END $body$;

CREATE OR REPLACE FUNCTION movies_inserted() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    PERFORM move_catalogue_version((SELECT count(*) FROM new_rows WHERE deleted_at IS NULL), 1);
    RETURN NULL;
END $body$;

CREATE OR REPLACE FUNCTION movies_updated() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    PERFORM move_catalogue_version(
        (SELECT count(*) FROM new_rows WHERE deleted_at IS NULL)
        - (SELECT count(*) FROM old_rows WHERE deleted_at IS NULL),
        CASE WHEN EXISTS (
            SELECT FROM new_rows n LEFT JOIN old_rows o ON o.id = n.id
             WHERE (n.year, n.imdb, n.price, n.is_available, n.certification_id, n.deleted_at,
                    n.search)
                   IS DISTINCT FROM
                   (o.year, o.imdb, o.price, o.is_available, o.certification_id, o.deleted_at,
                    o.search))
        THEN 1 ELSE 0 END);
    RETURN NULL;
END $body$;

CREATE OR REPLACE FUNCTION movies_deleted() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    PERFORM move_catalogue_version(
        -(SELECT count(*) FROM old_rows WHERE deleted_at IS NULL), 1);
    RETURN NULL;
END $body$;

CREATE OR REPLACE FUNCTION movies_truncated() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    PERFORM move_catalogue_version(
        -(SELECT coalesce(sum(movies), 0) FROM catalogue_versions)::bigint, 1);
    RETURN NULL;
END $body$;

DROP FUNCTION move_catalogue_version(bigint);
"""

DOWNGRADE = """
CREATE FUNCTION move_catalogue_version(added bigint) RETURNS void LANGUAGE plpgsql AS $body$
BEGIN
    UPDATE catalogue_versions SET version = version + 1, movies = movies + added
     WHERE slot = (SELECT slot FROM catalogue_versions LIMIT 1 FOR UPDATE SKIP LOCKED);
    IF NOT FOUND THEN
        INSERT INTO catalogue_versions (movies) VALUES (added);
    END IF;
END $body$;

CREATE OR REPLACE FUNCTION catalogue_changed() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    PERFORM move_catalogue_version(0);
    RETURN NULL;
END $body$;

CREATE OR REPLACE FUNCTION movies_inserted() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    PERFORM move_catalogue_version((SELECT count(*) FROM new_rows WHERE deleted_at IS NULL));
    RETURN NULL;
END $body$;

CREATE OR REPLACE FUNCTION movies_updated() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    PERFORM move_catalogue_version(
        (SELECT count(*) FROM new_rows WHERE deleted_at IS NULL)
        - (SELECT count(*) FROM old_rows WHERE deleted_at IS NULL));
    RETURN NULL;
END $body$;

CREATE OR REPLACE FUNCTION movies_deleted() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    PERFORM move_catalogue_version(-(SELECT count(*) FROM old_rows WHERE deleted_at IS NULL));
    RETURN NULL;
END $body$;

CREATE OR REPLACE FUNCTION movies_truncated() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    PERFORM move_catalogue_version(-(SELECT coalesce(sum(movies), 0) FROM catalogue_versions)::bigint);
    RETURN NULL;
END $body$;

DROP FUNCTION move_catalogue_version(bigint, int);
ALTER TABLE catalogue_versions DROP COLUMN listing;
"""


async def upgrade(db: BaseDBAsyncClient) -> str:
    return UPGRADE


async def downgrade(db: BaseDBAsyncClient) -> str:
    return DOWNGRADE


MODELS_STATE = (
    "eJztXXtz27ay/yoY/ZN0Rifj+JHkOnfujGIrqVvb8pHkpvfGHRUmIYs1Rah8WNH05LtfAH"
    "yTIE1SlETRO9M6NokFyR+Axe5iH/90FM0gc/zmF3o/dIzOKfqnY+A5Yb8k7nRRBy8W4XV+"
    "wcb3umj6F72fmI5hiVb3lm1ixWbXp1i3CLukEksxtYWtUf6EzsAgiFEge4ZtNKW6TpcWou"
    "wieSKGfYqW/Lo9I8haErIgJjIJVq0uwobq3pvjR2IhLDphj2W0CnnDn61ShT1cMx42+xjH"
    "0P52yMSmD4TRm+xh3751qGPf0+/8Nmvf+eMP9otmqOQ7sfh9/uficTLViK7GUNZUTiKuT+"
    "zVQlz7pD1cGPZn0ZZ/1f1EobozN8L2i5U9o0ZAoBk2v/pADGJim/An2KbDoTccXfdGyR8N"
    "9+3DJu5bRmhUMsWOzgeQU7svEF7rTCbXg/Fk1B9PJp3U4PoUkYHwLinU4BODvaolAHjgr/"
    "Cv/zo8PDp6f3hw9O7DyfH79ycfDj6wtuJ907fe/3BfJkTL7UpgdvHl4nrMX4iy2edOS37h"
    "h6DBNnapxGCE6POhSsF/NsOmHHyveQJ99llJ9H2s8+D3L4T4h+tlGwMwx98nOjEe7Bn789"
    "1xDra/9YZnP/eGr98d/xQH+Nq7cyhucahDaFW21CbYTsN7zjCytTmRQxwhS8CsenRv/F8K"
    "gO7N6KZgnoPx+OKqPxr3rm5493PL+lsXWPXGfX7nUFxdJa6+fpcYj6AT9PVi/DPif6L/G1"
    "z3BZrUsh9M8cSw3fj/OvydsGPTiUGXE6xGMfEv+5di44ttm8wXtpUe4EzeFSV5noPVtYYO"
    "NsvBDt8evz/+cPTuOGBcwZU8fuXzphBQYprUTKM5Jt8z4AwItsePOp0drIz+7+PYovC5zu"
    "ur3u8/xRbG5eD6i988wqXOLgefEmAbDNUK3ClCVgN3qm9LuKbL1z8BYxLPcgWxSVnBKka2"
    "Pe7UChGLS7fTR6mEFYrF8aH4TE2iPRi/kpUYjgv25pjJ1xLwPT1kIDq6IpaFH7a7uGrlcO"
    "HVUDwx8TLQDOLzkMGgEp3YrlzaG531zvsdAfc9Vh6X2FQnMdz5HXpIE1eCtulb88N58go2"
    "GMCq9x38raUDINEUUyOUrTCGs+JZdTEbYIkaltC6/umE39ax6UJTrA5vQr4vGMOx2AOCz/"
    "a+xevan3tswndEe/aOYvv7AYpcIxU5AWAK/2xNzm8PqlwBVc5bOSl4e6aJVxn4BiQJhHXN"
    "2se99Bn59NsfSe2XTdQ0YL+MBtcZaq/XPilVaoqN/oPaBxpHIl+oT8rvCUmRd5AU6hWTcH"
    "AqyPVxShDtGyraW+TvcpusR1BJnE/ajl7MLhvivXDuGeuZVVpSSVqw5jVtZaW0tmy9IpwS"
    "/jFPYg16VJ9/HRIdCyDTQ546UNrP7Sylwf3YpNY1JFjny6O/oMqsI9G64g26eVqX6TWdkK"
    "Dts4d14xlBOn14ZSH+XHE4ptkWYvLdqThMM+kyffRWhOjOuDN4O3YRafyYzWUdorFBbXaB"
    "MW+HGAp7qXuiYMciohNGy/pWHjmROKZbOLxr1pPJpt7KQhrrmJoqMd2jvJAWWY75pD0Rt/"
    "WCzWT2uohOxZ/sdbPO9ooe5QWoFlVCAoJ6tJDdblAxHeTtuwI6yNskwwt1EH4rX+HTsWVP"
    "SssDUarWnEDswsC3GxPUhUrmC2ozprD6laxk3DDRIpcdamHbySNZFfNeKGWO+tZhnEesZd"
    "Y/+AQ0Zz7ncZZHd94UZeJe8xYakg5PTgpwcdYqk42Le3GVwqSOXcpSFxAAwsUQvqfqajLD"
    "VilRJEbUQqTrN4paNrYdiSo0mmNdzzZIBFS12CR2jbHLsI8O378LWDT/I48pj656l5dpUw"
    "M2rCUp5f4QUoD/Q2n/B65BEXXiGLaml7XsJGkbZS4F007SaLpfVvFi8iYYxcPx5SpGaW+X"
    "CBH4utTl6+Ire2t6utx63ezZEBR1cIlMvSa5t/QUW3sSpusxfSTSUIhkk26edQEHjSc2b1"
    "0wOKJnozljEMJMOqUmwojjdcr+NchSXH3UdN01YVJdfYMGhr4ShtHRz71/HZ6843ZRy2Zz"
    "Tk3bZevufA1jKdg4duouw2dkaSUxTtU6o3X9OiL5vtDYTl9B9IpTNkn0AgG7mQLYC+Fqa5"
    "1EPCeqDQwypuzHhgW1nQ7VZsS0tUSvG2xZS2qqQ2IRO1P6krTKFcAWXvuJyQnKCGHruByD"
    "wAMCT4MHAwQeEHhA4NknrgYCT/sEniGZsuU4yxR1YvdzhRzTbQnSTev5AEg3IN2AdLONIJ"
    "MFMarkBojSQbBDo0fYjf0tLcLG6eDctHJckeUoCsOSltcikpQt8qLa7dm1N7drOL4ehT3t"
    "2WIoqinE+YBcWZBO9xrQTaoG+zXVCyOcWOYxjNlLoOvby8s8T4FIDKNJVOJ2tmbgWjuh32"
    "j0ms8LJDpuhE1kq7eWn6WjWzSxpE4fNMONMpviuaaveICXpyUjV0uOpHjEBsJiprm3RLia"
    "JU8lWVfHoGQ3eIPs5ijZwj7Eprkh0Qyylew4VQs8lbcQwaAtyiDstm4dssdFgD3OxvU4Be"
    "t+OQIX3BzBEzgVE0uMCkOcpIVBbuggm+SJPlZaxXFKMFE1e5SxJdPGc+IkA4rWbYVHhwW2"
    "wqPDzK2Q34pvhc04wQa7E8RMbOJsOit1T+qseGu2kH3BfaPGEDFHJZYQf+5mm0H48MPh/g"
    "u1O7DJIIvRzUkr5BO0MI7/8KTIqT5rlWNvSJ3rB57CZT0oUoStRHwTFh5rIuLjJJlAPlGq"
    "E2xkcJYoXQLse0a4KbSDK9tVWz4NBpcxjeXTRTK2//bqU3/4+q0AnzXS7IwjVzD+tFxjdB"
    "ZqxQGOU8IAN3SAXam/ygDHKcHw0+RRfjCpsyhtmohSgW2iLtuEQLUm48QXv689G4iiForo"
    "DIyZKIZsSQwvzsbFbBSynIzVrRTpbJAtQV/mzrgmVu1z24prHGwimLJqdWUwuqJPGrkQPb"
    "UVpwUxVNbJhCkS8zXRunG7umA9tRYtx1SY7k/WRcrrpq0wLbGtzHgva6H0lfdyY1Iubllt"
    "hUqh8zkx1mVUZ24vLQdpomuP6y49D6lL1lNb0TKJ2Pp4HgSqPxGZalEesCEpuAs2U1cshN"
    "h2gdrLuTXFT9RkssKaWH32umkrTOx7WB91SJ9D0VNrcSLcvL+2LuMi5fXVVqxEjZM1gRrw"
    "PtoK0AKvahClbtxe2gqSSaaOoXLhgL2zZa8rHQxFdy0VCwxqa1NNwTVwqOtIV22dWlG4Jh"
    "axa9gCo7CN3B7bhF4p76NI7vxEqtlsjP18L88jLcl128IVLcsRVwd68lx1bQTQpFNNl7lx"
    "lMaMn5LchN21ECwFm5Kz2/JIneFWad4V3Cjd07QMX8rgqC3foXIijqyKpuVGJtUJwrxQoU"
    "mXH0WK7KlmWjaaaw+mGDA0x4+ENdB1dtckRJJ/u2ov4LzZ4BNkTpPlvCn+TeHPPQr7hjNP"
    "nR/HRsKnbW5mps7tqD88RfznnXE1OO8Pe+MBuxD8emf0zq8urk+R+Ce5Hoq4H9ZTSTJ1yF"
    "/kLDrwuq4ur7YsLGHj7vH+/p/B2SPiwTO83ZNLwGn+hfJdsalOsrmvfAziVJX4bsOErgQz"
    "PTgowk0PDrLZKb+XKCWGKyAdIwKgCwGNmT6OzUnJ+qRxqvZBvZH4BAaIKotLLCa4hdQNhr"
    "tz1WNyGftxZ3wdiN/FP1VktA8FBuBDJvwfkuBzR+QJnU7uNdOWhONwX+cMP+ckYZ6rc2MG"
    "oqxUJkOZuy4nQ2yMKU2Dl11O02/fgujxPH/wTRTTbEY0+QuR+kqocmltBfKhNzIf+hkTUX"
    "T64JDfmMadkS8u1aabpwQqfuvJk9u8oJ3vK0/eNqdPxEJLzZ4hwshXiPubaTay+U1lho0H"
    "4tbIC57CEdQeHtij0CMhC6TZaeNffV3fGXfGmLWxnDlPQven94l/8up82KBcUxV56vDUZr"
    "8RrMxYU/bDfdZH92GcUNcsfoT2J2utr9CS0TGiO2PO3SfQHK/QDD8RTkYQmycUYcSUat4n"
    "NZFOpjZ7mS6yKGLP9B6GEffJizxC9GWJV5vRJesbGyuE2XOowe5PifkGfeWeP+zzsC2+3G"
    "Ljjvg27T5dWErFR3iPYh+2xLwmoahg6H7uukZSS6cyy3xeIlqPAhT2ehT2p3BVFx+ECNH2"
    "op7etmAcQtzd9VkO9pBme6gftAp1j/GWgz1CBLN9SwJjjTIOMSMuPzIBJ9YgX7qJNgUb9w"
    "vdMsvaXOs9T2yUEbA2e2ulg8LMPbSsy/IejsNOjgrPNZMoNpVm0wru5XJQ1WsFzBOYJzDP"
    "7TPPNbnD87z3ChurMeU/C9ryKjPgphrz5lQl+iTBHYOvNPmORNTgfowhTqkphoEfGvoYe6"
    "bAYIi8ez6dd9uemdR5mIUjM4l1LDUksuuTJAP7kcv/vxDDJDLm797I5fwPvAmwfWD7wPaB"
    "7b94th9ywxI8XxBlMvywy5q4vfvyEm4ffFU2tw/nSREf76mmzyMHE/yMRaGO4Z5OmAQ9ko"
    "WN7lfimIJ1ZlhetKp73MHPdvituczxu86un999/umEi6ZjEWwqsw5vQr4vTD9bkEflYerN"
    "M391fHG9dcl39i78b/e0Dza0xm1ojiPD//b24jzD7cCR4s8vv+FUm2GFnf+eOoaY0Eg8if"
    "84/p/OZrmjDGS3VIDrLh5N3Sc+PW6jB1Eh4mNXRFRgrXJ87FLujCvGltL4juZY1zN5h0/T"
    "phyHR4fv3wUsg/+RxyRGV73Ly/R5kp+3M45lJox+8zbBePj2+P3xh6N3xwGWwZU8QNNYan"
    "P1Po3lOVE0NjUztjSPJOlv6NK88Wj3ENs8l8P+2QWbjK+Pusnk00FxstSSf6LSTDHZ5/t+"
    "+9acM9c2S+eECQSWQk3Jus/noXHKFhVQroORPpjUkszQ3NUf0Ky9/BuGa4HV//ake1h4+U"
    "dfIwVxtmdygqwV8tW2XZQXpqZIOEXuvA5oXuK29vagxMTmZSmesOZ+bgrkZytaREm3WNTC"
    "19L2tqaFSRiuFqlUCjFKCRnxm5wRn/dHSoe9xakaHIdVWSXfQNgbf5peHusEGYBdCOwnTS"
    "W0LNQxIgC6ENAZWYJz/GwfQeuU77iqZpVFM0oCgCYBzcmfm4lojAYgTVU6y8ygnololAQA"
    "TYnZIuXwxHLmJSCNEwGoGaCKM+DysAZkAGwSWO+0OwXpePSb8EOT4xpStUGoylP/Rr/1z8"
    "aDoVDHLOqYCkm43LC+plqk7yXRHmaiX++CxVAMvynOe6HKZLnR2DdlHIoQvoRRjsWXlc5s"
    "IaNu00nzbosSKskwwfjAlC5OmAo73LNBKZrOQjYr1yhUCHXSoE5a7TCJOmlsj7yX2AShUl"
    "oCLNdDGeqlFYDKtxhN6HQ9nKBOE9RpEjhBnabCWPGs/3WICTzrf5tlBFHPqg6gRFGrtiFV"
    "W+RUJOJnvcipINay1ZFTwVcmI6ciEWjxyKlodFQycioaVbV25FRab2dDJstYX3poRzZuVV"
    "5D6cj6H1l4YDm6lcY1GJaKwxqPzV5vaKPpMVo9vNEPLTzEiWj2csNcPtLdHerngx+9kvNZ"
    "IZBhRfpnAiEn2jwobFskHvJs9BsPXCRuECJGHGj27tRETAtHFtOYkGac8sSOrA8TaTZP88"
    "hkQ7WLsKGiJadaYn5p6lhElcVFbuIREJ3fYNNmF+VVbdBJhaINEaJWOIdvwSdKgFbS9yxK"
    "AzgXwxn87jfpd8+EHduRSEXFyjSE1FvMec+aOsQf88K1Gv5927/tn58il/rOGN5eX19cfz"
    "lFpmMYDPE743xw3T9FKjXInfG5d3HJW0+5W66a3HSLrIV6qm7FLEZ0WcYjy28O/i3poAcs"
    "kVGygfSaA5ApP0HX46QElhEKgDMJp2O46evLABqjAUjTS13oNGlAfxkNrrOWe0CSlB40xU"
    "b/QTyJ9MY2tzDLx72j6bZmWG/483aR6INDxHvOjqJMBkx24340vINkFCUxTSrJWZEduhoQ"
    "QFWd0iGr4EvYci+zqWZo1qzSCCdIwZuwyeNsEgapZQu/ltLOhBJi8CWsy5cwCm56WEq7Er"
    "as2nE34UEomYqlHQjXPMbNPSoYiRiGr9SMm7TTd7t5BwVuJMRkyRoWz5tIdZWoiNPwok+x"
    "+lWvLMTfxBLm+gWhC511wUs33TGRVEUr6qA5wcZdR5o1sbaO1zgTWHqYFbWT+u2bW7e9oo"
    "W0xqq22WcAvNqZiWU+ID3TxKusCPSQKAH7JhWeHQkATHz+9kfBOk7ZaaDaV8RpLcU7tU3u"
    "iIlzrwQZ+/a8FXIYt+9lAHnNX97JKSQrhbzmkNc89PAJPeGKpzWP+Het68P1fFLzaNCPhN"
    "0nYoKyuX4qDqmIvM5L+zLxWdGxJpKSc7cbXvJ1OeOeOLy2qnDG5a42lD2Al3PlpWEVbKB7"
    "4haLpQaRCew19izZi74FZZtFr50/YHPah80puuiKj0GUCkw+JQejacXpXyT0YURD6QFIkd"
    "YzDC+EGeWYPP0NBEydeabOyPrPMHGmbA81gNq2GphJVKM7Wg2WYxmjSY/CwCBjyn4UHIO1"
    "gqeaqjvERiHFWqUS/Y9SCly+qO9Hrcvk/EhEe46QHw2fLyDgG4gYtmbrhAc1MxRmTNzmSx"
    "rN8QqJIHP3miubO6ytHnjWP9FHqad+PX2CganB22aeDO9PwSqn9Ula8Mho7Em9WKmVEmpH"
    "KcEfo8mjDOo46IQvfRjAKgIKeROGABTyhivkct5dA7ZtzFKSxDdf1d61v1w8S5pEOU+lUc"
    "vW0IUCPFlE2z6rpn8VR1/Y1aKZnqwFx2Vd/rtFGL6qJY7I0Ex7mBHLRk/E5NV7eXN+Wcfs"
    "Gvc3SyvstfZ+Z9wZf04d0+bN/kQGYS3RAyUW4kNxipYzipZsMlrsGaLSMb+MbCpO/O7Jgy"
    "aiFN2QflvTdfZ4wh5jw0Hf3m3l3TwjAbU0eVrSzAGIkrRJqKqv5IZjZqR6zcQ0SgLOfamS"
    "Gx4bKwFolAQATQLq7RrlGG+EqDWIbluHXagVA+TilGCOBUPdHuyoYCFqM/RgIdqQhSg40A"
    "YDUY0GIrmbwNZMF36+conRIpLKPNtcEc2aDuEiL09Rt8l3idCYncfCb9+KcBFIZAFyeq1y"
    "OlG1auMbIwSniSaPMRQ+ewmjDKWia0xettDLRaRHKADOJJxgC9qhLWiBTaYtlUY/RlYJ/o"
    "axerDEvQDocyxxYDaqy2yUnN9g36zVvuly3hpALV4YsGGsuiissT2qrIkzBBwb1pLICtRs"
    "pgrjnoCd0i3WL+3pYXTJOmvRYk9qDn6RmrVxGhK/NE5bkNrCsYKYXNlHC/7ce/Z4YRKox/"
    "WeMYTegd6DwD+wOeJjN+fYASzhLbef+Qu/7DKL04HCBrryfkAPXivb1OqUUD/Ymlq3r8DG"
    "OWoDfVc8yTxbzAxF9+cFzYjK8HzczYjOyT1VVwhbj26gS1B00uIxKzqlj0gUo/S6/yhy1X"
    "k5LahBvFTUcx7Pkg68qb97EIH3a1fIE4GZHGvJfOWzU7WGFK3wvoknaz0plKz1JCdZ68lB"
    "qiwgqBktVzNYV2zI5FFRxWo/xnuotLC2Y4Ps/Nq/GZ+iR7Kw74xh/2rwG6/saJI5fSJNKe"
    "3IsXyqmDYmRgrOMU1edaDc71i5D1ZLpTpKSVpwSAAjy15AD0YWMLI0E9giRpYMBr69Wdsw"
    "ll0U2/SGFcOXvQa6vr283JUV6zN+oqZboD5lwArudfNsV1Ov1UYPSCF9SsM2sy4cj75cDQ"
    "qcuEFqfynQg9QOAf3NA7WpAf0C9yG23W9MSZTR27lCpft9pmgJgiUIll6GLqw7Eu4wmmNd"
    "z87Q5RO1aeM7Onz/LoCe/5EH9uiqd3mZFiRATAcxHcR0ENNbAT2I6SCmNw/UZovphMnT7o"
    "dnCOp+gyKiutcWhHUQ1nOF9WJ+TVlCe6N8BTuXF7/2TxGPDrszzi9G7p+qZuleZFlZn6YP"
    "BVyaPmR6NH0A/0EQ8EHABwG/ldCDgA8CfvNAbaqAf4YzYpLws6FIuHAA0sAgaEpNxET/ma"
    "jP81HUyfGr7zyYdGmhpWbPEK+zs0LKDBsPBGFDFe3YbVHQh/2qU+UxHYG0gf4h02+DWXyu"
    "NpFVnCPb7t/Cyhy1peFrhvDyQuZ1SnTJ3hMi7MYm83VzxzBW3rLKfJK0Mc/JgWwXGVP2Y8"
    "NS4E7ncm0yYL0SiJh8GVKIPzHzJZFJsAzqtikqniQENsWGccs8KWBhagqZLGfE4GYSIhmL"
    "c6Joc6zLB0NGnjRuufRvvH72l3XKQD/vn11c9S5fvz3oHgqzlfW37vp+B+bF41QUskCqgg"
    "0xSgcWxIZaEF0eWzYQMiQCI1Zl+yEYb3cthseXQQ3WLt+6smdDUDhMLFz3YEFsuwVR1HXv"
    "SIR390au5C7qpUNRrhcqpLMVbTsS00Wxk/+QentH/50FMVTPJ73M+f9N//r84vrLKfLo74"
    "yb3sU5+xNr6p1x1rs+61/yNCcK/1KdsGv9328uhvwS+b7QTH7lpjccX/QuL/93Mux/vr0+"
    "7wt609awrq8mJpk67MVVnjPFv+tfq+JhcHhcwMXg8DjTx4DfSjgZOKZJDEUSCJydCipK02"
    "QHj+ILLwbyUQGMjzIhPkoibFMb6xM8p44snD1X4U2SgrL7jLLrLkurSg20GGWjFF5IAZRS"
    "e8Ezqt0DzHfgCqMbIYMcXk0eX0WnVrX1GyWEMW7yGDfjjHrXkmUTzGPgYLfO4eqQrYThxd"
    "m4WAWiGs79hYWmbQf/Me4/I8ojddaureN101aYFnjF03qtidKN20ubQNq43TTL8SG2Mp+x"
    "n5Zwfej0kDAjI8zdHdGS/WNRXWXvxh4v/CHFyTfCJkGWgRfWjNqSjO+Ve5E6WFDfTgweFg"
    "3b6bs5xlv3OEL8lRqFbINenKqFJr3DkyL53VmrbMvpScrY5LqjYHsSLJXSvixRYjDuPWPc"
    "gxP3Hbo7eHtaSfCjVAB+XfpcBr8prdAFR8F7NghFNbro7MtQ6cDloUaXh3Ka8sIxlRm2yL"
    "r6jddNiwCXaYGTGgwLnirYNtNCKXUwAmzoNCCH1I88KACs21VBYJtpc5bjWiZiwDfHyCIG"
    "IqaanIiBqF2oWPwithnmC5sXNGMLhWm5SDD9U4QR4ywizhDbaMQQWBDE3S5MRB32/9JAms"
    "ooqc0dGdAjWcnjF2vuP1/T9h4GunZzpLBujq7tD1dqCDLxj1C0SRquLawxsmQmbMmUMWFI"
    "SOuxY+x2osesGO+KeH+9y/b+epfy/vJ4mFSvy8Y6TlVL1bIGoXx4clLIVnSSYys6SQLtmH"
    "oa4TH5nnUM6jbfogtlZ7PShfREu//7OHaY7SP4+qr3+0+xA+3LwfUXv3kE8bPLwSfwAHuJ"
    "zgV76KQsXM8qeCmfDfu9sXBT9nu4MwY3/etTUa/3zjgbXN1c9sfCUZnOF1wZl3oqD/u/9M"
    "/GrgfyX0Sxq3kg11+3EZz5Wr5WwXQMpuOmDEKNpuPdxHWda9bCkdf78m9182wsqtuosGOC"
    "wt54RnWGxisL3WPj0a0nz/M6uTXlDbJC/NM+oj/dbfVPnrXJtYgwEm4JWTI0BYVmy7wWNv"
    "EIiD5rMH/q5hhVmEpETAPrE2+illRNM8hbZwrYiJJaKUYJopMKOzAwcdXKqhUvBzekaIEp"
    "YOPGrBydMMOQtQM9cGss4uiwSBzjYXYg42ESYK5vVlLUYoSgpzVUT4OgnPaPceBNUFLIjd"
    "OBPl6XPr4IvfPX1Mjb5+ffTejk8TnYKK3cB1+ilUfGJVsrj4Z6QM6Vl6f1gua1Wc0Lspxs"
    "OsvJHh7I1ZY1aHR7dtYfjT7fXp4iy1EUYllTR5dnEPrcuxBXpljT18sfJGoW3dyKEz3P2t"
    "WQnEKBES5P2ixgw8sVOsHPRGbC49PKMQlDUy0VAZakA3PTs+YmOLduua4M59Y7jDeD7CFN"
    "MVFA9pB6soekWEsNoIIbRqFQs6jTQ/XwqYh/RUvgjjvfQ4BZAZRc7WtNnIaikzZBtAXjal"
    "ZSlsSke9bIurmaNBFjfpgCBqK5miPldHNMsEFCjswjmWL5PCLkYJZ9xizrm7KqZUeWUO8G"
    "8U1VDawb7pApVdVqQ1LQryqrtnAG3ywFF87gaz6Dl/OcutTdlmkXSYRTnHYNvdfdIetIHe"
    "JqLC2DfqNai6fjSRSWUPvL1lUiaib4g7w8ZQT8QcATf9+PovfQI8QkrLHl+1GU8AkZ9v99"
    "y3Zm1z3D6+POyPAU6Qs3DuEoQtS0T0inwgDWH5UdOGH4MkQ1F44YNXhwlPDgKM+i0pTgxZ"
    "HAG7w41t1u986LA6Ja2j/GYFHbsUkzEHom96vSoyAhrjQUDVtgYNtsyEBszLYZnbg1IFzQ"
    "Q6ph07woupJVvtsyS2DSrGbSzPLDiOP5nGmzTHmc8YyImAhEpwh78Q/InmGbE+gWogb7jy"
    "DeI29ii+ZiLafTzazZl9TvwwwMulEXE3D8aM4O2QVb685srdE1UV1CB8+DWsT0TFtevoCe"
    "bcQD+PPhz5HNw21jTcGxde6kadkxMgELCOaxbXh9fNvp1pwEWcJqG5Vj4Su5n1H62H/KSL"
    "QQu58rgS7dlhPyVDjngpAbNeOefj9Fy1lY8sGmuoocq8uERoVJisREolOkqV2ek/CRqFyi"
    "vF8xWfMvei8XR+vpFs76G7wL5MmflhhydzKWTcSfJoVMh0UO2QQ8JYD227fw7L/+IzW2ke"
    "gUSybyL6PBdaaY75Mk9SlNsdF/kK5Z+yhn5kDLwYidr6SqHyQLHXTjBye8g2T1A5MoRHuq"
    "dNyVIIXzzIaedc2woeqVRjhOCSeaTR5lr1KUxMT9XHEpmc/UBpX0TcW+1F1aipgmlURcZ5"
    "fgCQha4ESTtzLqKsKTMnTsRku8prY21RTsQZTSEmP3u3laohFpuZFwUT+xgkUdUyFwXLAf"
    "6tqjJrPZZasOfvsWqg71Z5gG1WFnqoPHhUrM7JCihXO7frV4SvVSjMNvX4vXdMuxNQmupv"
    "NiUIf2QR0CL+2WD/BCx7LNJ9c1wCfZ8Yn06G/93P3r9V3HYPrkE9Zfv4ppDxPxrhOL/P3q"
    "p7vOOmO+o4wF/PUltoieaeJVzujIbBFbF8di4/Pqnx+v1huBZ8H89gekMtzlxM3xuIBUhk"
    "UcAbJSGZ71Rme98/6uzv+jlpsRsW33U3MNPH6zblE7D2PRgqKgU8DPdIkw4nihJWYoI5ui"
    "GcEm9xzlXqRc9+e/G2RpfURLjU0mx+Zup3TZRdgS3qW8zSsLeaONNCvtJLC5x+TapYTlAq"
    "xSjWFsXbBK7cYqpRkTzj7S05tSnWAjY34HRAmM7xnVpkD2J/521clPg8FlTNH4dJE8JLi9"
    "+tQfvn6bcBqWHNPMsaaXRDqgAaCLAw1CKQilTRiCPRdKR8Swrzj7kUiiwb1c8dPivnucgx"
    "Uuyc0buyFL2ECjq/ENYtg8MeFwxmQ9rChkwUa/i3huTF4P20JXxLLY6//r4vyjiHlaEMwl"
    "QMQkX2RJo6Q29ZA1nFTnbv8lPSTjVK1zjnx7+KFI4pfDD9mZX/g9kC13JluK5V/erB0hA5"
    "t2g2zaDfGC6TmqZvcN21zJNqbI3dytCfN2E50+FNqZSnm/gFWhKZJpHudnw03LawlRKkjk"
    "UfXMhaGolcv/FVK0cOet32fAcu7/Iopk583xeAlJWghxjcJkiPI9mTJNNg1ytkNXSLGWP1"
    "fDmMi23bnw1JaZFbJhDwgA9eqoaxIrcTY70WTm4X30L4/zkeMiAXvH2fF6x6lwPS93UEnd"
    "P07VOpjr3xHLq6GggYIGmqGBElNTZh2Z9une6eZqnmGbxqidL0XnXDPkKlubfCKmVVKliZ"
    "C0UODeSGi79KQ6R2mUnlG3Ad23BwdF1JmDg2x15iCVzIo90Zbm08wWrCMkEKBSUrbe6Wb2"
    "4/8B3RnFdw=="
)
