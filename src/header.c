/* SPDX-License-Identifier: Apache-2.0 */
#include <seccompc/output.h>

#include <ctype.h>

#include "arch.h"
#include "program.h"
#include "strbuf.h"

static void add_guard(struct scc_strbuf *out, const char *symbol)
{
    for (const char *c = symbol; *c; c++) {
        char upper = (char)toupper((unsigned char)*c);
        scc_strbuf_add_bytes(out, &upper, 1);
    }
    scc_strbuf_add(out, "_H");
}

char *scc_program_to_header(const scc_program *program, const scc_arch *arch, const char *symbol,
                            size_t *len_bytes)
{
    struct scc_strbuf out = {0};
    scc_strbuf_addf(&out,
                    "/* seccomp filter for %s, %zu instructions; made by seccompc " SCC_VERSION
                    ". */\n#ifndef ",
                    arch->name, program->count);
    add_guard(&out, symbol);
    scc_strbuf_add(&out, "\n#define ");
    add_guard(&out, symbol);
    scc_strbuf_addf(&out,
                    "\n\n#include <linux/filter.h>\n\n"
                    "#define %s_len %zu\n"
                    "static const struct sock_filter %s[%s_len] = {\n",
                    symbol, program->count, symbol, symbol);
    for (size_t i = 0; i < program->count; i++) {
        const struct sock_filter *insn = &program->insns[i];
        scc_strbuf_addf(&out, "    {0x%02x, %u, %u, 0x%08x},\n", insn->code, insn->jt, insn->jf,
                        insn->k);
    }
    scc_strbuf_add(&out, "};\n\n#endif\n");
    *len_bytes = out.len;
    return scc_strbuf_steal(&out);
}
