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
  dispatch(dispatcher: Dispatcher): Dispatcher['dispatch'];
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

    // In the form of undici's own handlers: in the newer one, every header would be converted twice.
    dispatch: (dispatcher) => {
      const dispatch = dispatcher.dispatch.bind(dispatcher);
      return (options, handler) => {
        let own: Flow | undefined;
        let last: Uint8Array | undefined;
        let isSized = false;
        return dispatch(options, {
          onConnect: (abort) => handler.onConnect?.(abort),
          onUpgrade: (...args) => handler.onUpgrade?.(...args),
          onHeaders(status, headers, _resume, text) {
            own = flow;
            isSized = hasLength(headers);
            return handler.onHeaders?.(status, headers, () => own?.release(), text) ?? true;
          },
          onData(chunk) {
            last = chunk;
            if (handler.onData?.(chunk) === false) own?.hold();
            return true;
          },
          onComplete(trailers) {
            own?.release();
            const isLonger = isSized && last !== undefined && read !== null && goesOn(read, last);
            if (isLonger) handler.onError?.(surplusError(options.origin));
            else handler.onComplete?.(trailers);
          },
          onError: (error) => handler.onError?.(error),
        });
      };
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

function hasLength(headers: readonly (Buffer | string)[]): boolean {
  return headers.some((name, at) => at % 2 === 0 && /^content-length$/i.test(String(name)));
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
