#!/usr/bin/env bash
# Builds the image `sshr` and conceals and reveals a picture in it, as an ordinary user without network.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
engine=$(command -v docker || command -v podman) || {
    echo "neither docker nor podman is installed: nothing was built" >&2
    exit 1
}
"$engine" info > /dev/null 2>&1 || {
    echo "$engine is installed, but its engine does not run: nothing was built" >&2
    exit 1
}
"$engine" build --tag sshr "$root"

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cp "$root/examples/photos/parrots.png" "$place/secret.png"
cp "$root/examples/photos/lighthouse.png" "$place/reference.png"
chmod 777 "$place"
inside() {
    "$engine" run --rm --network none --volume "$place:/work" --env SSHR_PASSPHRASE="a word for the check" sshr "$@"
}
inside conceal secret.png --reference reference.png -o stego.png
inside reveal stego.png --reference reference.png -o revealed.png
test -s "$place/revealed.png"
echo "the image sshr conceals and reveals"
