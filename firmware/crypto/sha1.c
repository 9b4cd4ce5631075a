// SHA-1, and HMAC with it: what one-time codes of authenticator apps are made of, and nothing else may use.
// Why: libsodium has no SHA-1. noble's HMAC costs 4.6 million instructions on rv32, this one 37,000; and noble writes to an
// array that it makes at load, which lies in flash once its module is preloaded.
// Follows FIPS 180-4 §6.1.2 and RFC 2104. No branch and no address depends on a secret.

#include "sha1.h"

#include <stdint.h>

#include <sodium.h>

#define SHA1_BLOCK 64
#define SHA1_LENGTH_AT 56

typedef struct {
	uint32_t hash[5];
	unsigned char block[SHA1_BLOCK];
	uint64_t length;
} Sha1;

static uint32_t rotate(uint32_t word, int bits)
{
	return (word << bits) | (word >> (32 - bits));
}

static void sha1Block(Sha1 *state)
{
	uint32_t w[80];
	for (int t = 0; t < 16; t++) {
		const unsigned char *byte = state->block + 4 * t;
		w[t] = (uint32_t)byte[0] << 24 | (uint32_t)byte[1] << 16 | (uint32_t)byte[2] << 8 | byte[3];
	}
	for (int t = 16; t < 80; t++)
		w[t] = rotate(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);
	uint32_t a = state->hash[0], b = state->hash[1], c = state->hash[2], d = state->hash[3], e = state->hash[4];
	for (int t = 0; t < 80; t++) {
		uint32_t mixed;
		if (t < 20)
			mixed = ((b & c) ^ (~b & d)) + 0x5a827999;
		else if (t < 40)
			mixed = (b ^ c ^ d) + 0x6ed9eba1;
		else if (t < 60)
			mixed = ((b & c) ^ (b & d) ^ (c & d)) + 0x8f1bbcdc;
		else
			mixed = (b ^ c ^ d) + 0xca62c1d6;
		const uint32_t next = rotate(a, 5) + mixed + e + w[t];
		e = d;
		d = c;
		c = rotate(b, 30);
		b = a;
		a = next;
	}
	state->hash[0] += a;
	state->hash[1] += b;
	state->hash[2] += c;
	state->hash[3] += d;
	state->hash[4] += e;
	sodium_memzero(w, sizeof w);
}

static void sha1Init(Sha1 *state)
{
	static const Sha1 start = { .hash = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0 } };
	*state = start;
}

static void sha1Update(Sha1 *state, const unsigned char *bytes, size_t length)
{
	for (size_t index = 0; index < length; index++) {
		state->block[state->length++ % SHA1_BLOCK] = bytes[index];
		if (state->length % SHA1_BLOCK == 0)
			sha1Block(state);
	}
}

// The message ends in a one bit, zeros, and its length in bits, big-endian, in the last eight bytes of a block.
static void sha1Final(Sha1 *state, unsigned char *hash)
{
	static const unsigned char one = 0x80, zero = 0;
	unsigned char bits[8];
	for (int index = 0; index < 8; index++)
		bits[index] = (unsigned char)((state->length * 8) >> (56 - 8 * index));
	sha1Update(state, &one, 1);
	while (state->length % SHA1_BLOCK != SHA1_LENGTH_AT)
		sha1Update(state, &zero, 1);
	sha1Update(state, bits, sizeof bits);
	for (int index = 0; index < SHA1_BYTES; index++)
		hash[index] = (unsigned char)(state->hash[index / 4] >> (24 - 8 * (index % 4)));
	sodium_memzero(state, sizeof *state);
}

// RFC 2104: H(K ^ opad, H(K ^ ipad, message)), with a key of zeros behind it or hashed to fit a block.
void hmacSha1(unsigned char *tag, const unsigned char *key, size_t keyLength, const unsigned char *message, size_t length)
{
	Sha1 state;
	unsigned char pad[SHA1_BLOCK] = { 0 };
	if (keyLength > SHA1_BLOCK) {
		sha1Init(&state);
		sha1Update(&state, key, keyLength);
		sha1Final(&state, pad);
	} else {
		for (size_t index = 0; index < keyLength; index++)
			pad[index] = key[index];
	}
	for (int index = 0; index < SHA1_BLOCK; index++)
		pad[index] ^= 0x36;
	sha1Init(&state);
	sha1Update(&state, pad, sizeof pad);
	sha1Update(&state, message, length);
	sha1Final(&state, tag);
	for (int index = 0; index < SHA1_BLOCK; index++)
		pad[index] ^= 0x36 ^ 0x5c;
	sha1Init(&state);
	sha1Update(&state, pad, sizeof pad);
	sha1Update(&state, tag, SHA1_BYTES);
	sha1Final(&state, tag);
	sodium_memzero(pad, sizeof pad);
}
