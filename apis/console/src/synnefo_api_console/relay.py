# SPDX-License-Identifier: Apache-2.0
"""Carry bytes between a WebSocket and a screen, no faster than the slower end takes them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode

READ_BYTES = 65536


class NotBinary(Exception):
    """The client sent text."""


async def relay(
    client: ServerConnection,
    screen: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    *,
    idle_s: float,
) -> tuple[CloseCode, str]:
    """Carry until either end has had enough, or nothing moved for so long; say why it ended."""
    reader, writer = screen
    loop = asyncio.get_running_loop()
    tasks: list[asyncio.Task[None]] = []
    try:
        async with asyncio.timeout(idle_s) as limit:

            def moved() -> None:
                limit.reschedule(loop.time() + idle_s)

            tasks = [
                asyncio.create_task(_up(client, writer, moved)),
                asyncio.create_task(_down(reader, client, moved)),
            ]
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    except TimeoutError:
        return CloseCode.NORMAL_CLOSURE, "nothing moved for too long"
    finally:
        for task in tasks:
            task.cancel()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        writer.close()
    return _reason(outcomes)


def _reason(outcomes: list[BaseException | None]) -> tuple[CloseCode, str]:
    for outcome in outcomes:
        if isinstance(outcome, NotBinary):
            return CloseCode.UNSUPPORTED_DATA, "only binary frames are carried"
        if isinstance(outcome, Exception) and not isinstance(outcome, OSError | ConnectionClosed):
            raise outcome
    return CloseCode.NORMAL_CLOSURE, "the screen went away"


async def _up(
    client: ServerConnection, writer: asyncio.StreamWriter, moved: Callable[[], None]
) -> None:
    async for message in client:
        if isinstance(message, str):
            raise NotBinary
        moved()
        writer.write(message)
        await writer.drain()


async def _down(
    reader: asyncio.StreamReader, client: ServerConnection, moved: Callable[[], None]
) -> None:
    while data := await reader.read(READ_BYTES):
        await client.send(data)
        moved()
