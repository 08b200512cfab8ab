# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2034 # what is not used here the others use
# The machines: what Debian calls its kernel, how qemu starts it, and which probes run on it.

machines="arm64 s390x ppc64el mips64el amd64 amd64-x32 armhf i386 mipsel"

# machine NAME: sets what is known of a machine; no success for one that is not in the table.
#   target    the architecture that seccompc compiles for
#   debian    the architecture of Debian whose archive has the kernel
#   image     the package that depends on the newest kernel
#   qemu      the emulator and its options; console: of the kernel's command line
#   probes    the ABIs, as seccompc names them, the kernel's own first
#   absent    the one of them that this kernel may not run
machine() {
    memory=512
    debian=$1
    absent=
    qemu_options="-vga none"
    case $1 in
    arm64)
        target=arm64 image=linux-image-arm64 probes="aarch64 arm"
        qemu=qemu-system-aarch64 qemu_options="-M virt -cpu cortex-a57"
        console="console=ttyAMA0"
        ;;
    s390x)
        target=s390x image=linux-image-s390x probes="s390x s390"
        qemu=qemu-system-s390x qemu_options="-M s390-ccw-virtio"
        console=""
        ;;
    ppc64el)
        target=ppc64le image=linux-image-powerpc64le probes="ppc64le"
        qemu=qemu-system-ppc64 qemu_options="-M pseries $qemu_options"
        console="console=hvc0" memory=1024
        ;;
    mips64el)
        target=mipsel64 image=linux-image-5kc-malta probes="mipsel64 mipsel64n32 mipsel"
        qemu=qemu-system-mips64el qemu_options="-M malta -cpu 5KEc $qemu_options"
        console="console=ttyS0"
        ;;
    amd64)
        target=amd64 image=linux-image-amd64 probes="x86_64 x86 x32" absent=x32
        qemu=qemu-system-x86_64 qemu_options="-M pc -cpu qemu64 $qemu_options"
        console="console=ttyS0 no_timer_check"
        ;;
    amd64-x32)
        target=amd64 debian=amd64 image=linux-image-amd64 probes="x86_64 x86 x32"
        qemu=qemu-system-x86_64 qemu_options="-M pc -cpu qemu64 $qemu_options"
        console="console=ttyS0 no_timer_check syscall.x32=y"
        ;;
    armhf)
        target=arm image=linux-image-armmp probes="arm"
        qemu=qemu-system-arm qemu_options="-M virt -cpu cortex-a15"
        console="console=ttyAMA0"
        ;;
    i386)
        target=386 image=linux-image-686-pae probes="x86"
        qemu=qemu-system-x86_64 qemu_options="-M pc -cpu qemu64 $qemu_options"
        console="console=ttyS0 no_timer_check"
        ;;
    mipsel)
        target=mipsel image=linux-image-4kc-malta probes="mipsel"
        qemu=qemu-system-mipsel qemu_options="-M malta -cpu 24Kf $qemu_options"
        console="console=ttyS0"
        ;;
    *) return 1 ;;
    esac
}

# compiler ABI: prints the compiler of an ABI's programs, with the options that choose it. Debian
# keeps the kernel's own headers of x86 and x32 where only x86_64's compiler looks.
compiler() {
    case $1 in
    aarch64) echo aarch64-linux-gnu-gcc-12 ;;
    arm) echo arm-linux-gnueabihf-gcc-12 ;;
    s390x) echo s390x-linux-gnu-gcc-12 ;;
    s390) echo s390x-linux-gnu-gcc-12 -m31 ;;
    ppc64le) echo powerpc64le-linux-gnu-gcc-12 ;;
    mipsel64) echo mips64el-linux-gnuabi64-gcc-12 ;;
    mipsel64n32) echo mips64el-linux-gnuabi64-gcc-12 -mabi=n32 ;;
    mipsel) echo mips64el-linux-gnuabi64-gcc-12 -mabi=32 -mips32r2 ;;
    x86_64) echo x86_64-linux-gnu-gcc-12 ;;
    x86) echo x86_64-linux-gnu-gcc-12 -m32 -idirafter /usr/include/x86_64-linux-gnu ;;
    x32) echo x86_64-linux-gnu-gcc-12 -mx32 -idirafter /usr/include/x86_64-linux-gnu ;;
    esac
}
