"""What is wrong with a cinema: its parts, its books, and what waits too long."""
