// lwIP's options on the desk: those of ESP-IDF v6.0 and of the SDK's configuration for an ESP32-S3, as far as TCP and UDP need them.
// Why: firmware/io/tcplinks.c and udpqueues.c are tried over lwIP itself, and what strangers can do to it depends on these numbers.
// Follows components/lwip/port/include/lwipopts.h of ESP-IDF, and xsProj-esp32s3/sdkconfig.defaults of the Moddable SDK 8.2.3.
// With LATCHKEY_THREADS lwIP has its own thread, as on a board; without, one thread is all of it, and it stands under a lock that is
// looked at, not waited for: so a run can be repeated.

#ifndef LATCHKEY_DESK_LWIPOPTS
#define LATCHKEY_DESK_LWIPOPTS

#define NO_SYS 0
#define SYS_LIGHTWEIGHT_PROT 1
#define LWIP_NETCONN 0
#define LWIP_SOCKET 0

// From the heap and without a bound, as in ESP-IDF: a number of MEMP_NUM_TCP_PCB counts for nothing there. A test can have it short.
#include <stddef.h>
#define MEM_LIBC_MALLOC 1
#define mem_clib_malloc deskAllocate
#define mem_clib_calloc deskAllocateZeros
void *deskAllocate(size_t bytes);
void *deskAllocateZeros(size_t count, size_t bytes);
#define MEMP_MEM_MALLOC 1
#define MEM_ALIGNMENT 8

#define LWIP_IPV4 1
#define LWIP_IPV6 0
#define LWIP_ARP 0
#define LWIP_ETHERNET 0
#define LWIP_UDP 1
#define LWIP_IGMP 1
#define LWIP_DNS 0
#define LWIP_DHCP 0
#define LWIP_RAW 0
#define LWIP_ICMP 0
#define IP_REASSEMBLY 0
#define LWIP_STATS 0
#define LWIP_HAVE_LOOPIF 0
#define LWIP_NETIF_LOOPBACK 0

#define LWIP_TCP 1
#define TCP_MSS 1436
#define TCP_WND 5744
#define TCP_SND_BUF 5744
#define TCP_SYNMAXRTX 6
#define TCP_MAXRTX 12
// As firmware/io/sdkconfig/radio.conf has it.
#define TCP_QUEUE_OOSEQ 0
#define TCP_OVERSIZE TCP_MSS
#define TCP_LISTEN_BACKLOG 1
#define TCP_MSL 60000
#define SO_REUSE 1

// lwIP's number by which a host draws its first sequence numbers; the desk's are the same in each run.
#define LWIP_RAND() (deskDraw())
unsigned int deskDraw(void);

#define TCPIP_MBOX_SIZE 32
#define TCPIP_THREAD_STACKSIZE 0
#define TCPIP_THREAD_PRIO 0
#ifdef LATCHKEY_THREADS
	#define LWIP_TCPIP_CORE_LOCKING 0
#else
	#define LWIP_TCPIP_CORE_LOCKING 1
#endif
// Whoever touches lwIP from elsewhere than its thread ends the run.
#define LWIP_ASSERT_CORE_LOCKED() deskCheckThread()
void deskCheckThread(void);
#define LWIP_MARK_TCPIP_THREAD() deskMarkThread()
void deskMarkThread(void);

#endif
