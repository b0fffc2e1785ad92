/** What is being done for clients right now. */
export interface Activity {
  readonly count: number;
  /** Something begins; it ends when what is answered is called. */
  begin(): () => void;
  /** Once nothing is being done any more. */
  settled(): Promise<void>;
}

export function activity(): Activity {
  let count = 0;
  let waiting: (() => void)[] = [];
  return {
    get count() {
      return count;
    },
    begin() {
      count++;
      let isGoingOn = true;
      return () => {
        if (!isGoingOn) return;
        isGoingOn = false;
        count--;
        if (count > 0) return;
        for (const tell of waiting) tell();
        waiting = [];
      };
    },
    settled: () => (count === 0 ? Promise.resolve() : new Promise((tell) => waiting.push(tell))),
  };
}
