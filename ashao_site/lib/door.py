"""What every request passes first, whichever server took it: nothing in it may speak for the server or a proxy.

And nobody is left sending: an answer that comes before the end of a body of unknown or too large size closes
the connection, or the server would go on reading for as long as the client pleases.
"""

from ashao_site.lib.http import App, Message, Receive, Scope, Send, declared_length, header


class Door:
    """ASGI wrapper around everything. We are never below a prefix, so no header can say that we are.

    Bodies of up to `read_on_bytes` are read to their end by the server, so that the connection can be kept.
    """

    def __init__(self, app: App, read_on_bytes: int) -> None:
        self.app = app
        self.read_on_bytes = read_on_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope = {**scope, "root_path": ""}
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        may_go_on = (
            header(scope, b"transfer-encoding") is None and declared_length(scope) <= self.read_on_bytes
        )

        async def watched_receive() -> Message:
            nonlocal may_go_on
            message = await receive()
            if message["type"] == "http.request" and not message.get("more_body", False):
                may_go_on = True
            return message

        async def watched_send(message: Message) -> None:
            if message["type"] == "http.response.start" and not may_go_on:
                message = {**message, "headers": [*message.get("headers", ()), (b"connection", b"close")]}
            await send(message)

        await self.app(scope, watched_receive, watched_send)
