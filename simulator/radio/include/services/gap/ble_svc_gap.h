// NimBLE's GAP service, on the desk: see host/ble_hs.h.
// Why: gatt.c is compiled unchanged.
// Specification: the documentation of Apache NimBLE and of the ESP-IDF.

#include "host/ble_hs.h"
