#!/bin/sh
# build_arm64.sh FOLDER PHONOND: builds the program for arm64 in a chroot in FOLDER, from Debian's packages for a cross compiler, and
# renders the examples with it under qemu. Do they have the bytes that PHONOND, built for this machine, gives them? Needs root,
# debootstrap and qemu-user-static, and takes minutes; what is in FOLDER already is used again.
set -eu
source=$(cd "$(dirname "$0")/../.." && pwd)
root=${1:?a folder for the chroot}
here=$(realpath "${2:?the program as built for this machine}")
# shellcheck disable=SC1091 # its list is used
. "$source/packages.sh"

[ -d "$root/etc" ] || debootstrap --variant=minbase bookworm "$root"
chroot "$root" dpkg --add-architecture arm64
chroot "$root" apt-get update -q
libraries=$(echo "$BUILD_PACKAGES" | tr -s ' ' '\n' | sed -n '/^libc6-dev$/d; s/-dev$/&:arm64/p')
# shellcheck disable=SC2086 # a list
DEBIAN_FRONTEND=noninteractive chroot "$root" apt-get install -q -y --no-install-recommends \
	make autoconf automake pkg-config gcc-aarch64-linux-gnu libc6-dev-arm64-cross $libraries
cp "$(command -v qemu-aarch64-static)" "$root/usr/bin/"

mkdir -p "$root/src"
tar c -C "$source" --exclude=.git --exclude=./build --exclude=node_modules . | tar x -C "$root/src"
chroot "$root" sh -eu <<'END'
export PKG_CONFIG_LIBDIR=/usr/lib/aarch64-linux-gnu/pkgconfig:/usr/share/pkgconfig
cd /src
./autogen.sh >/dev/null 2>&1
mkdir -p build-arm64
cd build-arm64
[ -f Makefile ] || ../configure --quiet --host=aarch64-linux-gnu --enable-werror
make -s -j "$(nproc)" phonond
END

equal=0
other=0
for program in "$source"/examples/*.ph; do
	name=$(basename "$program")
	chroot "$root" qemu-aarch64-static /src/build-arm64/phonond render -q --cycles 2 --subtype float_32 "/src/examples/$name" /there.wav
	"$here" render -q --cycles 2 --subtype float_32 "$program" "$root/here.wav"
	if cmp -s "$root/there.wav" "$root/here.wav"; then
		equal=$((equal + 1))
	else
		echo "$name has other bytes"
		other=$((other + 1))
	fi
done
echo "$equal examples have the same bytes, $other have others"
[ "$other" -eq 0 ]
