"""A group of people, created through the front door and removed through it."""

import httpx

from gp_lib.clients.http import open_http
from gp_lib.settings import Target
from gp_lib.workload.person import Person
from gp_lib.workload.recorder import doing
from gp_lib.workload.recording import Recording
from gp_lib.workload.together import together


class People:
    """The people of one act; leaving it closes their tabs and asks the platform to forget them."""

    def __init__(self, history: Recording, target: Target, *, keep: bool = False) -> None:
        self._history = history
        self._target = target
        self._keep = keep
        self._everybody: list[Person] = []
        self._devices: list[Person] = []

    def __getitem__(self, name: str) -> Person:
        """The person called ``name``."""
        return next(person for person in self._everybody if person.name == name)

    def called(self, *names: str) -> list[Person]:
        """New people with these names."""
        newcomers = [Person(self._history, self._target, name) for name in names]
        self._everybody += newcomers
        return newcomers

    def some(self, count: int, role: str = "user") -> list[Person]:
        """``count`` new people, called ``user1``, ``user2`` and so on."""
        return self.called(*(f"{role}{number}" for number in range(1, count + 1)))

    def device_of(self, person: Person, name: str) -> Person:
        """The same user at another device: an actor of its own, called ``name``, with a token of its own."""
        device = Person(self._history, self._target, name, user_id=person.user_id)
        self._devices.append(device)
        return device

    async def leave(self) -> None:
        """Close every tab."""
        for person in (*self._everybody, *self._devices):
            await person.leaves()

    async def are_forgotten(self) -> None:
        """Remove what the scenario created: every person with everything that is theirs, by ``DELETE /users/me``."""
        if self._keep:
            return
        await together(self._forget(person) for person in self._everybody)

    async def _forget(self, person: Person) -> None:
        async with (
            doing(self._history, person.name, "is forgotten") as act,
            open_http(self._target.platform_http, token=person.token) as http,
        ):
            try:
                reply = await http.delete("/users/me")
            except httpx.HTTPError as error:
                act.give_up(f"{type(error).__name__}: {error}")
                return
            act.note(status=reply.status_code)
            if reply.status_code not in (200, 202, 204):
                act.fail(f"HTTP {reply.status_code}")
