import type { Socket } from 'node:net';
import { CairnError, quote } from '@cairn/core';
import type { Dispatcher } from 'undici';

/**
 * Stands between sockets and undici's parser, which reads them by `socket.read()`, works synchronously and hands out views of
 * what it read. That serves two ends.
 *
 * A reader that lags holds back the socket, not the parser: one that is paused when the server closes the connection brings
 * the process down (nodejs/undici#5360, mended in undici 8, which needs Node 22).
 *
 * And bytes after the end of the announced body are noticed. To HTTP they are no part of the answer, but a server that is
 * wrong about the length is no source of exact bytes. What comes later than the end is beyond notice.
 */
export interface SocketTap {
  tap(socket: Socket): void;
  readonly interceptor: Dispatcher.DispatcherComposeInterceptor;
}

export function createSocketTap(): SocketTap {
  /** The socket, and the bytes of it, that the parser is at. */
  let flow: Flow | undefined;
  let read: Uint8Array | null = null;

  return {
    tap(socket) {
      const readOn = socket.read;
      const own = createFlow(socket);
      socket.read = (size) => {
        if (own.isHeld()) return null;
        flow = own;
        read = readOn.call(socket, size);
        return read;
      };
    },

    interceptor: (dispatch) => (options, handler) => {
      let own: Flow | undefined;
      let held: Dispatcher.DispatchController;
      let isSized = false;
      let last: Uint8Array | undefined;
      return dispatch(options, {
        onRequestStart: (controller, context) => handler.onRequestStart?.(controller, context),
        onRequestUpgrade: (...args) => handler.onRequestUpgrade?.(...args),
        onResponseStart(controller, status, headers, text) {
          own = flow;
          held = own === undefined ? controller : holding(controller, own);
          isSized = headers['content-length'] !== undefined && headers['transfer-encoding'] === undefined;
          handler.onResponseStart?.(held, status, headers, text);
        },
        onResponseData(_, chunk) {
          last = chunk;
          handler.onResponseData?.(held, chunk);
        },
        onResponseEnd(_, trailers) {
          own?.release();
          if (isSized && last !== undefined && read !== null && goesOn(read, last))
            handler.onResponseError?.(held, surplusError(options.origin));
          else handler.onResponseEnd?.(held, trailers);
        },
        onResponseError: (controller, error) => handler.onResponseError?.(controller, error),
      });
    },
  };
}

/** Whether the parser gets to read a socket. */
interface Flow {
  isHeld(): boolean;
  hold(): void;
  release(): void;
}

function createFlow(socket: Socket): Flow {
  let isHeld = false;
  return {
    isHeld: () => isHeld,
    hold() {
      isHeld = true;
    },
    release() {
      if (!isHeld) return;
      isHeld = false;
      // Not now: the parser may be at work.
      setImmediate(() => socket.emit('readable'));
    },
  };
}

function holding(controller: Dispatcher.DispatchController, flow: Flow): Dispatcher.DispatchController {
  return {
    get aborted() {
      return controller.aborted;
    },
    get paused() {
      return flow.isHeld();
    },
    get reason() {
      return controller.reason;
    },
    abort: (reason) => controller.abort(reason),
    pause: () => flow.hold(),
    resume: () => flow.release(),
  };
}

/** Whether what was read goes on after its view that is the end of a body. */
function goesOn(read: Uint8Array, last: Uint8Array): boolean {
  return last.buffer === read.buffer && last.byteOffset + last.length < read.byteOffset + read.length;
}

function surplusError(origin: string | URL | undefined): CairnError {
  return new CairnError(
    'integrity_mismatch',
    `${quote(String(origin))} sent more than the length it announced`,
    {
      hint: 'The server, or a proxy before it, is at fault.',
    },
  );
}
