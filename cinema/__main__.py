from cinema.cli import app

app(prog_name="cinema")
