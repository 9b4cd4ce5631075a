// What lwIP asks of a system, on the desk: desk.c is one thread, threads.c has lwIP's own.
// Why: lwIP includes this file in place of a board's.
// Specification: lwip/sys.h; sys_thread_tcpip is ESP-IDF's, by which a board knows that lwIP runs.

#ifndef LATCHKEY_DESK_SYS_ARCH
#define LATCHKEY_DESK_SYS_ARCH

#include <stdbool.h>
#include <stddef.h>

typedef struct deskSemaphore *sys_sem_t;
typedef struct deskMutex *sys_mutex_t;
typedef struct deskMailbox *sys_mbox_t;
typedef int sys_thread_t;
typedef int sys_prot_t;

#define sys_sem_valid(sem) (*(sem) != NULL)
#define sys_sem_set_invalid(sem) (*(sem) = NULL)
#define sys_mutex_valid(mutex) (*(mutex) != NULL)
#define sys_mutex_set_invalid(mutex) (*(mutex) = NULL)
#define sys_mbox_valid(mailbox) (*(mailbox) != NULL)
#define sys_mbox_set_invalid(mailbox) (*(mailbox) = NULL)

typedef enum { LWIP_CORE_IS_TCPIP_INITIALIZED } sys_thread_core_lock_t;

bool sys_thread_tcpip(sys_thread_core_lock_t type);

#endif
