from cinema.events import Event, user_topic


class CartChanged(Event):
    type = "cart.changed"
    user_id: int
    version: int
    items: int

    def topics(self) -> tuple[str, ...]:
        return (user_topic(self.user_id),)
