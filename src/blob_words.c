/* SPDX-License-Identifier: Apache-2.0 */
#include "blob_words.h"

#include <string.h>

#include "action.h"
#include "arch.h"
#include "capability.h"
#include "load/seal.h"

enum {
    CAP_BITS = 64,
    NAMED_MAX = 3, /* so many capabilities that must be absent are told by name */
};

/** The name behind "CAP_", or in @p number where this version knows none. */
static const char *short_cap_name(unsigned bit, char number[8])
{
    const char *name = scc_cap_name(bit);
    if (name)
        return name + strlen("CAP_");
    snprintf(number, 8, "#%u", bit);
    return number;
}

void scc_blob_add_caps(struct scc_strbuf *out, uint64_t caps)
{
    const char *separator = "{";
    for (unsigned bit = 0; bit < CAP_BITS; bit++) {
        char number[8];
        if (!(caps >> bit & 1))
            continue;
        scc_strbuf_addf(out, "%s%s", separator, short_cap_name(bit, number));
        separator = ", ";
    }
    scc_strbuf_add(out, "}");
}

static void add_kernels(struct scc_strbuf *out, const struct scc_blob_condition *condition)
{
    bool has_from = condition->from_major || condition->from_minor;
    if (!has_from && !condition->has_until)
        scc_strbuf_add(out, "every kernel");
    else if (!has_from)
        scc_strbuf_addf(out, "kernels before %u.%u", condition->until_major,
                        condition->until_minor);
    else
        scc_strbuf_addf(out, "kernels from %u.%u", condition->from_major, condition->from_minor);
    if (has_from && condition->has_until)
        scc_strbuf_addf(out, " to before %u.%u", condition->until_major, condition->until_minor);
    else if (has_from)
        scc_strbuf_add(out, " on");
}

/** Capabilities that must not be there: the few by name, the many by number. */
static void add_absent(struct scc_strbuf *out, uint64_t caps, bool has_others)
{
    unsigned count = (unsigned)__builtin_popcountll(caps);
    scc_strbuf_add(out, "none of ");
    if (count <= NAMED_MAX)
        scc_blob_add_caps(out, caps);
    else
        scc_strbuf_addf(out, "the %u %s that the profile names", count,
                        has_others ? "others" : "capabilities");
}

void scc_blob_add_condition(struct scc_strbuf *out, const struct scc_blob_condition *condition)
{
    uint64_t absent = condition->caps_mask & ~condition->caps_value;
    if (!condition->caps_mask)
        scc_strbuf_add(out, "for every bounding set");
    else
        scc_strbuf_add(out, "with ");
    if (condition->caps_value)
        scc_blob_add_caps(out, condition->caps_value);
    if (condition->caps_value && absent)
        scc_strbuf_add(out, " and ");
    if (absent)
        add_absent(out, absent, condition->caps_value != 0);
    scc_strbuf_add(out, ", ");
    add_kernels(out, condition);
}

/** The name of one of SCC_SEAL_FLAGS. */
static const char *flag_name(uint32_t flag)
{
    const char *name;
    uint32_t bit;
    for (unsigned i = 0; (name = scc_flag_at(i, &bit)) != NULL; i++) {
        if (bit == flag)
            return name;
    }
    return "SECCOMP_FILTER_FLAG_NEW_LISTENER"; /* the one that profiles do not name */
}

/** Takes the lowest flag out of @p flags, which are not 0. */
static uint32_t take_flag(uint32_t *flags)
{
    uint32_t flag = *flags & -*flags;
    *flags &= ~flag;
    return flag;
}

void scc_blob_add_flags(struct scc_strbuf *out, uint32_t flags)
{
    if (!flags)
        scc_strbuf_add(out, "none");
    while (flags) {
        scc_strbuf_add(out, flag_name(take_flag(&flags)) + strlen("SECCOMP_FILTER_FLAG_"));
        scc_strbuf_add(out, flags ? ", " : "");
    }
}

void scc_blob_add_entry(struct scc_strbuf *out, const struct scc_blob_entry *entry)
{
    scc_strbuf_addf(out, "%s ", scc_arch_docker_name(entry->arch));
    scc_blob_add_condition(out, &entry->condition);
}

static void put_caps(struct scc_json_build *json, cJSON *object, const char *key, uint64_t caps)
{
    cJSON *list = scc_json_put_array(json, object, key);
    for (unsigned bit = 0; bit < CAP_BITS; bit++) {
        char number[8], name[48];
        if (!(caps >> bit & 1))
            continue;
        snprintf(name, sizeof name, "CAP_%s", short_cap_name(bit, number));
        scc_json_put_text(json, list, NULL, name);
    }
}

static void put_kernel(struct scc_json_build *json, cJSON *object, const char *key, unsigned major,
                       unsigned minor)
{
    char release[24];
    snprintf(release, sizeof release, "%u.%u", major, minor);
    scc_json_put_text(json, object, key, release);
}

void scc_blob_put_condition(struct scc_json_build *json, cJSON *object,
                            const struct scc_blob_condition *condition)
{
    put_caps(json, object, "capabilityMask", condition->caps_mask);
    put_caps(json, object, "capabilityValue", condition->caps_value);
    put_kernel(json, object, "kernelFrom", condition->from_major, condition->from_minor);
    if (condition->has_until)
        put_kernel(json, object, "kernelBefore", condition->until_major, condition->until_minor);
    else
        scc_json_put_text(json, object, "kernelBefore", NULL);
}

void scc_blob_put_flags(struct scc_json_build *json, cJSON *object, const char *key, uint32_t flags)
{
    cJSON *list = scc_json_put_array(json, object, key);
    while (flags)
        scc_json_put_text(json, list, NULL, flag_name(take_flag(&flags)));
}
