// libsodium as host functions of XS: the C side of native.ts, compiled unchanged for a board, the desk and rv32.
// Why: in JavaScript one Ed25519 verification costs the chip fifty times as much, and its time can leak the secret.
// Follows crypto.ts. Each function checks the type and the length of all that it is given.
//
// A result is an ArrayBuffer, true or false; `undefined` says that an argument had the wrong type or length, or that the
// library is not the one of the headers, and native.ts makes that Fault crypto.size. XS moves its chunks when it allocates:
// an address is taken after the last allocation before its use. sodium_init is never called: all of this works without, and
// a bare rv32 cannot run it.

#include <stdint.h>
#include <string.h>

#include <sodium.h>

#include "sha1.h"
#include "xsmc.h"

#if defined(ESP32)
	#include "bootloader_random.h"
	#include "esp_random.h"
	#include "sdkconfig.h"
	#if CONFIG_LIBSODIUM_USE_MBEDTLS_SHA
		#error "libsodium must hash by itself: its states have other lengths otherwise (firmware/io/sdkconfig/every.conf)"
	#endif
#endif

_Static_assert(sizeof(crypto_hash_sha256_state) == 104, "the headers are not those of a libsodium that hashes by itself");

#define VIEWS_MAX 4
#define KEY 32
#define ANY INT32_MAX

// The lengths that an argument may have.
typedef struct {
	xsUnsignedValue least;
	xsUnsignedValue most;
} Bounds;

typedef struct {
	unsigned char *bytes;
	xsUnsignedValue length;
} View;

// Whether the arguments are `count` typed arrays. A Proxy's trap may run JavaScript here, so no address is taken yet.
static int areViews(xsMachine *the, int count)
{
	if (xsmcArgc != count)
		return 0;
	for (int index = 0; index < count; index++) {
		if (xsmcTypeOf(xsArg(index)) != xsReferenceType || !xsmcIsInstanceOf(xsArg(index), xsTypedArrayPrototype))
			return 0;
	}
	return 1;
}

// Takes the addresses and checks the lengths. What XS throws at (elements wider than a byte, a detached buffer, a view
// that its buffer has shrunk under, a buffer in flash that is to be written) gives 0 here.
static int takeViews(xsMachine *the, View *views, const Bounds *bounds, int count, int isWritten)
{
	volatile int isGood = 0;
	xsTry {
		int index = 0;
		for (; index < count; index++) {
			void *bytes = NULL;
			xsUnsignedValue length = 0;
			if (isWritten)
				xsmcGetBufferWritable(xsArg(index), &bytes, &length);
			else
				xsmcGetBufferReadable(xsArg(index), &bytes, &length);
			if (length < bounds[index].least || length > bounds[index].most)
				break;
			views[index].bytes = bytes;
			views[index].length = length;
		}
		isGood = index == count;
	}
	xsCatch {
		isGood = 0;
	}
	return isGood;
}

static int readViews(xsMachine *the, View *views, const Bounds *bounds, int count)
{
	return areViews(the, count) && takeViews(the, views, bounds, count, 0);
}

static int writeView(xsMachine *the, View *view)
{
	static const Bounds bounds[] = { { 0, ANY } };
	return areViews(the, 1) && takeViews(the, view, bounds, 1, 1);
}

// Whether the library was compiled with the states of the headers here; one with longer ones would write behind those on the stack.
static int isOneLibrary(void)
{
	return crypto_hash_sha256_statebytes() == sizeof(crypto_hash_sha256_state) &&
		crypto_auth_hmacsha256_statebytes() == sizeof(crypto_auth_hmacsha256_state);
}

// (message): 32 bytes
void xs_latchkey_sha256(xsMachine *the)
{
	static const Bounds bounds[] = { { 0, ANY } };
	View views[1];
	unsigned char hash[crypto_hash_sha256_BYTES];
	if (!readViews(the, views, bounds, 1))
		return;
	if (crypto_hash_sha256(hash, views[0].bytes, views[0].length) != 0)
		return;
	xsmcSetArrayBuffer(xsResult, hash, sizeof hash);
}

