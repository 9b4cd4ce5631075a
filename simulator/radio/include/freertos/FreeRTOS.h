// FreeRTOS as far as firmware/io uses it, on the desk: a critical section is a mutex.
// Why: gattlinks.c is compiled unchanged, and a checker of threads sees what it guards.
// Specification: the ESP-IDF's documentation of portMUX_TYPE.

#ifndef LATCHKEY_DESK_FREERTOS
#define LATCHKEY_DESK_FREERTOS

#if defined(__linux__)
	#include <pthread.h>
	typedef pthread_mutex_t portMUX_TYPE;
	#define portMUX_INITIALIZER_UNLOCKED PTHREAD_MUTEX_INITIALIZER
	#define portENTER_CRITICAL(mutex) pthread_mutex_lock(mutex)
	#define portEXIT_CRITICAL(mutex) pthread_mutex_unlock(mutex)
#else
	// A bare rv32 has one thread.
	typedef int portMUX_TYPE;
	#define portMUX_INITIALIZER_UNLOCKED 0
	#define portENTER_CRITICAL(mutex) ((void)(mutex))
	#define portEXIT_CRITICAL(mutex) ((void)(mutex))
#endif

#endif
