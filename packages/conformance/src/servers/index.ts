export {
  type FaultOptions,
  type HttpRequest,
  type HttpServer,
  type HttpServerOptions,
  startHttpServer,
} from './http.js';
export type { HttpFault } from './http-fault.js';
export type { HttpResource } from './http-resource.js';
