"""Reads QR codes with the libraries zbar, quirc and OpenCV.

Each input line is the path of a PNG file. Each output line is the result for one path, in order: a JSON object
with the text that each library has read, as base64 of its bytes, or null if it found no code.

usage: readers.py PATH-OF-LIBQUIRC.SO
"""

import base64
import ctypes
import json
import sys

import cv2
from pyzbar import pyzbar

MAX_BITMAP = ((40 * 4 + 17) ** 2 + 7) // 8
MAX_PAYLOAD = 8896


class QuircCode(ctypes.Structure):
    """struct quirc_code of quirc.h"""

    _fields_ = [
        ("corners", ctypes.c_int * 8),
        ("size", ctypes.c_int),
        ("cell_bitmap", ctypes.c_uint8 * MAX_BITMAP),
    ]


class QuircData(ctypes.Structure):
    """struct quirc_data of quirc.h"""

    _fields_ = [
        ("version", ctypes.c_int),
        ("ecc_level", ctypes.c_int),
        ("mask", ctypes.c_int),
        ("data_type", ctypes.c_int),
        ("payload", ctypes.c_uint8 * MAX_PAYLOAD),
        ("payload_len", ctypes.c_int),
        ("eci", ctypes.c_uint32),
    ]


quirc = ctypes.CDLL(sys.argv[1])
quirc.quirc_new.restype = ctypes.c_void_p
quirc.quirc_begin.restype = ctypes.c_void_p
for function in (quirc.quirc_destroy, quirc.quirc_end, quirc.quirc_count):
    function.argtypes = [ctypes.c_void_p]
quirc.quirc_resize.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_int]
quirc.quirc_begin.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p]
quirc.quirc_extract.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p]
opencv = cv2.QRCodeDetector()


def read_with_zbar(pixels):
    """Returns the bytes as `zbarimg --raw` prints them, or None."""
    height, width = pixels.shape
    found = pyzbar.decode((pixels.tobytes(), width, height), symbols=[pyzbar.ZBarSymbol.QRCODE])
    return found[0].data if found else None


def read_with_quirc(pixels):
    """Returns the bytes of the code, or None."""
    height, width = pixels.shape
    decoder = quirc.quirc_new()
    try:
        if quirc.quirc_resize(decoder, width, height) != 0:
            raise MemoryError("quirc_resize")
        ctypes.memmove(quirc.quirc_begin(decoder, None, None), pixels.tobytes(), width * height)
        quirc.quirc_end(decoder)
        for index in range(quirc.quirc_count(decoder)):
            code, data = QuircCode(), QuircData()
            quirc.quirc_extract(decoder, index, ctypes.byref(code))
            if quirc.quirc_decode(ctypes.byref(code), ctypes.byref(data)) == 0:
                return bytes(data.payload[: data.payload_len])
        return None
    finally:
        quirc.quirc_destroy(decoder)


def read_with_opencv(pixels):
    """Returns the bytes of the text, or None."""
    text, _corners, _straight = opencv.detectAndDecode(pixels)
    return text.encode() if text else None


READERS = {"zbar": read_with_zbar, "quirc": read_with_quirc, "opencv": read_with_opencv}

for line in sys.stdin:
    image = cv2.imread(line.rstrip("\n"), cv2.IMREAD_GRAYSCALE)
    texts = {name: read(image) for name, read in READERS.items()}
    answer = {name: text if text is None else base64.b64encode(text).decode() for name, text in texts.items()}
    print(json.dumps(answer), flush=True)
