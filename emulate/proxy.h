/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One boot of one guest with one accelerator: emulate.c decides which. */
#ifndef EMULATE_PROXY_H
#define EMULATE_PROXY_H

#include "emulate/emulate.h"
#include "emulate/kernel.h"

/*
 * Boots @k under @accel ("kvm", "tcg"), runs the job, fills @ret. Gives up on
 * a guest that says no hello within @boot_ms. Returns as emulate_run().
 */
int proxy_boot(const struct emulate_job *job, const struct kernel *k, const char *accel,
	       uint64_t boot_ms, struct emulate_outcome *ret, struct err *e);

#endif
