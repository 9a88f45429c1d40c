"""A movie's JSON kept in its row, so that a page of the list is read without a look at any other
table: `card` of its own columns, which PostgreSQL itself keeps true, and `labels` of the names that
it shares with others. Whoever changes those names writes the labels anew; where that is not done
they are forgotten, and put together again for whoever reads them."""

from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True

LINKS = {"genres": "genre_id", "directors": "director_id", "stars": "star_id"}

TEXTS = {
    "uuid": "uuid::text",
    "name": "name",
    "imdb": "imdb::text",
    "gross": "gross::text",
    "description": "description",
    "price": "price::text",
}
CARD = """
rtrim(json_object(ARRAY[{texts}])::text, '}}')
|| ',"id":' || id::text || ',"year":' || year::text || ',"time":' || time::text
|| ',"votes":' || votes::text || ',"meta_score":' || coalesce(meta_score::text, 'null')
|| ',"is_available":' || is_available::text
""".format(texts=", ".join(f"'{name}', {value}" for name, value in TEXTS.items()))

# `cinema.labels = 'written'` is the word of a transaction that it writes the labels itself.
FUNCTIONS = """
CREATE FUNCTION movie_labels(movie bigint, certified bigint) RETURNS text
    LANGUAGE plpgsql STABLE AS $body$
BEGIN
    RETURN '"certification":' || (SELECT to_json(name) FROM certifications WHERE id = certified)
        || ',"genres":' || to_json(ARRAY(SELECT o.name FROM movies_genres r
            JOIN genres o ON o.id = r.genre_id WHERE r.movie_id = movie ORDER BY o.name))
        || ',"directors":' || to_json(ARRAY(SELECT o.name FROM movies_directors r
            JOIN directors o ON o.id = r.director_id WHERE r.movie_id = movie ORDER BY o.name))
        || ',"stars":' || to_json(ARRAY(SELECT o.name FROM movies_stars r
            JOIN stars o ON o.id = r.star_id WHERE r.movie_id = movie ORDER BY o.name));
END $body$;

CREATE FUNCTION labels_are_written() RETURNS boolean LANGUAGE sql STABLE AS $body$
    SELECT coalesce(current_setting('cinema.labels', true), '') = 'written'
$body$;

CREATE FUNCTION labels_forgotten() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    UPDATE movies SET labels = NULL
     WHERE labels IS NOT NULL AND id IN (SELECT movie_id FROM changed);
    RETURN NULL;
END $body$;

CREATE FUNCTION all_labels_forgotten() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    UPDATE movies SET labels = NULL WHERE labels IS NOT NULL;
    RETURN NULL;
END $body$;

CREATE FUNCTION labels_renamed() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    EXECUTE format(
        'UPDATE movies SET labels = NULL WHERE labels IS NOT NULL AND id IN ('
        'SELECT r.movie_id FROM movies_%1$s r JOIN new_rows n ON n.id = r.%2$I'
        ' JOIN old_rows o ON o.id = n.id WHERE o.name <> n.name)',
        TG_TABLE_NAME, TG_ARGV[0]);
    RETURN NULL;
END $body$;

CREATE FUNCTION certifications_renamed() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    UPDATE movies SET labels = NULL WHERE labels IS NOT NULL AND certification_id IN (
        SELECT n.id FROM new_rows n JOIN old_rows o ON o.id = n.id WHERE o.name <> n.name);
    RETURN NULL;
END $body$;

CREATE FUNCTION movie_certified() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    NEW.labels := NULL;
    RETURN NEW;
END $body$;
CREATE TRIGGER movie_certified BEFORE UPDATE OF certification_id ON movies FOR EACH ROW
    WHEN (OLD.certification_id <> NEW.certification_id) EXECUTE FUNCTION movie_certified();
CREATE TRIGGER certifications_renamed AFTER UPDATE ON certifications
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT
    WHEN (NOT labels_are_written()) EXECUTE FUNCTION certifications_renamed();
"""
TRIGGERS = """
CREATE TRIGGER {table}_renamed AFTER UPDATE ON {table}
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT
    WHEN (NOT labels_are_written()) EXECUTE FUNCTION labels_renamed('{column}');
CREATE TRIGGER movies_{table}_inserted AFTER INSERT ON movies_{table}
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT
    WHEN (NOT labels_are_written()) EXECUTE FUNCTION labels_forgotten();
CREATE TRIGGER movies_{table}_left AFTER UPDATE ON movies_{table}
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT
    WHEN (NOT labels_are_written()) EXECUTE FUNCTION labels_forgotten();
CREATE TRIGGER movies_{table}_joined AFTER UPDATE ON movies_{table}
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT
    WHEN (NOT labels_are_written()) EXECUTE FUNCTION labels_forgotten();
CREATE TRIGGER movies_{table}_deleted AFTER DELETE ON movies_{table}
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT
    WHEN (NOT labels_are_written()) EXECUTE FUNCTION labels_forgotten();
CREATE TRIGGER movies_{table}_truncated AFTER TRUNCATE ON movies_{table}
    FOR EACH STATEMENT EXECUTE FUNCTION all_labels_forgotten();
"""