// (): the state of a SHA-256 that has seen nothing. It lives in a buffer of native.ts, which hands it to nobody; whatever its
// bytes are, no address is made of them, and the count inside is only ever used modulo a block.
void xs_latchkey_sha256_start(xsMachine *the)
{
	crypto_hash_sha256_state state;
	memset(&state, 0, sizeof state);
	if (!isOneLibrary() || crypto_hash_sha256_init(&state) != 0)
		return;
	xsmcSetArrayBuffer(xsResult, &state, sizeof state);
}

#define SHA256_STATE { sizeof(crypto_hash_sha256_state), sizeof(crypto_hash_sha256_state) }

// (state, piece): true. A buffer need not be aligned as the state must be, so a copy is worked on.
void xs_latchkey_sha256_update(xsMachine *the)
{
	static const Bounds bounds[] = { SHA256_STATE, { 0, ANY } };
	View views[2];
	crypto_hash_sha256_state state;
	if (!readViews(the, views, bounds, 2))
		return;
	memcpy(&state, views[0].bytes, sizeof state);
	if (crypto_hash_sha256_update(&state, views[1].bytes, views[1].length) != 0)
		return;
	memcpy(views[0].bytes, &state, sizeof state);
	xsmcSetTrue(xsResult);
}

// (state): 32 bytes
void xs_latchkey_sha256_finish(xsMachine *the)
{
	static const Bounds bounds[] = { SHA256_STATE };
	View views[1];
	crypto_hash_sha256_state state;
	unsigned char hash[crypto_hash_sha256_BYTES];
	if (!readViews(the, views, bounds, 1))
		return;
	memcpy(&state, views[0].bytes, sizeof state);
	if (crypto_hash_sha256_final(&state, hash) != 0)
		return;
	xsmcSetArrayBuffer(xsResult, hash, sizeof hash);
}

// (message): 64 bytes
void xs_latchkey_sha512(xsMachine *the)
{
	static const Bounds bounds[] = { { 0, ANY } };
	View views[1];
	unsigned char hash[crypto_hash_sha512_BYTES];
	if (!readViews(the, views, bounds, 1))
		return;
	if (crypto_hash_sha512(hash, views[0].bytes, views[0].length) != 0)
		return;
	xsmcSetArrayBuffer(xsResult, hash, sizeof hash);
}

// (key, message): 32 bytes
void xs_latchkey_hmac_sha256(xsMachine *the)
{
	static const Bounds bounds[] = { { 0, ANY }, { 0, ANY } };
	View views[2];
	unsigned char tag[crypto_auth_hmacsha256_BYTES];
	crypto_auth_hmacsha256_state state;
	if (!isOneLibrary() || !readViews(the, views, bounds, 2))
		return;
	const int isDone = crypto_auth_hmacsha256_init(&state, views[0].bytes, views[0].length) == 0 &&
		crypto_auth_hmacsha256_update(&state, views[1].bytes, views[1].length) == 0 &&
		crypto_auth_hmacsha256_final(&state, tag) == 0;
	sodium_memzero(&state, sizeof state);
	if (isDone)
		xsmcSetArrayBuffer(xsResult, tag, sizeof tag);
	sodium_memzero(tag, sizeof tag);
}

// (key, message): 20 bytes
void xs_latchkey_hmac_sha1(xsMachine *the)
{
	static const Bounds bounds[] = { { 0, ANY }, { 0, ANY } };
	View views[2];
	unsigned char tag[SHA1_BYTES];
	if (!readViews(the, views, bounds, 2))
		return;
	hmacSha1(tag, views[0].bytes, views[0].length, views[1].bytes, views[1].length);
	xsmcSetArrayBuffer(xsResult, tag, sizeof tag);
	sodium_memzero(tag, sizeof tag);
}

// (publicKey, message, signature): true or false
void xs_latchkey_verify(xsMachine *the)
{
	static const Bounds bounds[] = { { KEY, KEY }, { 0, ANY }, { crypto_sign_ed25519_BYTES, crypto_sign_ed25519_BYTES } };
	View views[3];
	if (!readViews(the, views, bounds, 3))
		return;
	xsmcSetBoolean(xsResult, crypto_sign_ed25519_verify_detached(views[2].bytes, views[1].bytes, views[1].length,
		views[0].bytes) == 0);
}

