import { CairnError, quote } from '@cairn/core';
import type { buildConnector, Dispatcher } from 'undici';

type Connect = buildConnector.connector;
type Dispatch = Dispatcher['dispatch'];

/** Notices bytes after the end of a body. */
export interface SurplusWatch {
  connect(connect: Connect): Connect;
  dispatch(dispatch: Dispatch): Dispatch;
}

/**
 * Stands between sockets and undici's parser, so that bytes after the end of the announced body are noticed. To HTTP they are no
 * part of the answer, but a server that is wrong about the length is no source of exact bytes. What comes later than the end is
 * beyond notice. It works because the parser reads by `socket.read()`, is synchronous, and hands out views of what it read.
 */
export function watchSurplus(): SurplusWatch {
  /** What the parser is at. */
  let read: Uint8Array | null = null;

  return {
    connect: (connect) => (options, callback) =>
      connect(options, (...result) => {
        const [error, socket] = result;
        if (error === null) {
          const readOn = socket.read;
          socket.read = (size) => {
            read = readOn.call(socket, size);
            return read;
          };
        }
        callback(...result);
      }),

    // In the form of undici's own handlers: in the newer one, every header would be converted twice.
    dispatch: (dispatch) => (options, handler) => {
      let last: Uint8Array | undefined;
      let isSized = false;
      return dispatch(options, {
        onConnect: (abort) => handler.onConnect?.(abort),
        onUpgrade: (...args) => handler.onUpgrade?.(...args),
        onHeaders(status, headers, resume, text) {
          isSized = hasLength(headers);
          return handler.onHeaders?.(status, headers, resume, text) ?? true;
        },
        onData(chunk) {
          last = chunk;
          return handler.onData?.(chunk) ?? true;
        },
        onComplete(trailers) {
          const isLonger = isSized && last !== undefined && read !== null && goesOn(read, last);
          if (isLonger) handler.onError?.(surplusError(options.origin));
          else handler.onComplete?.(trailers);
        },
        onError: (error) => handler.onError?.(error),
      });
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
