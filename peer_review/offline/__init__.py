"""What people download and run on computers apart: one file each, without Django and without this project.

VERIFIER checks and recounts a published count; OPEN_BOX makes box keys and opens boxes.
"""

from pathlib import Path

VERIFIER = Path(__file__).with_name("verify_bulletin.py")
OPEN_BOX = Path(__file__).with_name("open_box.py")