// (seed, message): 64 bytes
void xs_latchkey_sign(xsMachine *the)
{
	static const Bounds bounds[] = { { KEY, KEY }, { 0, ANY } };
	View views[2];
	unsigned char publicKey[crypto_sign_ed25519_PUBLICKEYBYTES];
	unsigned char secretKey[crypto_sign_ed25519_SECRETKEYBYTES];
	unsigned char signature[crypto_sign_ed25519_BYTES];
	if (!readViews(the, views, bounds, 2))
		return;
	crypto_sign_ed25519_seed_keypair(publicKey, secretKey, views[0].bytes);
	crypto_sign_ed25519_detached(signature, NULL, views[1].bytes, views[1].length, secretKey);
	sodium_memzero(secretKey, sizeof secretKey);
	xsmcSetArrayBuffer(xsResult, signature, sizeof signature);
}

// (seed): 32 bytes
void xs_latchkey_signing_public_key(xsMachine *the)
{
	static const Bounds bounds[] = { { KEY, KEY } };
	View views[1];
	unsigned char publicKey[crypto_sign_ed25519_PUBLICKEYBYTES];
	unsigned char secretKey[crypto_sign_ed25519_SECRETKEYBYTES];
	if (!readViews(the, views, bounds, 1))
		return;
	crypto_sign_ed25519_seed_keypair(publicKey, secretKey, views[0].bytes);
	sodium_memzero(secretKey, sizeof secretKey);
	xsmcSetArrayBuffer(xsResult, publicKey, sizeof publicKey);
}

// (secret, publicKey): 32 bytes, or false when they would all be zero
void xs_latchkey_agree(xsMachine *the)
{
	static const Bounds bounds[] = { { KEY, KEY }, { KEY, KEY } };
	View views[2];
	unsigned char shared[crypto_scalarmult_curve25519_BYTES];
	if (!readViews(the, views, bounds, 2))
		return;
	if (crypto_scalarmult_curve25519(shared, views[0].bytes, views[1].bytes) != 0)
		xsmcSetFalse(xsResult);
	else
		xsmcSetArrayBuffer(xsResult, shared, sizeof shared);
	sodium_memzero(shared, sizeof shared);
}

// (secret): 32 bytes
void xs_latchkey_agreement_public_key(xsMachine *the)
{
	static const Bounds bounds[] = { { KEY, KEY } };
	View views[1];
	unsigned char publicKey[crypto_scalarmult_curve25519_BYTES];
	if (!readViews(the, views, bounds, 1))
		return;
	crypto_scalarmult_curve25519_base(publicKey, views[0].bytes);
	xsmcSetArrayBuffer(xsResult, publicKey, sizeof publicKey);
}

static const Bounds sealBounds[VIEWS_MAX] = {
	{ KEY, KEY },
	{ crypto_aead_chacha20poly1305_ietf_NPUBBYTES, crypto_aead_chacha20poly1305_ietf_NPUBBYTES },
	{ 0, ANY },
	{ 0, ANY - crypto_aead_chacha20poly1305_ietf_ABYTES },
};

// (key, nonce, aad, plaintext): ciphertext and tag
void xs_latchkey_seal(xsMachine *the)
{
	View views[VIEWS_MAX];
	if (!readViews(the, views, sealBounds, VIEWS_MAX))
		return;
	unsigned char *sealed = xsmcSetArrayBuffer(xsResult, NULL,
		(xsIntegerValue)(views[3].length + crypto_aead_chacha20poly1305_ietf_ABYTES));
	// Making room may have moved what the views show.
	takeViews(the, views, sealBounds, VIEWS_MAX, 0);
	crypto_aead_chacha20poly1305_ietf_encrypt(sealed, NULL, views[3].bytes, views[3].length, views[2].bytes,
		views[2].length, NULL, views[1].bytes, views[0].bytes);
}

