/** Places for what takes long, so many in all and so many for one owner. */
export interface Slots {
  /** A place, to be given back by calling what is answered; `undefined` when there is none. */
  enter(owner: string): (() => void) | undefined;
  /** How many are taken. */
  readonly taken: number;
}

export function slots(all: number, perOwner: number): Slots {
  const owners = new Map<string, number>();
  let taken = 0;
  return {
    get taken() {
      return taken;
    },
    enter(owner) {
      const own = owners.get(owner) ?? 0;
      if (taken >= all || own >= perOwner) return undefined;
      taken++;
      owners.set(owner, own + 1);
      let isHeld = true;
      return () => {
        if (!isHeld) return;
        isHeld = false;
        taken--;
        const left = (owners.get(owner) as number) - 1;
        if (left === 0) owners.delete(owner);
        else owners.set(owner, left);
      };
    },
  };
}
