/** `gear.wat`, assembled, in base64. Made by `gear-wasm.test.ts`. */
export const gearWasm: string =
  'AGFzbQEAAAABCAFgA39/fwF/AwIBAAUDAQABBxECBm1lbW9yeQIABGZpbmQAAAptAWsBAn8gACABTwRAQQAPCyAAQR9rIQQDQCAD' +
  'QQF0IAQtAABBAnQoAgBqIQMgBEEBaiEEIAQgAEkNAAsDQCADQQF0IAAtAABBAnQoAgBqIQMgAEEBaiEAIAMgAkkEQCAADwsgACAB' +
  'SQ0AC0EACw==';
