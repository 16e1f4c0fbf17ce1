"""``python -m gp_lib.reference_platform``: one gateway, configured by environment variables.

With ``--defects`` it starts nothing and prints its seeded defects as JSON: id, story and expected killer.
"""

import asyncio
import json
import logging
import os
import sys
from collections.abc import Mapping, Sequence

import asyncpg

from .config import read_settings
from .defects.registry import known_defects
from .problems import BadSetting, PlatformError
from .server import serve

EXIT_CANNOT_START = 1
EXIT_BAD_SETTING = 64
LIST_DEFECTS = "--defects"


def main(environment: Mapping[str, str], arguments: Sequence[str] = ()) -> int:
    """Run until told to stop; the exit code is 0, or says why it could not start, together with one sentence."""
    if arguments:
        return _answer(arguments)
    logging.basicConfig(
        stream=sys.stderr, level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    logging.getLogger("platform").setLevel(logging.INFO)
    try:
        asyncio.run(serve(read_settings(environment)))
    except BadSetting as error:
        return _refuse(str(error), EXIT_BAD_SETTING)
    except PlatformError as error:
        return _refuse(str(error), EXIT_CANNOT_START)
    except (asyncpg.PostgresError, TimeoutError) as error:
        return _refuse(f"GP_PLATFORM_MIGRATION_URL: the database refuses: {type(error).__name__}", EXIT_CANNOT_START)
    except OSError as error:
        return _refuse(f"cannot start: {error.strerror or type(error).__name__}", EXIT_CANNOT_START)
    return 0


def _answer(arguments: Sequence[str]) -> int:
    if list(arguments) != [LIST_DEFECTS]:
        return _refuse(f"the only argument is {LIST_DEFECTS}; settings come from the environment", EXIT_BAD_SETTING)
    sys.stdout.write(json.dumps({name: defect.described() for name, defect in known_defects().items()}, indent=1))
    return 0


def _refuse(sentence: str, code: int) -> int:
    sys.stderr.write(f"{sentence}\n")
    return code


if __name__ == "__main__":
    sys.exit(main(os.environ, sys.argv[1:]))
