// What the Moddable SDK's modules give, for the project's own type check: the types of ecma419.ts under the SDK's names.
// Why: the SDK is the user's and need not be here to check or test; several of its own typings are missing or wrong.
// Its `qrcode` goes by another name in the manifest, since npm has a package of that one.

declare module "embedded:io/analog" {
  const Analog: import("./ecma419.ts").AnalogClass;
  export default Analog;
}
declare module "embedded:io/digital" {
  const Digital: import("./ecma419.ts").DigitalClass;
  export default Digital;
}
declare module "embedded:io/pwm" {
  const Pwm: import("./ecma419.ts").PwmClass;
  export default Pwm;
}
declare module "embedded:io/serial" {
  const Serial: import("./ecma419.ts").SerialClass;
  export default Serial;
}
declare module "embedded:network/interface/wifi" {
  const Wifi: import("./ecma419.ts").WifiClass;
  export default Wifi;
}
declare module "embedded:storage/flash" {
  const flash: import("./ecma419.ts").FlashModule;
  export default flash;
}
declare module "embedded:storage/key-value" {
  const keyValue: import("./ecma419.ts").KeyValueModule;
  export default keyValue;
}
declare module "timer" {
  const timer: import("./ecma419.ts").TimerModule;
  export default timer;
}
declare module "sdk/qrcode" {
  const qrCode: import("./ecma419.ts").QrModule;
  export default qrCode;
}
