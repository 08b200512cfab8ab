/* SPDX-License-Identifier: Apache-2.0 */
#include "host.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "../kernel.h"
#include "native.h"

/** The release behind personality(2)'s UNAME26. */
static int read_true_release(char *release, size_t size)
{
    int fd = openat(AT_FDCWD, "/proc/sys/kernel/osrelease", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    ssize_t len = pread(fd, release, size - 1, 0);
    int saved = errno;
    close(fd);
    errno = saved;
    if (len < 0)
        return -1;
    release[len] = '\0';
    return 0;
}

/* strncmp() and strings would do, at the price of a page of the library's code and one of data. */
static bool is_2_6(const char *release)
{
    return release[0] == '2' && release[1] == '.' && release[2] == '6' && release[3] == '.';
}

/** The kernel's release. UNAME26 makes uname(2) answer 2.6.x: override_release(), kernel/sys.c. */
static int read_release(struct utsname *names)
{
    if (!is_2_6(names->release))
        return 0;
    int persona = personality(0xffffffff);
    if (persona < 0)
        return -1;
    return (persona & UNAME26) ? read_true_release(names->release, sizeof names->release) : 0;
}

enum scc_load_code scc_host_read(struct scc_load_host *host)
{
    struct utsname names;
    struct scc_kernel kernel;
    if (uname(&names) < 0 || read_release(&names) < 0)
        return SCC_LOAD_HOST;
    if (!scc_kernel_parse_release(names.release, &kernel)) {
        errno = 0;
        return SCC_LOAD_HOST;
    }
    *host = (struct scc_load_host){
        .arch = SCC_NATIVE_TOKEN,
        .own_arch = SCC_NATIVE_TOKEN,
        .kernel_major = kernel.major,
        .kernel_minor = kernel.minor,
    };
    if (!*SCC_KERNEL_MACHINE || strcmp(names.machine, SCC_KERNEL_MACHINE) == 0)
        host->arch = SCC_KERNEL_TOKEN;
    return SCC_LOAD_OK;
}
