// What composes the configuration of an image, for the test that holds it to its rules.

/** One image: a board on a chip, whether it sleeps, and how it is sealed, where it is. */
export interface Image {
  readonly board: "lock" | "keypad" | "camera";
  readonly chip: "esp32" | "esp32c3" | "esp32s3";
  readonly sleeps: boolean;
  readonly stage?: "development" | "release" | undefined;
}

/** Each image that there is, unsealed. */
export const IMAGES: readonly Image[];

/** How an image may be sealed. */
export const STAGES: readonly ("development" | "release")[];

/** Gives what the SDK reads for an image. @param read gives the text of a part by its name */
export function compose(
  read: (part: string) => string,
  image: Image,
): { readonly defaults: string; readonly release: string };

/** Where an image's configuration stands. */
export function folderOf(image: Image): string;

/** What an image's chip is called where some of its images sleep. */
export function variantOf(image: Image): string;
