/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Gives a target the files of the folders and the files that are named, each once, in the order of
 * their names: the corpus as a test, with any compiler. A target that finds something ends the
 * process.
 */
#include <dirent.h>
#include <string.h>
#include <sys/stat.h>

#include "fuzz.h"

/** For targets that mutate by themselves; here nothing is mutated. */
/* NOLINTNEXTLINE(readability-non-const-parameter): as libFuzzer declares it */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size)
{
    (void)data, (void)max_size;
    return size;
}

static int replay_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    struct stat st;
    if (!file || fstat(fileno(file), &st) != 0) {
        perror(path);
        exit(3);
    }
    /* As many bytes as there are, so that a sanitizer sees one that is read behind them. */
    size_t size = (size_t)st.st_size;
    uint8_t *data = malloc(size ? size : 1);
    if (!data || fread(data, 1, size, file) != size) {
        perror(path);
        exit(3);
    }
    fclose(file);
    printf("%s\n", path);
    fflush(stdout);
    LLVMFuzzerTestOneInput(data, size);
    free(data);
    return 1;
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static int replay_folder(const char *path)
{
    struct dirent **entries;
    int count = scandir(path, &entries, is_visible, alphasort), replayed = 0;
    if (count < 0) {
        perror(path);
        exit(3);
    }
    for (int i = 0; i < count; i++) {
        char file[4096];
        snprintf(file, sizeof file, "%s/%s", path, entries[i]->d_name);
        replayed += replay_file(file);
        free(entries[i]);
    }
    free(entries);
    return replayed;
}

int main(int argc, char **argv)
{
    int replayed = 0;
    for (int i = 1; i < argc; i++) {
        struct stat st;
        if (stat(argv[i], &st) != 0) {
            perror(argv[i]);
            return 3;
        }
        replayed += S_ISDIR(st.st_mode) ? replay_folder(argv[i]) : replay_file(argv[i]);
    }
    if (replayed == 0) {
        fprintf(stderr, "usage: %s FILE|FOLDER...: nothing to replay\n", argv[0]);
        return 2;
    }
    printf("%d inputs\n", replayed);
    return 0;
}
