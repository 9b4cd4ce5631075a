// The bucket of tries, as the lock's files name it.
// Why: a camera rations its viewers by the same bucket, and knows no lock module.

export { Bucket } from "../firmware/link/bucket.ts";
