/** A set of texts that is written as a sorted list in JSON. */
export class LabelSet extends Set<string> {
  toJSON(): string[] {
    return [...this].sort();
  }
}
