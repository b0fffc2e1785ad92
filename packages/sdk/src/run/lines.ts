/** A place in a line. */
export interface Place {
  /** Resolves when everybody before has left. Never rejects. */
  readonly turn: Promise<void>;
  /** Lets those behind move up; also before one's turn has come. */
  leave(): void;
}

/** Makes a function that takes the next place in the line of a name, so that calls take effect in the order they came. */
export function createLines(): (name: string) => Place {
  const ends = new Map<string, Promise<void>>();
  return (name) => {
    const turn = ends.get(name) ?? Promise.resolve();
    let leave: () => void = () => undefined;
    const left = new Promise<void>((resolve) => {
      leave = resolve;
    });
    const end = turn.then(() => left);
    ends.set(name, end);
    void end.then(() => {
      if (ends.get(name) === end) ends.delete(name);
    });
    return { turn, leave };
  };
}
