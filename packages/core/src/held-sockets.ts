/** What of a socket its parser reads by. */
interface HeldSocket {
  read(size?: number): unknown;
  emit(event: 'readable'): unknown;
}

/** What is told of an answer by undici, in the form of its own handlers. */
interface AnswerHandler {
  onConnect?(abort: unknown, context?: unknown): void;
  onUpgrade?(...args: unknown[]): void;
  onHeaders?(status: number, headers: unknown, resume: () => void, text: string): boolean;
  onData?(chunk: unknown): boolean;
  onComplete?(trailers: unknown): void;
  onError?(error: unknown): void;
}

/** What stands between the sockets of a pool and undici's parser. */
export interface SocketHolder {
  /** How the pool connects then, given how it does. */
  // biome-ignore lint/suspicious/noExplicitAny: core names no type of undici's
  connect<C extends (options: any, callback: any) => void>(connect: C): C;
  /** How it dispatches then. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  dispatch<D extends (options: any, handler: any) => boolean>(dispatch: D): D;
}

/**
 * Has a reader that lags hold back the socket, not undici's parser: one that is paused when the server closes the connection
 * brings the process down (nodejs/undici#5360, mended in undici 8, which needs Node 22). It works because the parser reads by
 * `socket.read()`, and is synchronous.
 */
export function holdSockets(): SocketHolder {
  /** What the parser reads from. */
  let flow: Flow | undefined;

  function tap(socket: HeldSocket): void {
    const read = socket.read;
    const own = createFlow(socket);
    socket.read = (size) => {
      if (own.isHeld()) return null;
      flow = own;
      return read.call(socket, size);
    };
  }

  return {
    connect<C extends (options: never, callback: never) => void>(connect: C): C {
      const held = (options: never, callback: (error: unknown, socket?: HeldSocket | null) => void) =>
        connect(options, ((error: unknown, socket?: HeldSocket | null) => {
          if (socket) tap(socket);
          callback(error, socket);
        }) as never);
      return held as unknown as C;
    },

    dispatch<D extends (options: never, handler: never) => boolean>(dispatch: D): D {
      const held = (options: never, handler: AnswerHandler): boolean => {
        let own: Flow | undefined;
        const between: AnswerHandler = {
          onConnect: (...args) => handler.onConnect?.(...args),
          onUpgrade: (...args) => handler.onUpgrade?.(...args),
          onHeaders(status, headers, _resume, text) {
            own = flow;
            return handler.onHeaders?.(status, headers, () => own?.release(), text) ?? true;
          },
          onData(chunk) {
            if (handler.onData?.(chunk) === false) own?.hold();
            return true;
          },
          onComplete(trailers) {
            own?.release();
            handler.onComplete?.(trailers);
          },
          onError(error) {
            own?.release();
            handler.onError?.(error);
          },
        };
        return dispatch(options, between as never);
      };
      return held as unknown as D;
    },
  };
}

/** Whether the parser gets to read a socket. */
interface Flow {
  isHeld(): boolean;
  hold(): void;
  release(): void;
}

function createFlow(socket: HeldSocket): Flow {
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
      queueMicrotask(() => socket.emit('readable'));
    },
  };
}
