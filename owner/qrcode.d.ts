// The functions of the package `qrcode` that are used here.
// Why: the package brings no types of its own.
// Follows qrcode 1.5, toString and create.

declare module "qrcode" {
  const qrcode: {
    toString(
      text: string,
      options: { readonly type: "utf8"; readonly errorCorrectionLevel: "L" | "M" | "Q" | "H" },
    ): Promise<string>;
    create(
      text: string,
      options: { readonly errorCorrectionLevel: "L" | "M" | "Q" | "H" },
    ): { readonly modules: { readonly size: number; get(row: number, column: number): number } };
  };
  export default qrcode;
}
