/* SPDX-License-Identifier: Apache-2.0 */
/** A report as text of several kinds. Without memory, @p out remembers it. */
#ifndef BENCH_WRITE_H
#define BENCH_WRITE_H

#include "figures.h"
#include "strbuf.h"

/** Tables in Markdown, padded so that they read well as they are. */
void bench_write_markdown(struct scc_strbuf *out, const struct bench_report *report);

/** RFC 4180: a line for each profile, target and subject; a field is empty where nothing is. */
void bench_write_csv(struct scc_strbuf *out, const struct bench_report *report);

void bench_write_json(struct scc_strbuf *out, const struct bench_report *report);

/** Bars, for light and dark backgrounds. */
void bench_write_svg(struct scc_strbuf *out, const struct bench_report *report);

/** One line: machine, kernel, libseccomp, rounds. */
void bench_write_conditions(struct scc_strbuf *out, const struct bench_report *report);

#endif
