/** A view of a value, at any depth, whose every change ends in what `refuse` throws. */
export function guard<T extends object>(value: T, refuse: () => void): T {
  const refuseAll = (): never => {
    refuse();
    throw new TypeError('it can not be changed');
  };
  return new Proxy(value, {
    get(target, key, receiver) {
      const member: unknown = Reflect.get(target, key, receiver);
      return typeof member === 'object' && member !== null ? guard(member, refuse) : member;
    },
    set: refuseAll,
    defineProperty: refuseAll,
    deleteProperty: refuseAll,
    setPrototypeOf: refuseAll,
  });
}

export function deepFreeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const member of Object.values(value)) deepFreeze(member);
}
