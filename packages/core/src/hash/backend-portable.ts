export { loadWasm as loadBackend } from './wasm.js';
