// HMAC-SHA-1 for native.c; see sha1.c.

#ifndef LATCHKEY_SHA1_H
#define LATCHKEY_SHA1_H

#include <stddef.h>

#define SHA1_BYTES 20

// Gives the 20 bytes of a tag. RFC 2104. `tag` may be neither key nor message.
void hmacSha1(unsigned char *tag, const unsigned char *key, size_t keyLength, const unsigned char *message, size_t length);

#endif
