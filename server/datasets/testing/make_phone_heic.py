"""Writes phone.heic: what a phone writes, small. Display P3, HEVC, stored lying and turned upright by its orientation.

pip install pillow-heif, then: python3 make_phone_heic.py P3.png, where P3.png is 64 x 48 with the quadrants red and green,
blue and white (sRGB's colours in Display P3, profile included).
"""
import sys
from pathlib import Path

import pillow_heif
from PIL import Image

upright = Image.open(sys.argv[1]).convert("RGB")
lying = upright.transpose(Image.Transpose.ROTATE_90)
exif = Image.Exif()
exif[0x0112] = 6  # to be turned by 90 degrees clockwise
heif = pillow_heif.from_pillow(lying)
heif.info["exif"] = exif.tobytes()
heif.info["icc_profile"] = Image.open(sys.argv[1]).info["icc_profile"]
heif.save(Path(__file__).parent / "phone.heic", quality=95, chroma=444, exif=exif.tobytes())
