// A disk that fails on order: preloaded into rota, it counts what is done to files below one folder, and at a chosen
// number kills the process, refuses (a full disk, a broken one), or writes half. It also writes down what reached which
// file when, so that a power loss can be played afterwards. Settings are in the environment, see `shim()` in lab.py.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define FILES 4096
static char names[FILES][512];
static const char *folder;
static size_t folderLength;
static volatile uint64_t *tally;
static uint64_t own, killAt, failFrom, failTimes = 1;
static int failure, tears, book = -1;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

#define REAL(name) ((__typeof__(&name))real(#name))
static void *real(const char *name) { return dlsym(RTLD_NEXT, name); }

__attribute__((constructor)) static void begin(void) {
  folder = getenv("SHIM_FOLDER");
  folderLength = folder ? strlen(folder) : 0;
  const char *text;
  if ((text = getenv("SHIM_KILL"))) killAt = strtoull(text, 0, 10);
  if ((text = getenv("SHIM_FAIL"))) sscanf(text, "%lu:%d:%lu", &failFrom, &failure, &failTimes);
  tears = getenv("SHIM_TEAR") != NULL;
  tally = &own;
  if ((text = getenv("SHIM_TALLY"))) {
    int file = REAL(open)(text, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (REAL(ftruncate)(file, 8)) abort();
    tally = mmap(0, 8, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    REAL(close)(file);
  }
  if ((text = getenv("SHIM_BOOK"))) book = REAL(open)(text, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

// What was named from the working folder, whole.
static const char *whole(const char *path, char *room) {
  if (!path || path[0] == '/') return path;
  if (!getcwd(room, 256)) return path;
  size_t length = strlen(room);
  snprintf(room + length, 512 - length, "/%s", path);
  return room;
}
static int isOurs(const char *path) { return folder && path && strncmp(path, folder, folderLength) == 0; }
static const char *name(int file) { return file >= 0 && file < FILES && names[file][0] ? names[file] : NULL; }
// What only lives as long as its processes is no disk's business.
static int isVolatile(const char *path) {
  size_t length = strlen(path);
  return length > 4 && strcmp(path + length - 4, "-shm") == 0;
}

// One line and the bytes: `kind offset length path`.
static void note(const char *kind, const char *path, uint64_t offset, const void *bytes, size_t length) {
  if (book < 0 || isVolatile(path)) return;
  char head[700];
  int size = snprintf(head, sizeof head, "%s %lu %lu %s\n", kind, offset, length, path);
  struct iovec parts[2] = {{head, size}, {(void *)bytes, bytes ? length : 0}};
  pthread_mutex_lock(&lock);
  if (REAL(writev)(book, parts, bytes ? 2 : 1) < 0) abort();
  pthread_mutex_unlock(&lock);
}

// Counts one step. 0: do it; 1: it is the one to fail; 2: the last one of this process, to be done by half.
static int step(const char *path, int canFail) {
  if (isVolatile(path)) return 0;
  uint64_t number = __sync_add_and_fetch(tally, 1);
  if (killAt && number == killAt) {
    if (tears && canFail) return 2;
    kill(getpid(), SIGKILL);
    pause();
  }
  if (failFrom && canFail && number >= failFrom && number - failFrom < failTimes) return errno = failure, 1;
  return 0;
}
static void die(void) { kill(getpid(), SIGKILL); pause(); }

static int opened(int file, const char *path, int flags) {
  if (file < 0 || file >= FILES) return file;
  names[file][0] = 0;
  if (isOurs(path)) snprintf(names[file], sizeof names[file], "%s", path);
  if (name(file) && (flags & O_TRUNC)) note("truncate", path, 0, NULL, 0);
  return file;
}

#define OPEN(symbol) \
  int symbol(const char *path, int flags, ...) { \
    va_list list; va_start(list, flags); \
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(list, mode_t) : 0; va_end(list); \
    char room[512]; path = whole(path, room); \
    int makes = isOurs(path) && (flags & O_CREAT) && access(path, F_OK) != 0; \
    if (makes) { int what = step(path, 1); if (what == 1) return -1; if (what == 2) die(); } \
    int file = REAL(symbol)(path, flags, mode); \
    if (file >= 0 && makes) note("create", path, 0, NULL, 0); \
    return opened(file, path, flags); \
  }
OPEN(open)
OPEN(open64)

int openat(int base, const char *path, int flags, ...) {
  va_list list; va_start(list, flags);
  mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(list, mode_t) : 0; va_end(list);
  char room[512];
  if (base == AT_FDCWD) path = whole(path, room);
  int makes = isOurs(path) && (flags & O_CREAT) && access(path, F_OK) != 0;
  if (makes) { int what = step(path, 1); if (what == 1) return -1; if (what == 2) die(); }
  int file = REAL(openat)(base, path, flags, mode);
  if (file >= 0 && makes) note("create", path, 0, NULL, 0);
  return opened(file, path, flags);
}

int close(int file) {
  if (file >= 0 && file < FILES) names[file][0] = 0;
  return REAL(close)(file);
}

#define PWRITE(symbol) \
  ssize_t symbol(int file, const void *bytes, size_t length, off64_t offset) { \
    const char *path = name(file); \
    if (!path) return REAL(symbol)(file, bytes, length, offset); \
    int what = step(path, 1); \
    if (what == 1) return -1; \
    if (what == 2) { if (REAL(symbol)(file, bytes, length / 2, offset)) {} die(); } \
    note("write", path, offset, bytes, length); \
    return REAL(symbol)(file, bytes, length, offset); \
  }
PWRITE(pwrite)
PWRITE(pwrite64)

ssize_t write(int file, const void *bytes, size_t length) {
  const char *path = name(file);
  if (!path) return REAL(write)(file, bytes, length);
  int what = step(path, 1);
  if (what == 1) return -1;
  if (what == 2) { if (REAL(write)(file, bytes, length / 2)) {} die(); }
  off_t offset = fcntl(file, F_GETFL) & O_APPEND ? lseek(file, 0, SEEK_END) : lseek(file, 0, SEEK_CUR);
  note("write", path, offset, bytes, length);
  return REAL(write)(file, bytes, length);
}

#define TRUNCATE(symbol) \
  int symbol(int file, off64_t length) { \
    const char *path = name(file); \
    if (!path) return REAL(symbol)(file, length); \
    int what = step(path, 0); \
    (void)what; \
    note("truncate", path, length, NULL, 0); \
    return REAL(symbol)(file, length); \
  }
TRUNCATE(ftruncate)
TRUNCATE(ftruncate64)

#define SYNC(symbol) \
  int symbol(int file) { \
    const char *path = name(file); \
    if (!path) return REAL(symbol)(file); \
    if (step(path, 0) == 1) return -1; \
    note("sync", path, 0, NULL, 0); \
    return REAL(symbol)(file); \
  }
SYNC(fsync)
SYNC(fdatasync)

int rename(const char *from, const char *to) {
  char room[512], second[512];
  from = whole(from, room), to = whole(to, second);
  if (isOurs(to)) {
    if (step(to, 0) == 1) return -1;
    char both[1100];
    snprintf(both, sizeof both, "%s\t%s", from, to);
    note("rename", both, 0, NULL, 0);
  }
  return REAL(rename)(from, to);
}

int unlink(const char *path) {
  char room[512];
  path = whole(path, room);
  if (isOurs(path)) {
    if (step(path, 0) == 1) return -1;
    note("unlink", path, 0, NULL, 0);
  }
  return REAL(unlink)(path);
}
