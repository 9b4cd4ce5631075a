// The one function of the package `qrcode` that is used here.
// Why: the package brings no types of its own.
// Follows qrcode 1.5, toString.

declare module "qrcode" {
  const qrcode: {
    toString(
      text: string,
      options: { readonly type: "utf8"; readonly errorCorrectionLevel: "L" | "M" | "Q" | "H" },
    ): Promise<string>;
  };
  export default qrcode;
}
