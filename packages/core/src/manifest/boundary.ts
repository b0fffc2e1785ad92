/** One entry in 1,024 ends a leaf, chosen by its path alone, so that an edit moves no boundary. */
const boundaryMask = 1023;
/** A leaf also ends once its lines have this many bytes, whatever the paths are. */
export const maxLeafBytes: number = 1024 * 1024;

/**
 * Whether an entry with this path is the last of its leaf: the FNV-1a hash of the path's UTF-8 bytes, mixed as in
 * MurmurHash3's 32-bit finaliser, has its ten lowest bits zero.
 */
export function endsLeaf(path: string): boolean {
  let hash = 0x811c9dc5;
  const byte = (value: number) => {
    hash = Math.imul(hash ^ value, 0x01000193);
  };
  for (let i = 0; i < path.length; i++) {
    const unit = path.charCodeAt(i);
    if (unit < 0x80) {
      hash = Math.imul(hash ^ unit, 0x01000193);
    } else {
      const code = path.codePointAt(i) as number;
      if (code < 0x800) byte(0xc0 | (code >> 6));
      else {
        if (code < 0x10000) byte(0xe0 | (code >> 12));
        else {
          byte(0xf0 | (code >> 18));
          byte(0x80 | ((code >> 12) & 63));
          i++;
        }
        byte(0x80 | ((code >> 6) & 63));
      }
      byte(0x80 | (code & 63));
    }
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) & boundaryMask) === 0;
}
