/**
 * What a page was told, topic by topic: each value is serialised once and compared with its last
 * text, and remembers when that changed. So whoever was told the state as of any moment gets
 * exactly what changed since, each topic whole.
 */

interface Topic {
  /** As read; the same object again is not serialised again. */
  value: unknown;
  text: string;
  changedAt: number;
}

/** The newest texts of all topics; moments are counted from 0, which is before anything. */
export class TopicRecord {
  readonly #epoch: string;
  readonly #topics = new Map<string, Topic>();
  #seq = 0;

  /** `epoch` tells this record from any other, e.g. of the process before. */
  constructor(epoch: string) {
    this.#epoch = epoch;
  }

  /** Of the last change. */
  get seq(): number {
    return this.#seq;
  }

  /** Takes the present values; a topic that is not among them stays as it was. */
  take(values: Readonly<Record<string, unknown>>): void {
    const next = this.#seq + 1;
    for (const [name, value] of Object.entries(values)) {
      const topic = this.#topics.get(name);
      if (topic !== undefined && topic.value === value) continue;
      // Undefined for a value that JSON has no word for, whatever the types say.
      const text = JSON.stringify(value) as string | undefined;
      if (text === undefined) continue;
      if (topic?.text === text) {
        topic.value = value;
        continue;
      }
      this.#topics.set(name, { value, text, changedAt: next });
      this.#seq = next;
    }
  }

  /** The event for one who was told the state as of `seq`; null: nothing has changed since. */
  frameSince(seq: number): string | null {
    const changed: string[] = [];
    for (const [name, topic] of this.#topics) {
      if (topic.changedAt > seq) changed.push(`${JSON.stringify(name)}:${topic.text}`);
    }
    if (changed.length === 0) return null;
    return `id: ${this.#epoch}.${this.#seq}\nevent: topics\ndata: {${changed.join(',')}}\n\n`;
  }

  /** What the id of an event says of who got it last; 0 for one that is not of this record. */
  seqOf(id: string | null): number {
    const [, epoch, digits] = /^(.*)\.(\d{1,15})$/.exec(id ?? '') ?? [];
    const seq = Number(digits);
    return epoch === this.#epoch && seq <= this.#seq ? seq : 0;
  }
}
