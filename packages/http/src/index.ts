export { httpHandler } from './http-handler.js';
export type { HttpHandlerOptions, HttpHeaders, HttpWorld } from './settings.js';
