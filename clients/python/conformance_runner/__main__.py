"""The runner of ../../conformance. Plays the synchronous client, or with `--aio` the one for asyncio."""

import asyncio
import sys

import tasks
import threads

if sys.argv[1:] == ["--aio"]:
    asyncio.run(tasks.run())
elif sys.argv[1:] == []:
    threads.run()
else:
    sys.exit("usage: runner [--aio]")
