/* SPDX-License-Identifier: Apache-2.0 */
#include <seccompc/load.h>

#include "seal.h"

const char *scc_load_text(int code)
{
    const char *seal_text = scc_seal_text(code);
    if (seal_text)
        return seal_text;
    switch (code) {
    case SCC_LOAD_OK:
        return "done";
    case SCC_LOAD_ARGUMENT:
        return "a parameter is missing, or an option does not exist";
    case SCC_LOAD_OPEN:
        return "the file cannot be opened";
    case SCC_LOAD_SYMLINK:
        return "the path ends in a symbolic link, expected the file itself";
    case SCC_LOAD_STAT:
        return "the file cannot be looked at";
    case SCC_LOAD_NOT_REGULAR:
        return "not a regular file";
    case SCC_LOAD_OWNER:
        return "the file's owner is neither root nor this user";
    case SCC_LOAD_WRITABLE:
        return "group or others may write to the file";
    case SCC_LOAD_TOO_LARGE:
        return "the file is larger than a blob can be";
    case SCC_LOAD_MEMORY:
        return "no memory for the file";
    case SCC_LOAD_READ:
        return "the file cannot be read";
    case SCC_LOAD_CHANGED:
        return "the file changed its size while it was read";
    case SCC_LOAD_UNALIGNED:
        return "the blob in memory does not start at a multiple of 8";
    case SCC_LOAD_HOST:
        return "the running kernel's release cannot be found out";
    case SCC_LOAD_BOUNDING_SET:
        return "the capability bounding set cannot be read";
    case SCC_LOAD_NO_ARCH:
        return "the blob has no program for this architecture";
    case SCC_LOAD_NO_KERNEL:
        return "the blob has no program for the running kernel";
    case SCC_LOAD_NO_CAPS:
        return "the blob has no program for this capability set";
    case SCC_LOAD_PROGRAM:
        return "the program breaks the kernel's rules for programs";
    case SCC_LOAD_BYTE_ORDER:
        return "the program is for machines of the other byte order";
    case SCC_LOAD_LISTENER_UNWANTED:
        return "the program wants a listener, and the caller does not take one";
    case SCC_LOAD_NO_NEW_PRIVS:
        return "NO_NEW_PRIVS cannot be set";
    case SCC_LOAD_PRIVILEGE:
        return "a filter needs NO_NEW_PRIVS or CAP_SYS_ADMIN";
    case SCC_LOAD_NO_SECCOMP:
        return "the kernel has no seccomp filters";
    case SCC_LOAD_KERNEL_FLAGS:
        return "the kernel lacks one of the filter's flags, or seccomp filters altogether";
    case SCC_LOAD_LISTENER_BUSY:
        return "the process has a listener already";
    case SCC_LOAD_KERNEL_MEMORY:
        return "the kernel has no memory or no room for one more filter";
    case SCC_LOAD_THREAD:
        return "a thread could not be brought under the filter";
    case SCC_LOAD_INSTALL:
        return "the kernel refuses the filter";
    default:
        return "no code of this library";
    }
}
