"""What `share_memory()` tells the C library: where threads and large blocks have their memory."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Only on Linux: /proc and glibc")

ALLOCATE = """
import ctypes, threading
from saywrite.foundation.program import share_memory

share_memory()
library = ctypes.CDLL(None)
library.malloc.restype, library.malloc.argtypes = ctypes.c_void_p, (ctypes.c_size_t,)
library.free.argtypes = (ctypes.c_void_p,)
library.free(library.malloc(5_800_000))  # glibc would allocate the next ones of this size in the heap


def is_in_heap(address):
    for line in open("/proc/self/maps"):
        if line.rstrip().endswith("[heap]"):
            first, last = (int(each, 16) for each in line.split()[0].split("-"))
            if first <= address < last:
                return True
    return False


found = [is_in_heap(library.malloc(5_000_000))]
thread = threading.Thread(target=lambda: found.append(is_in_heap(library.malloc(50_000))))
thread.start()
thread.join()
print(found)
"""


def test_a_large_block_is_outside_of_the_heap_and_a_thread_allocates_in_it() -> None:
    done = subprocess.run([sys.executable, "-c", ALLOCATE], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[False, True]"
