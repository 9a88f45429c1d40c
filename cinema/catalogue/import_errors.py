from cinema.errors import NotFound, TooLarge


class ImportNotFound(NotFound):
    code, title = "import_not_found", "There is no such import"


class ImportTooLarge(TooLarge):
    code, title = "import_too_large", "The file is too large"
