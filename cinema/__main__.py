import gc

# A start makes a million objects that all stay: looking for garbage among them every 700 is a
# fifth of the time to the first answer.
gc.set_threshold(50_000, 20, 20)

from cinema.cli import app  # noqa: E402 - the imports are what the line above makes quicker

app(prog_name="cinema")