// (key, nonce, aad, sealed): the plaintext, or false when the tag does not verify
void xs_latchkey_open(xsMachine *the)
{
	static const Bounds bounds[VIEWS_MAX] = {
		{ KEY, KEY },
		{ crypto_aead_chacha20poly1305_ietf_NPUBBYTES, crypto_aead_chacha20poly1305_ietf_NPUBBYTES },
		{ 0, ANY },
		{ crypto_aead_chacha20poly1305_ietf_ABYTES, ANY },
	};
	View views[VIEWS_MAX];
	if (!readViews(the, views, bounds, VIEWS_MAX))
		return;
	unsigned char *plaintext = xsmcSetArrayBuffer(xsResult, NULL,
		(xsIntegerValue)(views[3].length - crypto_aead_chacha20poly1305_ietf_ABYTES));
	takeViews(the, views, bounds, VIEWS_MAX, 0);
	if (crypto_aead_chacha20poly1305_ietf_decrypt(plaintext, NULL, NULL, views[3].bytes, views[3].length,
		views[2].bytes, views[2].length, views[1].bytes, views[0].bytes) != 0)
		xsmcSetFalse(xsResult);
}

// (left, right): whether they are equal; what is no byte string equals nothing
void xs_latchkey_is_equal(xsMachine *the)
{
	static const Bounds bounds[] = { { 0, ANY }, { 0, ANY } };
	View views[2];
	const int isGood = readViews(the, views, bounds, 2) && views[0].length == views[1].length;
	xsmcSetBoolean(xsResult, isGood && sodium_memcmp(views[0].bytes, views[1].bytes, views[0].length) == 0);
}

// (table, wanted): the index of the last entry of `wanted`'s width that is equal to it, or -1. Each entry costs the same
// instructions, whatever it holds: the mask is volatile so that no compiler makes a branch of it.
void xs_latchkey_find(xsMachine *the)
{
	static const Bounds bounds[] = { { 0, ANY }, { 1, 32 } };
	View views[2];
	if (!readViews(the, views, bounds, 2) || views[0].length % views[1].length != 0)
		return;
	const unsigned char *entry = views[0].bytes;
	const unsigned char *wanted = views[1].bytes;
	const uint32_t width = views[1].length;
	const uint32_t count = views[0].length / width;
	uint32_t found = UINT32_MAX;
	for (uint32_t index = 0; index < count; index++, entry += width) {
		uint32_t difference = 0;
		for (uint32_t place = 0; place < width; place++)
			difference |= entry[place] ^ wanted[place];
		// All ones where they are equal: only 0 - 1 has the highest bit.
		volatile uint32_t mask = 0 - ((difference - 1) >> 31);
		found ^= (found ^ index) & mask;
	}
	xsmcSetInteger(xsResult, (xsIntegerValue)found);
}

// (secret): true
void xs_latchkey_wipe(xsMachine *the)
{
	View view;
	if (!writeView(the, &view))
		return;
	sodium_memzero(view.bytes, view.length);
	xsmcSetTrue(xsResult);
}

// Whether the noise of a radio feeds the ESP32's generator.
static int isFed = 0;

// (isFed): true
void xs_latchkey_feed(xsMachine *the)
{
	isFed = xsmcArgc == 1 && xsmcTest(xsArg(0));
	xsmcSetTrue(xsResult);
}

// (target): true
void xs_latchkey_fill(xsMachine *the)
{
	View view;
	if (!writeView(the, &view))
		return;
#if defined(ESP32)
	// With no radio on, the generator is fed from the ADC's noise while it is drawn from; without either it would only be pseudo-random.
	// The ADC and the radio need that source off again (ESP-IDF, "Random Number Generation").
	if (!isFed)
		bootloader_random_enable();
	esp_fill_random(view.bytes, view.length);
	if (!isFed)
		bootloader_random_disable();
#elif defined(LATCHKEY_NO_ENTROPY)
	xsUnknownError("no entropy on this machine");
#else
	randombytes_buf(view.bytes, view.length);
#endif
	xsmcSetTrue(xsResult);
}
