// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * KVM where it works. A /dev/kvm that can be opened says little: nested or
 * restricted, it can hang a stock kernel early without a word. So the first
 * boot with it has a short time to say hello; what came of it is remembered
 * until the machine is booted again.
 */
#include "emulate/emulate.h"
#include "emulate/kernel.h"
#include "emulate/proxy.h"
#include "emulate/qemu.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/kvm.h>
#include <string.h>
#include <sys/ioctl.h>

#define VERDICTS     "build/guest"
#define VERDICT_FILE "kvm-verdict"
#define BOOT_ID	     "/proc/sys/kernel/random/boot_id"
#define KVM_BOOT_MS  10000
#define TCG_BOOT_MS  180000

static bool kvm_opens(char *why, size_t len)
{
	AUTO_CLOSE int fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);

	if (fd < 0) {
		snprintf(why, len, "/dev/kvm: %s", strerror(errno));
		return false;
	}
	if (ioctl(fd, KVM_GET_API_VERSION, 0) != KVM_API_VERSION) {
		snprintf(why, len, "/dev/kvm: another API version");
		return false;
	}
	snprintf(why, len, "/dev/kvm opens");
	return true;
}

/* "BOOT_ID works" or "BOOT_ID hangs", from an earlier try since the machine was booted. */
static bool kvm_failed_before(void)
{
	char id[64], verdict[128];

	return !file_read_line(BOOT_ID, id, sizeof(id)) &&
	       !file_read_line(VERDICTS "/" VERDICT_FILE, verdict, sizeof(verdict)) &&
	       !strncmp(verdict, id, strlen(id)) && strstr(verdict, " hangs");
}

static void remember_kvm(const char *word)
{
	AUTO_CLOSE int dir = open(VERDICTS, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char id[64], verdict[128];

	if (dir < 0 || file_read_line(BOOT_ID, id, sizeof(id)))
		return;
	snprintf(verdict, sizeof(verdict), "%s %s\n", id, word);
	file_write_atomic(dir, VERDICT_FILE, verdict, strlen(verdict));
}

bool emulate_kvm_usable(char *why, size_t len)
{
	if (!kvm_opens(why, len))
		return false;
	if (!kvm_failed_before())
		return true;
	snprintf(why, len, "/dev/kvm opens, but a guest did not come up with it");
	return false;
}

static bool wants_kvm(const struct emulate_job *job, char *why, size_t len)
{
	if (job->deterministic) {
		snprintf(why, len, "it can count instructions");
		return false;
	}
	if (qemu_wants_plugin(job)) {
		snprintf(why, len, "it can see stores");
		return false;
	}
	if (job->accel) {
		snprintf(why, len, "asked for");
		return !strcmp(job->accel, "kvm");
	}
	return emulate_kvm_usable(why, len);
}

int emulate_run(const struct emulate_job *job, struct emulate_outcome *ret, struct err *e)
{
	char path[PATH_MAX];
	struct kernel k;
	int r;

	memset(ret, 0, sizeof(*ret));
	ret->verdict = EMULATE_NO_START;
	r = kernel_resolve(job->kernel, job->modules, &k, e);
	if (!r)
		r = emulate_find_qemu(path, sizeof(path), ret->qemu, sizeof(ret->qemu), e);
	if (!r)
		r = emulate_clean(true, NULL, NULL, e);
	if (r)
		return r;
	if (!wants_kvm(job, ret->accel_why, sizeof(ret->accel_why)))
		return proxy_boot(job, &k, "tcg", TCG_BOOT_MS, ret, e);
	r = proxy_boot(job, &k, "kvm", KVM_BOOT_MS, ret, e);
	if (ret->verdict != EMULATE_NO_START || job->accel)
		return r;
	remember_kvm("hangs");
	snprintf(ret->accel_why, sizeof(ret->accel_why), "no guest came up under KVM in %d s",
		 KVM_BOOT_MS / 1000);
	return proxy_boot(job, &k, "tcg", TCG_BOOT_MS, ret, e);
}
