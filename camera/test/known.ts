// Files from fixed keys that the age tool was seen to open: their sizes before, and their hashes.
// Why: XS cannot run that tool; what it makes must have these hashes.

/** Sizes around the ends of chunks, and SHA-256 of the encrypted file. */
export const KNOWN: readonly (readonly [size: number, hash: string])[] = Object.freeze([
  [0, "46c7446eff862736642d14186aa9f31e0e0b0cde22f759744c49d9319cbc2664"],
  [1, "11d332fc82fe36b5c863dd36ab54ba03d1893791a80a5aa9fd817e7c630983b8"],
  [65_535, "25861151540c35eb416e9d835b3b0e855e6cf4f90998019803be59dde1eb71dd"],
  [65_536, "466b18f3cd5f38dc5bf265814212e66575d0cceed175e1b84c1c41a024982dff"],
  [65_537, "e7e87eeecf523f61f37664f40c8cee137f1c07d3d8679c1b4a75d51440f36e9e"],
  [131_072, "9ecd280eb1c2fb9bf532803a4d5b35dc5bc106f0f3894644d5fee5d4f74ba81a"],
  [200_000, "487fa9869e54c12a14f7d6146e4894eeab9f0fab276e56678e8a83b9f5b7ee36"],
]);
