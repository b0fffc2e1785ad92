/** What each byte adds to the hash: the upper halves of the first 256 numbers of SplitMix64 with seed 0. */
export function gearTable(): Uint32Array {
  const table = new Uint32Array(256);
  for (let i = 0; i < 256; i++) {
    let z = BigInt.asUintN(64, BigInt(i + 1) * 0x9e3779b97f4a7c15n);
    z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
    z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn);
    table[i] = Number((z ^ (z >> 31n)) >> 32n);
  }
  return table;
}
