# ruff: noqa: E501 - a cell a line
"""Cells whose outputs must be the same in a forked kernel and in a freshly started one."""

CELLS = {
    "traceback": "def f(n):\n    return 1 / n\nf(0)",
    "syntax error": "1 +",
    "pandas table": "import pandas as pd\npd.DataFrame({'a': [1, 2], 'b': ['x', 'y']})",
    "inline figure": "import matplotlib.pyplot as plt\nplt.plot([1, 2, 1]);\nprint(plt.get_backend())",
    "stdout and stderr": "import sys\nprint('out')\nprint('err', file=sys.stderr)",
    "descriptor 1": "import os\n_ = os.write(1, b'raw\\n')",
    "shell": "!echo from the shell",
    "subprocess": "import subprocess\nsubprocess.run(['sh', '-c', 'echo $0 $HOME; exit 3'], text=True, capture_output=True)",
    "display": "from IPython.display import HTML, display\ndisplay(HTML('<b>bold</b>'))\n'last'",
    "await": "import asyncio\nawait asyncio.sleep(0)\nprint(type(asyncio.get_running_loop()).__name__)",
    "threads": (
        "import threading\nfound = []\nt = threading.Thread(target=lambda: found.append(threading.current_thread().name))\n"
        "t.start(); t.join(); print(len(found), threading.current_thread() is threading.main_thread())"
    ),
    "multiprocessing": (
        "import math, multiprocessing\n"
        "for how in ('spawn', 'forkserver'):\n"
        "    with multiprocessing.get_context(how).Pool(1) as pool:\n"
        "        print(how, pool.apply(math.sqrt, (4,)))"
    ),
    "multiprocessing by fork": (
        "def square(n):\n    return n * n\n"
        "with multiprocessing.get_context('fork').Pool(1) as pool:\n    print(pool.map(square, [1, 2, 3]))"
    ),
    "magics": "%env GPATH_TESTED",
    "environment": "print(sorted(n for n in os.environ if n not in ('JPY_PARENT_PID', 'GPATH_KERNEL', 'GPATH_TASK_DUMP')))",
    "folder": "print(os.getcwd() == os.environ['GPATH_FOLDER'])",
    "path": "print(sys.path)",
    "interpreter": "print(sys.flags, sys.executable, sys.argv[0], sys.stdin, sys.warnoptions, sys.flags.safe_path)",
    "main": "import __main__\nprint(__main__.__name__, '__file__' in dir(__main__), __name__)",
    "signals": "import signal\nprint({s.name: str(signal.getsignal(s)) for s in (signal.SIGINT, signal.SIGTERM, signal.SIGPIPE)})",
    "signal masks": "print([l for l in open('/proc/self/status') if l.startswith(('SigBlk', 'SigIgn'))])",
    "session": "print(os.getpgrp() == os.getpid() == os.getsid(0))",
    "priority": "print(os.nice(0), os.umask(os.umask(0o22)))",
    "descriptors": (
        # a descriptor may be closed between two looks: IPython's history is written by a thread
        "from contextlib import suppress\nopen_now = []\n"
        "for name in os.listdir('/proc/self/fd'):\n"
        "    with suppress(FileNotFoundError):\n"
        "        open_now.append(os.readlink(f'/proc/self/fd/{name}'))\n"
        "print(sum(link.startswith('socket:') for link in open_now), any('pidfd' in link for link in open_now))"
    ),
    "locale and time zone": "import locale, time\nprint(locale.getlocale(), time.tzname, time.strftime('%H', time.gmtime(0)))",
    "warnings": "import warnings\nwarnings.warn('careful', UserWarning)",
    "logging": "import logging\nprint(logging.root.handlers, logging.root.level)\nlogging.getLogger('x').warning('hm')",
    "input": "input('name?')",
    "exceptions in tasks": "async def bad():\n    raise ValueError('bad')\nawait asyncio.gather(bad(), return_exceptions=True)",
    "recursion": "print(sys.getrecursionlimit(), sys.getswitchinterval())",
    "project": "print([name for name in sys.modules if name.split('.')[0] in ('gp_lib', 'tests')])",
    "history": "print(In[1], _exit_code)",
    "temporary folder": "import tempfile\nprint(tempfile.gettempdir())",
    "garbage": "import gc\nprint(gc.isenabled(), gc.get_threshold(), gc.get_debug())",
    "child watcher": "p = await asyncio.create_subprocess_exec('sh', '-c', 'exit 4')\nprint(await p.wait())",
    "sockets": (
        "server = await asyncio.start_server(lambda r, w: (w.write(b'hello'), w.close()), '127.0.0.1', 0)\n"
        "reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())\n"
        "print(await reader.read()); writer.close(); server.close()"
    ),
}
