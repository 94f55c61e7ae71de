"""`/ws/live`: news for an open page. It only listens; what a page sends is counted and not read."""

import asyncio
import random
from contextlib import ExitStack
from typing import Any

import structlog
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.conf import settings

from ashao_site.accounts.sessions.loading import load_viewer
from ashao_site.lib import limits
from ashao_site.lib.addresses import scope_address
from ashao_site.lib.aio import in_db
from ashao_site.lib.db import OUTAGES
from ashao_site.lib.errors import AppError, RateLimited, Unavailable
from ashao_site.lib.http import Message, cookies, error_response, send_json
from chat.live.news import NETWORK_GROUP, network_status, user_group

SOCKETS_MAX = 20_000
"""How many sockets one process holds open."""
RECEIVED_MAX = 100
"""How many messages a page may send: it has no reason to send any."""
RECEIVED_MAX_BYTES = 1_024
CHECK_EVERY_S = 900.0
"""About how often a page's socket looks whether the session that it was opened in is still there."""
TRY_AGAIN_LATER = 1013
POLICY_VIOLATION = 1008

log = structlog.get_logger("ashao.live")


class LiveConsumer(AsyncJsonWebsocketConsumer):  # type: ignore[misc]
    open_count = 0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._joined: list[str] = []
        self._received = 0
        self._counted = False
        self._user_id: int | None = None
        self._open = ExitStack()
        self._watching: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        """Join the groups of everybody and of the person, and tell how the network is."""
        address = scope_address(self.scope)
        try:
            self._open.enter_context(limits.SOCKETS_OPEN.hold(address))
            await limits.spend(limits.SOCKET, address=address)
        except RateLimited as error:
            await self._refuse(error)
            return
        await self.accept()
        if LiveConsumer.open_count >= SOCKETS_MAX:
            await self.close(TRY_AGAIN_LATER)
            return
        LiveConsumer.open_count += 1
        self._counted = True
        try:
            await self._join()
            if self._user_id is not None and await self._asks() != self._user_id:
                raise Unavailable("The session was ended while the page joined.")
            status = await asyncio.to_thread(network_status)
        except (*OUTAGES, AppError, OSError) as error:
            log.warning("live_not_joined", error=type(error).__name__)
            await self.close(TRY_AGAIN_LATER)
            return
        await self.send_json({"type": "network", **status})
        self._watching = asyncio.create_task(self._watch())

    async def _refuse(self, error: RateLimited) -> None:
        """Answer the handshake with the error; where a server cannot say more, with 403."""
        self._open.close()
        if "websocket.http.response" not in self.scope.get("extensions", {}):
            await self.close()
            return
        status, body, headers = error_response(error)
        await send_json(self._deny, status, body, headers)

    async def _deny(self, message: Message) -> None:
        await self.base_send({**message, "type": f"websocket.{message['type']}"})

    async def disconnect(self, code: int) -> None:
        self._open.close()
        if self._counted:
            LiveConsumer.open_count -= 1
            self._counted = False
        if self._watching is not None:
            self._watching.cancel()
        await self._leave()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Ignore it, within bounds."""
        self._received += 1
        if self._received > RECEIVED_MAX or len(text_data or bytes_data or "") > RECEIVED_MAX_BYTES:
            await self.close(POLICY_VIOLATION)

    async def news(self, event: dict[str, Any]) -> None:
        """Pass on what a group was told."""
        if self._joined:
            await self.send_json(event["news"])

    async def _watch(self) -> None:
        """Look now and then: a session also ends by itself, and a telling can be lost."""
        while self._user_id is not None:
            await asyncio.sleep(CHECK_EVERY_S * random.uniform(0.8, 1.2))  # noqa: S311 - so that not all of them ask at once
            await self.check({})

    async def check(self, event: dict[str, Any]) -> None:
        """Some session of the person was ended: if it is this one, the page goes. It may come back as nobody."""
        try:
            ended = await self._asks() != self._user_id
        except OUTAGES as error:
            log.warning("live_not_checked", error=type(error).__name__)
            ended = True
        if ended:
            await self._leave()
            await self.close(TRY_AGAIN_LATER)

    async def _asks(self) -> int | None:
        """Who the page's session belongs to now."""
        session = cookies(self.scope).get(settings.SESSION_COOKIE_NAME)
        return (await in_db(load_viewer, session, None)).user_id

    async def _leave(self) -> None:
        groups, self._joined = self._joined, []
        for group in groups:
            try:
                await self.channel_layer.group_discard(group, self.channel_name)
            except (*OUTAGES, OSError) as error:
                log.warning("live_not_left", error=type(error).__name__)

    async def _join(self) -> None:
        self._user_id = await self._asks()
        groups = [NETWORK_GROUP]
        if self._user_id is not None:
            groups.append(user_group(self._user_id))
        for group in groups:
            self._joined.append(group)
            await self.channel_layer.group_add(group, self.channel_name)
