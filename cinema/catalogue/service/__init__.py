"""What moderators do to the catalogue: one function is one use case and one transaction."""

from cinema.catalogue.service.labels import create_label, delete_label, rename_label
from cinema.catalogue.service.movies import bury_movie, create_movie, lock_movie, update_movie
from cinema.catalogue.service.releases import release_due

__all__ = [
    "bury_movie",
    "create_label",
    "create_movie",
    "delete_label",
    "lock_movie",
    "release_due",
    "rename_label",
    "update_movie",
]
