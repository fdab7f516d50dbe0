#!/usr/bin/env bash
# Installs a wheel into a fresh environment and uses it from an empty folder, where there is no git and no checkout.
#
#     scripts/check_wheel.sh [WHEEL]     # the one in dist/ unless told otherwise; PYTHON chooses the interpreter
set -euo pipefail
unset PYTHONPATH PYTHONHOME

root=$(cd "$(dirname "$0")/.." && pwd)
wheel=$(realpath "${1:-$(ls -t "$root"/dist/sshr-*.whl | head -n 1)}")
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

"${PYTHON:-python3}" -m venv "$place/venv"
"$place/venv/bin/python" -m pip install --quiet -c "$root/constraints.txt" "$wheel[app]"
mkdir "$place/empty"
cp "$root/examples/photos/parrots.png" "$place/empty/secret.png"
cp "$root/examples/photos/lighthouse.png" "$place/empty/reference.png"
cd "$place/empty"

# Nothing but the environment's own programs is found, and no variable of the caller's.
alone() {
    env -i HOME="$place" LANG=C.UTF-8 PATH="$place/venv/bin" SSHR_PASSPHRASE="a word for the check" "$@"
}

alone sshr --version
! alone python -c "import torch" 2> /dev/null || { echo "torch came along" >&2; exit 1; }
alone sshr models
alone sshr conceal secret.png --reference reference.png -o stego.png
alone sshr reveal stego.png --reference reference.png -o revealed.png
alone sshr conceal --text "at noon" --reference reference.png -o note.png
test "$(alone sshr reveal note.png --reference reference.png -o -)" = "at noon"
alone sshr conceal secret.png --reference reference.png --transport robust -o sent.jpg
alone sshr reveal sent.jpg --reference reference.png -o survived.png
alone python - <<'PYTHON'
import subprocess
import urllib.request
from http.cookiejar import CookieJar

import numpy as np
from PIL import Image

import sshr
from sshr.metrics import psnr

near = psnr(*(np.asarray(Image.open(name).convert("RGB")) for name in ("revealed.png", "secret.png")))
assert near > 45, near
assert sshr.__file__.endswith("site-packages/sshr/__init__.py"), sshr.__file__

page = subprocess.Popen(["sshr", "app", "--no-browser"], stdout=subprocess.PIPE, text=True)
try:
    address = page.stdout.readline().split()[-1]
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    assert "<h1" in browser.open(address, timeout=60).read().decode(), address
finally:
    page.terminate()
    page.wait()
print(f"{sshr.__version__} works from a wheel, page included: revealed at {near:.2f} dB")
PYTHON