async def upgrade(db: BaseDBAsyncClient) -> str:
    triggers = [TRIGGERS.format(table=table, column=column) for table, column in LINKS.items()]
    return "".join(
        [
            "ALTER TABLE movies ADD COLUMN labels text;",
            FUNCTIONS,
            "UPDATE movies SET labels = movie_labels(id, certification_id);",
            f"ALTER TABLE movies ADD COLUMN card text GENERATED ALWAYS AS ({CARD}) STORED;",
            *triggers,
        ]
    )


async def downgrade(db: BaseDBAsyncClient) -> str:
    # The triggers go with their functions.
    return """
        ALTER TABLE movies DROP COLUMN card;
        DROP FUNCTION labels_forgotten() CASCADE;
        DROP FUNCTION all_labels_forgotten() CASCADE;
        DROP FUNCTION labels_renamed() CASCADE;
        DROP FUNCTION certifications_renamed() CASCADE;
        DROP FUNCTION movie_certified() CASCADE;
        DROP FUNCTION labels_are_written();
        DROP FUNCTION movie_labels(bigint, bigint);
        ALTER TABLE movies DROP COLUMN labels;"""


MODELS_STATE = (
    "eJztXXtz27ay/yoY/ZN0Rifj+JHkOnfujGIrqVvb8pHkpvfWHQUmIYs1Rah8WNH05LtfAH"
    "yTIE1SlETRO9M6NokFyR+Axe5iH/90FM0gc/zmF3o/dIzOKfqnY+A5Yb8k7nRRBy8W4XV+"
    "wcb3umj6F72fmI5hiVb3lm1ixWbXp1i3CLukEksxtYWtUf6EzsAgiFEge4ZtNKW6TpcWou"
    "wieSKGfYqW/Lo9I8haErIgJjIJVq0uwobq3pvjR2IhLDphj2W0CnnDn61ShT1cMx42+xjH"
    "0P52yMSmD4TRm+xhf/zRoY59T7/z26x9588/2S+aoZLvxOL3+Z+Lx8lUI7oaQ1lTOYm4Pr"
    "FXC3Htk/ZwYdifRVv+VfcTherO3AjbL1b2jBoBgWbY/OoDMYiJbcKfYJsOh95wdN0bJX80"
    "3LcPm7hvGaFRyRQ7Oh9ATu2+QHitM5lcD8aTUX88mXRSg+tTRAbCu6RQg08M9qqWAOCBv8"
    "K//uvw8Ojo/eHB0bsPJ8fv3598OPjA2or3Td96/8N9mRAttyuB2cWXi+sxfyHKZp87LfmF"
    "H4IG29ilEoMRos+HKgX/2QybcvC95gn02Wcl0fexzoPfvxDiH66XbQzAHH+f6MR4sGfsz3"
    "fHOdj+1hue/dwbvn53/FMc4GvvzqG4xaEOoVXZUptgOw3vOcPI1uZEDnGELAGz6tG98X8p"
    "ALo3o5uCeQ7G44ur/mjcu7rh3c8t629dYNUb9/mdQ3F1lbj6+l1iPIJO0NeL8c+I/4n+b3"
    "DdF2hSy34wxRPDduP/6/B3wo5NJwZdTrAaxcS/7F+KjS+2bTJf2FZ6gDN5V5TkeQ5W1xo6"
    "2CwHO3x7/P74w9G744BxBVfy+JXPm0JAiWlSM43mmHzPgDMg2B4/6nR2sDL6v49ji8LnOq"
    "+ver//FFsYl4PrL37zCJc6uxx8SoBtMFQrcKcIWQ3cqb4t4ZouX/8EjEk8yxXEJmUFqxjZ"
    "9rhTK0QsLt1OH6USVigWx4fiMzWJ9mD8SlZiOC7Ym2MmX0vA9/SQgejoilgWftju4qqVw4"
    "VXQ/HExMtAM4jPQwaDSnRiu3Jpb3TWO+93BNz3WHlcYlOdxHDnd+ghTVwJ2qZvzQ/nySvY"
    "YACr3nfwt5YOgERTTI1QtsIYzopn1cVsgCVqWELr+qcTflvHpgtNsTq8Cfm+YAzHYg8IPt"
    "v7Fq9rf+6xCd8R7dk7iu3vByhyjVTkBIAp/LM1Ob89qHIFVDlv5aTg7ZkmXmXgG5AkENY1"
    "ax/30mfk0z/+TGq/bKKmAftlNLjOUHu99kmpUlNs9B/UPtA4EvlCfVJ+T0iKvIOkUK+YhI"
    "NTQa6PU4Jo31DR3iJ/l9tkPYJK4nzSdvRidtkQ74Vzz1jPrNKSStKCNa9pKyultWXrFeGU"
    "8I95EmvQo/r865DoWACZHvLUgdJ+bmcpDe7HJrWuIcE6Xx79BVVmHYnWFW/QzdO6TK/phA"
    "Rtnz2sG88I0unDKwvx54rDMc22EJPvTsVhmkmX6aO3IkR3xp3B27GLSOPHbC7rEI0NarML"
    "jHk7xFDYS90TBTsWEZ0wWta38siJxDHdwuFds55MNvVWFtJYx9RUieke5YW0yHLMJ+2JuK"
    "0XbCaz10V0Kv5kr5t1tlf0KC9AtagSEhDUo4XsdoOK6SBv3xXQQd4mGV6og/Bb+Qqfji17"
    "UloeiFK15gRiFwa+3ZigLlQyX1CbMYXVr2Ql44aJFrnsUAvbTh7Jqpj3Qilz1B8dxnnEWm"
    "b9g09Ac+ZzHmd5dOdNUSbuNW+hIenw5KQAF2etMtm4uBdXKUzq2KUsdQEBIFwM4XuqriYz"
    "bJUSRWJELUS6fqOoZWPbkahCoznW9WyDREBVi01i1xi7DPvo8P27gEXzP/KY8uiqd3mZNj"
    "Vgw1qSUu4PIQX4P5T2f+AaFFEnjmFrelnLTpK2UeZSMO0kjab7ZRUvJm+CUTwcX65ilPZ2"
    "iRCBr0tdvi6+sremp8ut182eDUFRB5fI1GuSe0tPsbUnYboe00ciDYVINunmWRdw0Hhi89"
    "YFgyN6NpozBiHMpFNqIow4XqfsX4MsxdVHTdddEybV1TdoYOgrYRgd/dz71+HJO24XtWw2"
    "59S0XbbuztcwloKNY6fuMnxGllYS41StM1rXryOS7wuN7fQVRK84ZZNELxCwmymAvRCutt"
    "ZJxHOi2sAgY8p+bFhQ2+lQbUZMW0v0usGWtaSmOiQWsTOlL0mrXAFs4bWfmJygjBC2jssx"
    "CDwg8DR4MEDgAYEHBJ594mog8LRP4BmSKVuOs0xRJ3Y/V8gx3ZYg3bSeD4B0A9INSDfbCD"
    "JZEKNKboAoHQQ7NHqE3djf0iJsnA7OTSvHFVmOojAsaXktIknZIi+q3Z5de3O7huPrUdjT"
    "ni2GoppCnA/IlQXpdK8B3aRqsF9TvTDCiWUew5i9BLq+vbzM8xSIxDCaRCVuZ2sGrrUT+o"
    "1Gr/m8QKLjRthEtnpr+Vk6ukUTS+r0QTPcKLMpnmv6igd4eVoycrXkSIpHbCAsZpp7S4Sr"
    "WfJUknV1DEp2gzfIbo6SLexDbJobEs0gW8mOU7XAU3kLEQzaogzCbuvWIXtcBNjjbFyPU7"
    "DulyNwwc0RPIFTMbHEqDDESVoY5IYOskme6GOlVRynBBNVs0cZWzJtPCdOMqBo3VZ4dFhg"
    "Kzw6zNwK+a34VtiME2ywO0HMxCbOprNS96TOirdmC9kX3DdqDBFzVGIJ8eduthmEDz8c7r"
    "9QuwObDLIY3Zy0Qj5BC+P4D0+KnOqzVjn2htS5fuApXNaDIkXYSsQ3YeGxJiI+TpIJ5BOl"
    "OsFGBmeJ0iXAvmeEm0I7uLJdteXTYHAZ01g+XSRj+2+vPvWHr98K8Fkjzc44cgXjT8s1Rm"
    "ehVhzgOCUMcEMH2JX6qwxwnBIMP00e5QeTOovSpokoFdgm6rJNCFRrMk588fvas4EoaqGI"
    "zsCYiWLIlsTw4mxczEYhy8lY3UqRzgbZEvRl7oxrYtU+t624xsEmgimrVlcGoyv6pJEL0V"
    "NbcVoQQ2WdTJgiMV8TrRu3qwvWU2vRckyF6f5kXaS8btoK0xLbyoz3shZKX3kvNybl4pbV"
    "VqgUOp8TY11Gdeb20nKQJrr2uO7S85C6ZD21FS2TiK2P50Gg+hORqRblARuSgrtgM3XFQo"
    "htF6i9nFtT/ERNJiusidVnr5u2wsS+h/VRh/Q5FD21FifCzftr6zIuUl5fbcVK1DhZE6gB"
    "76OtAC3wqgZR6sbtpa0gmWTqGCoXDtg7W/a60sFQdNdSscCgtjbVFFwDh7qOdNXWqRWFa2"
    "IRu4YtMArbyO2xTeiV8j6K5M5PpJrNxtjP9/I80pJcty1c0bIccXWgJ89V10YATTrVdJkb"
    "R2nM+CnJTdhdC8FSsCk5uy2P1BluleZdwY3SPU3L8KUMjtryHSon4siqaFpuZFKdIMwLFZ"
    "p0+VGkyJ5qpmWjufZgigFDc/xIWANdZ3dNQiT5t6v2As6bDT5B5jRZzpvi3xT+3KOwbzjz"
    "1PlxbCR82uZmZurcjvrDU8R/3hlXg/P+sDcesAvBr3dG7/zq4voUiX+S66GI+2E9lSRTh/"
    "xFzqIDr+vq8mrLwhI27h7v7/8ZnD0iHjzD2z25BJzmXyjfFZvqJJv7yscgTlWJ7zZM6Eow"
    "04ODItz04CCbnfJ7iVJiuALSMSIAuhDQmOnj2JyUrE8ap2of1BuJT2CAqLK4xGKCW0jdYL"
    "g7Vz0ml7Efd8bXgfhd/FNFRvtQYAA+ZML/IQk+d0Se0OnkXjNtSTgO93XO8HNOEua5Ojdm"
    "IMpKZTKUuetyMsTGmNI0eNnlNP32LYgez/MH30QxzWZEk78Qqa+EKpfWViAfeiPzoZ8xEU"
    "WnDw75jWncGfniUm26eUqg4reePLnNC9r5vvLkbXP6RCy01OwZIox8hbi/mWYjm99UZth4"
    "IG6NvOApHEHt4YE9Cj0SskCanTb+1df1nXFnjFkby5nzJHTfvE/8xqvzYYNyTVXkqcNTm/"
    "1GsDJjTdkP91kf3YdxQl2z+BHaN9ZaX6Elo2NEd8acu0+gOV6hGX4inIwgNk8owogp1bxP"
    "aiKdTG32Ml1kUcSe6T0MI+6TF3mE6MsSrzajS9Y3NlYIs+dQg92fEvMN+so9f9jnYVt8uc"
    "XGHfFt2n26sJSKj/AexT5siXlNQlHB0P3cdY2klk5llvm8RLQeBSjs9SjsT+GqLj4IEaLt"
    "RT29bcE4hLi767Mc7CHN9lA/aBXqHuMtB3uECGb7lgTGGmUcYkZcfmQCTqxBvnQTbQo27h"
    "e6ZZa1udZ7ntgoI2Bt9tZKB4WZe2hZl+U9HIedHBWeayZRbCrNphXcy+WgqtcKmCcwT2Ce"
    "22eea3KH53nvFTZWY8p/FrTlVWbATTXmzalK9EmCOwZfafIdiajB/RhDnFJTDAM/NPQx9k"
    "yBwRB593w677Y9M6nzMAtHZhLrWGpIZNcnSQb2I5f/fyGGSWTM372Ry/kfeBNg+8D2ge0D"
    "23/xbD/khiV4viDKZPhhlzVxe/flJdw++Kpsbh/OkyI+3lNNn0cOJvgZi0Idwz2dMAl6JA"
    "sb3a/EMQXrzLC8aFX3uIOf7fBbc5njd11d87Ofb2xSEt36JsoNYRSgiVy+1UXfFDZa37qi"
    "Y35S8stocM29zqfY5P9oNrLY4qBz/8TpznjtQRocO73hXVg/FTxY+acTLtKORbCpzDq8Cf"
    "m+MP3sRB6VN4bevPZX4xfXO5h8Z9/O/3ZPF2EDbdwG6jgy/G9vL84z3BwcKf788htOtRnW"
    "2/nvqWOIBYTEk/iP4//pbJYby0B2SxO47unRVIHi0+NnAiCaRHz6iogmrFWOT1/KfXLF2F"
    "Ia39Ec63om7/Bp2pRT8ejw/buAZfA/8pjE6Kp3eZk+v/LzhMaxzITRb94mGA/fHr8//nD0"
    "7jjAMriSB2gaS22u3qexPCeKxqZmxpbmkST9G12aNx7tHmKb5+LYP7tgk/H1UTeZ7Doohp"
    "Za8k9Umpkm25/Ab9+ac+3aZumcMIHAUqgpWff5PDRO2aKCzXUw0geTWpIZmrv6A5q1l3/D"
    "cC2w+t+edA8LL//oa6QgzvaETpC1Qr7atkv0wtQUCafIndcBzUvc1t4elJjYvAzGE9bcz0"
    "2B/GwFjSjpFoto+Fra3tbQMAnD1SKVSi9GKSEDf5Mz8PP+SOkwuzhVg+O+KqvkGwiz40/T"
    "y2OdIAOwC4H9pKmEloU6RgRAFwI6Iytxjl/vI2id8h1X1ayyaEZJANAkoDn5ejMRjdEApK"
    "nKapkZ2zMRjZIAoCkxW6Q4nljOvASkcSIANQNUceZcHtaADIBNAuuddqcgHY9+E35vclxD"
    "qjYIVXnq3+i3/tl4MBTqmEUdUyEJFx/W11SL9L0k2sNM9OtdsBiK4Tclcs9wR4gyxr2Qou"
    "3Ab8KsB1VEW278gCKTL2GUY/GDpTOXyKjbdLK/26KTSjIMND4wpYtPpsJK92xQiqYrkc3K"
    "NQpRQh08qINXO0yiDh7bI+8lNliohJcAy/VAh3p4BaDyLXQTOl0PJ6jDBXW4BE5Qh6swVr"
    "yqQx1iAq/q0GYZQdQrqwMoUbSsbUjVFhkXiehaLzIuiKVtdWRc8JXJyLhIhGE8Mi4a/ZaM"
    "jItGza0dGZfW29mQySoSlB7akY1blbdSOrL+RxYeWI5upXENhqXisMZj79cb2mj6k1YPb/"
    "RDCw9xIltBuWEun8nAHerng1sv5qJGcFaIq3e7+2yg60SbB4WLi8S7no1+44GpxA0yxYgD"
    "zd6dmohp4chiGhPSjFOeuBPx0FHN5mk8mWyodkXo6ZJTLTG/NHUsosriXjfxCMi+0GDTZh"
    "flVeXQSYWiHBGiVjjjb8EHTYBW0tcvSgM4F8MZ4hw2GefAhB3bkUhFxcpwhNRbrGnAmjrE"
    "H/PCtTj+fdu/7Z+fIpf6zhjeXl9fXH85RaZjGAzxO+N8cN0/RSo1yJ3xuXdxyVtPuRu0mt"
    "x0i6yFeqqqxSxGdFnGA85vDv5E6SATLJFRsoH0mgOQKb9M1+OkBJYRCoAzCadjuMliygAa"
    "owFI00td6DRpQHm+nqzlHpAkpQdNsdF/EE8SvrHNLcyqcu9ouq0Z1hv+vF0kVuEQ8Z6z3d"
    "uSnmzduB8N7yDp3kZMk0pyhGR7EwYEUDUJfAnFh4IvYUQHNTRrVmmEE6TgTdjkcTYJg9Sy"
    "hV9LaWdCCTH4EtblSxgFNz0spV0JW1bNupvwIJRMxdIOhGse4+YeFYxEzMhXasZN2um73b"
    "yDAjfyZLJkDYvnxaS6SlTEaXhRr1h9slcW4m9iCXP9gtCFzrrgpbnumEiqohV10Jxg464j"
    "zYpZW8drnAksPcyK2kn99vXIfLs9FthU1eLsMwBezc7EMh+QnmniVVbEf0iUgH2TCs/uIn"
    "f++LNgna7stFvtK9K1luKd2iZ3xMS5V4KMfXveCjmM2/cygLz1L+/kFJLDQt56yFsfeviE"
    "nnDF09ZH/LvW9eF6Pml9NOhHwu4TMUHZXD8Vh1REXuelm5n4rOhYE0nnudsNL+m7nHFPHJ"
    "4RXjjjclcbyh7Ay/Xy0r8KNtA9cYsBU4PIBPYae5bsRX8EZblFr50/YXPah80puuiKj0GU"
    "Ckw+JQcjXsi+NPYRIoC+MvRhREPpAUiR1jMML4QZ5Zg8/Q0ETJ15ps7I+s8wcaZsDzWA2r"
    "Yap0lUoztaDZZjGaNJj8LAIGPKfhQcg7WCp5qqO8RGIcVapRL9j1IKXL6o70ety+T8SER7"
    "jpAfDZ8vIOAbiBi2ZuuEBzUzFGZM3OZLGs3xCokgc/eaK5s7rK0eeNY/0Uepp349fYKBqc"
    "HbZp4M70/BKqf1SVrwyGjsSb1YqZUSmEcpwR+jyaMM6jjohC99GMAqAgp5E4YAFPKGK+Ry"
    "3l0Dtm3MUpLEN1/V3rW/XDxLmkQ5T6VRy9bQhQI8WUTbPqumfxVHX9jVopmerAXHZV3+u0"
    "UYvqoljsjQTHuYEctGT8Tk1ZJ5c35Zx+wa9zdLK+y19i6qSk8d0+bNviGDsJbogRIL8aE4"
    "RcsZRUs2GS32DFHJml9GNhUnfvfkQRNRim5Iv63pOns8YY+x4aBv77bybp6RgFqaPC1p5g"
    "BESdokVNVX4sQxM1K9ZmIaJQHnvlSJE4+NlQA0SgKAJgH1do1yjDdC1BpEt63DLtSKAXJx"
    "SjDHgqFuD3ZUsBC1GXqwEG3IQhQcaIOBqEYDkdxNYGumCz9fucRoEUllnm2uiGZNh3CRl6"
    "eo2+S7RGjMzmPht29FuAgksgA5vVY5nahatfGNEYLTRJPHGAqfvYRRhtLcNSYvW+jlItIj"
    "FABnEk6wBe3QFrTAJtOWSqMfI6sEf8NYPVjiXgD0OZY4MBvVZTZKzm+wb9Zq33Q5bw2gFi"
    "8M2DBWXRTW2B5V1sQZAo4Na0lkBWo2U4VxT8BO6Rbrl/b0MLpknbVosSc1B79Izdo4DYlf"
    "GqctSG3hWEFMruyjBX/uPXu8MAnU43rPGELvQO9B4B/YHPGxm3PsAJbwltvP/IVfdpnF6U"
    "BhA115P6AHr5VtanVKqB9sTa3bV2DjHLWBviueZJ4tZoai+/OCZkRleD7uZkTn5J6qK4St"
    "RzfQJSg6afGYFZ3SRySKUXrdfxS56rycFtQgXirqOY9nSQfe1N89iMD7tSvkicBMjrVkvv"
    "LZqVpDilZ438STtZ4UStZ6kpOs9eQgVRYQ1IyWqxmsKzZk8qioYrUf4z1UWljbsUF2fu3f"
    "jE/RI1nYd8awfzX4jVd2NMmcPpGmlHbkWD5VTBsTIwXnmCavOlDud6zcB6ulUh2lJC04JI"
    "CRZS+gByMLGFmaCWwRI0sGA9/erG0Yyy6KbXrDiuHLXgNd315e7sqK9Rk/UdMtUJ8yYAX3"
    "unm2q6nXaqMHpJA+pWGbWReOR1+uBgVO3CC1vxToQWqHgP7mgdrUgH6B+xDb7jemJMro7V"
    "yh0v0+U7QEwRIESy9DF9YdCXcYzbGuZ2fo8onatPEdHb5/F0DP/8gDe3TVu7xMCxIgpoOY"
    "DmI6iOmtgB7EdBDTmwdqs8V0wuRp98MzBHW/QRFR3WsLwjoI67nCejG/piyhvVG+gp3Li1"
    "/7p4hHh90Z5xcj909Vs3QvsqysT9OHAi5NHzI9mj6A/yAI+CDgg4DfSuhBwAcBv3mgNlXA"
    "P8MZMUn42VAkXDgAaWAQNKUmYqL/TNTn+Sjq5PjVdx5MurTQUrNniNfZWSFlho0HgrChin"
    "bstijow37VqfKYjkDaQP+Q6bfBLD5Xm8gqzpFt929hZY7a0vA1Q3h5IfM6Jbpk7wkRdmOT"
    "+bq5Yxgrb1llPknamOfkQLaLjCn7sWEpcKdzuTYZsF4JREy+DCnEn5j5ksgkWAZ12xQVTx"
    "ICm2LDuGWeFLAwNYVMljNicDMJkYzFOVG0OdblgyEjTxq3XPo3Xj/7yzploJ/3zy6uepev"
    "3x50D4XZyvpbd32/A/PicSoKWSBVwYYYpQMLYkMtiC6PLRsIGRKBEauy/RCMt7sWw+PLoA"
    "Zrl29d2bMhKBwmFq57sCC23YIo6rp3JMK7eyNXchf10qEo1wsV0tmKth2J6aLYyX9Ivb2j"
    "/86CGKrnk17m/P+mf31+cf3lFHn0d8ZN7+Kc/Yk19c44612f9S95mhOFf6lO2LX+7zcXQ3"
    "6JfF9oJr9y0xuOL3qXl/87GfY/316f9wW9aWtY11cTk0wd9uIqz5ni3/WvVfEwODwu4GJw"
    "eJzpY8BvJZwMHNMkhiIJBM5OBRWlabKDR/GFFwP5qADGR5kQHyURtqmN9QmeU0cWzp6r8C"
    "ZJQdl9Rtl1l6VVpQZajLJRCi+kAEqpveAZ1e4B5jtwhdGNkEEOryaPr6JTq9r6jRLCGDd5"
    "jJtxRr1rybIJ5jFwsFvncHXIVsLw4mxcrAJRDef+wkLTtoP/GPefEeWROmvX1vG6aStMC7"
    "ziab3WROnG7aVNIG3cbprl+BBbmc/YT0u4PnR6SJiREebujmjJ/rGorrJ3Y48X/pDi5Bth"
    "kyDLwAtrRm1JxvfKvUgdLKhvJwYPi4bt9N0c4617HCH+So1CtkEvTtVCk97hSZH87qxVtu"
    "X0JGVsct1RsD0JlkppX5YoMRj3njHuwYn7Dt0dvD2tJPhRKgC/Ln0ug9+UVuiCo+A9G4Si"
    "Gl109mWodODyUKPLQzlNeeGYygxbZF39xuumRYDLtMBJDYYFTxVsm2mhlDoYATZ0GpBD6k"
    "ceFADW7aogsM20OctxLRMx4JtjZBEDEVNNTsRA1C5ULH4R2wzzhc0LmrGFwrRcJJj+KcKI"
    "cRYRZ4htNGIILAjibhcmog77f2kgTWWU1OaODOiRrOTxizX3n69pew8DXbs5Ulg3R9f2hy"
    "s1BJn4RyjaJA3XFtYYWTITtmTKmDAkpPXYMXY70WNWjHdFvL/eZXt/vUt5f3k8TKrXZWMd"
    "p6qlalmDUD48OSlkKzrJsRWdJIF2TD2N8Jh8zzoGdZtv0YWys1npQnqi3f99HDvM9hF8fd"
    "X7/afYgfbl4PqL3zyC+Nnl4BN4gL1E54I9dFIWrmcVvJTPhv3eWLgp+z3cGYOb/vWpqNd7"
    "Z5wNrm4u+2PhqEznC66MSz2Vh/1f+mdj1wP5L6LY1TyQ66/bCM58LV+rYDoG03FTBqFG0/"
    "Fu4rrONWvhyOt9+be6eTYW1W1U2DFBYW88ozpD45WF7rHx6NaT53md3JryBlkh/mkf0Td3"
    "W/3Gsza5FhFGwi0hS4amoNBsmdfCJh4B0WcN5k/dHKMKU4mIaWB94k3UkqppBnnrTAEbUV"
    "IrxShBdFJhBwYmrlpZteLl4IYULTAFbNyYlaMTZhiydqAHbo1FHB0WiWM8zA5kPEwCzPXN"
    "SopajBD0tIbqaRCU0/4xDrwJSgq5cTrQx+vSxxehd/6aGnn7/Py7CZ08PgcbpZX74Eu08s"
    "i4ZGvl0VAPyLny8rRe0Lw2q3lBlpNNZznZwwO52rIGjW7Pzvqj0efby1NkOYpCLGvq6PIM"
    "Qp97F+LKFGv6evmDRM2im1txoudZuxqSUygwwuVJmwVseLlCJ/iZyEx4fFo5JmFoqqUiwJ"
    "J0YG561twE59Yt15Xh3HqH8WaQPaQpJgrIHlJP9pAUa6kBVHDDKBRqFnV6qB4+FfGvaAnc"
    "ced7CDArgJKrfa2J01B00iaItmBczUrKkph0zxpZN1eTJmLMD1PAQDRXc6Scbo4JNkjIkX"
    "kkUyyfR4QczLLPmGV9U1a17MgS6t0gvqmqgXXDHTKlqlptSAr6VWXVFs7gm6Xgwhl8zWfw"
    "cp5Tl7rbMu0iiXCK066h97o7ZB2pQ1yNpWXQb1Rr8XQ8icISan/ZukpEzQR/kJenjIA/CH"
    "ji7/tR9B56hJiENbZ8P4oSPiHD/r9v2c7sumd4fdwZGZ4ifeHGIRxFiJr2CelUGMD6o7ID"
    "JwxfhqjmwhGjBg+OEh4c5VlUmhK8OBJ4gxfHutvt3nlxQFRL+8cYLGo7NmkGQs/kflV6FC"
    "TElYaiYQsMbJsNGYiN2TajE7cGhAt6SDVsmhdFV7LKd1tmCUya1UyaWX4YcTyfM22WKY8z"
    "nhERE4HoFGEv/gHZM2xzAt1C1GD/EcR75E1s0Vys5XS6mTX7kvp9mIFBN+piAo4fzdkhu2"
    "Br3ZmtNbomqkvo4HlQi5ieacvLF9CzjXgAfz78ObJ5uG2sKTi2zp00LTtGJmABwTy2Da+P"
    "bzvdmpMgS1hto3IsfCX3M0of+08ZiRZi93Ml0KXbckKeCudcEHKjZtzT76doOQtLPthUV5"
    "FjdZnQqDBJkZhIdIo0tctzEj4SlUuU9ysma/5F7+XiaD3dwll/g3eBPPnTEkPuTsayifjT"
    "pJDpsMghm4CnBNB++xae/dd/pMY2Ep1iyUT+ZTS4zhTzfZKkPqUpNvoP0jVrH+XMHGg5GL"
    "HzlVT1g2Shg2784IR3kKx+YBKFaE+VjrsSpHCe2dCzrhk2VL3SCMcp4USzyaPsVYqSmLif"
    "Ky4l85naoJK+qdiXuktLEdOkkojr7BI8AUELnGjyVkZdRXhSho7daInX1NammoI9iFJaYu"
    "x+N09LNCItNxIu6idWsKhjKgSOC/ZDXXvUZDa7bNXBb99C1aH+DNOgOuxMdfC4UImZHVK0"
    "cG7XrxZPqV6Kcfjta/Gabjm2JsHVdF4M6tA+qEPgpd3yAV7oWLb55LoG+CQ7PpEe/a2fu3"
    "+9vusYTJ98wvrrVzHtYSLedWKRv1/9dNdZZ8x3lLGAv77EFtEzTbzKGR2ZLWLr4lhsfF79"
    "8+PVeiPwLJh//AmpDHc5cXM8LiCVYRFHgKxUhme90VnvvL+r8/+o5WZEbNv91FwDj9+sW9"
    "TOw1i0oCjoFPAzXSKMOF5oiRnKyKZoRrDJPUe5FynX/fnvBllaH9FSY5PJsbnbKV12EbaE"
    "dylv88pC3mgjzUo7CWzuMbl2KWG5AKtUYxhbF6xSu7FKacaEs4/09KZUJ9jImN8BUQLje0"
    "a1KZD9ib9ddfLTYHAZUzQ+XSQPCW6vPvWHr98mnIYlxzRzrOklkQ5oAOjiQINQCkJpE4Zg"
    "z4XSETHsK85+JJJocC9X/LS47x7nYIVLcvPGbsgSNtDoanyDGDZPTDicMVkPKwpZsNHvIp"
    "4bk9fDttAVsSz2+v+6OP8oYp4WBHMJEDHJF1nSKKlNPWQNJ9W5239JD8k4VeucI98efiiS"
    "+OXwQ3bmF34PZMudyZZi+Zc3a0fIwKbdIJt2Q7xgeo6q2X3DNleyjSlyN3drwrzdRKcPhX"
    "amUt4vYFVoimSax/nZcNPyWkKUChJ5VD1zYShq5fJ/hRQt3Hnr9xmwnPu/iCLZeXM8XkKS"
    "FkJcozAZonxPpkyTTYOc7dAVUqzlz9UwJrJtdy48tWVmhWzYAwJAvTrqmsRKnM1ONJl5eB"
    "/9y+N85LhIwN5xdrzecSpcz8sdVFL3j1O1Dub6d8TyaihooKCBZmigxNSUWUemfbp3urma"
    "Z9imMWrnS9E51wy5ytYmn4hplVRpIiQtFLg3EtouPanOURqlZ9RtQPftwUERdebgIFudOU"
    "gls2JPtKX5NLMF6wgJBKiUlK13upn9+H8tWWFe"
)
