/* SPDX-License-Identifier: Apache-2.0 */
/** Starts of containers as text of several kinds. Without memory, @p out remembers it. */
#ifndef BENCH_WRITE_STARTS_H
#define BENCH_WRITE_STARTS_H

#include "starts.h"
#include "strbuf.h"

/** Tables in Markdown, padded so that they read well as they are, and what they come to. */
void start_write_markdown(struct scc_strbuf *out, const struct start_report *report);

/** RFC 4180: a line for each runtime, mode and variant. */
void start_write_csv(struct scc_strbuf *out, const struct start_report *report);

void start_write_json(struct scc_strbuf *out, const struct start_report *report);

/** Bars of medians, with a line from the least to the 95th percentile. */
void start_write_svg(struct scc_strbuf *out, const struct start_report *report);

/** One line: machine, kernel, runtimes, libseccomp. */
void start_write_conditions(struct scc_strbuf *out, const struct start_report *report);

#endif
