import type { Places } from './places.ts';

/** Chains of places: those after the same one, two and five tokens. Of each, the newest so many are looked at. */
const CHAINS = [
  { order: 1, bits: 16, places: 48 },
  { order: 2, bits: 19, places: 96 },
  { order: 5, bits: 20, places: 64 },
] as const;
/** Files are moved on rather than forgotten up to this share of the room. */
const FULL = 0.75;
const HEADS_BYTES = CHAINS.reduce((sum, { bits }) => sum + 4 * 2 ** bits, 0);
/** Counts of tokens ever written stay exact in 32 bits. */
const MOST_WRITTEN = 2 ** 31 - 2 ** 26;

interface Segment {
  name: string;
  /** Position of its first token, counted from the first token ever written. */
  from: number;
  length: number;
  isDead: boolean;
}

/**
 * Tokens of many files, to be searched for the places that some tokens stood at before; what was written last comes first. A ring
 * of fixed size with hash chains, as in LZ77: the oldest file makes room for the newest.
 */
export class ProjectIndex {
  /** Most tokens. */
  readonly capacity: number;
  /** Memory that it takes when it is full. */
  readonly bytes: number;
  private readonly ids: Uint16Array | Int32Array;
  private readonly before: readonly Int32Array[];
  private readonly heads: readonly Int32Array[];
  private readonly segments: Segment[] = [];
  private readonly byName = new Map<string, Segment>();
  private readonly separator: number;
  private written = 1;
  private alive = 0;
  /** Tokens since the last separator. */
  private run = 0;

  /**
   * @param budgetBytes memory; what is less than the smallest index takes holds nothing
   * @param vocabularySize ids are below it
   */
  constructor(budgetBytes: number, vocabularySize: number) {
    const isShort = vocabularySize < 0xffff;
    const tokenBytes = (isShort ? 2 : 4) + 4 * CHAINS.length;
    this.capacity = Math.max(0, Math.floor((budgetBytes - HEADS_BYTES) / tokenBytes));
    this.bytes = this.capacity === 0 ? 0 : HEADS_BYTES + this.capacity * tokenBytes;
    this.separator = isShort ? 0xffff : -1;
    this.ids = isShort ? new Uint16Array(this.capacity) : new Int32Array(this.capacity);
    this.before = CHAINS.map(() => new Int32Array(this.capacity));
    this.heads = CHAINS.map(({ bits }) => new Int32Array(this.capacity === 0 ? 0 : 2 ** bits));
  }

  /** Names of the files that are in it, the oldest first. */
  get names(): string[] {
    return [...this.byName.values()].sort((a, b) => a.from - b.from).map(({ name }) => name);
  }

  /** Takes a file in, in place of what was known of it. One that is larger than a quarter of the room is left out. */
  put(name: string, ids: readonly number[]): void {
    this.remove(name);
    if (ids.length === 0 || ids.length > this.capacity * (1 - FULL) - 1) return;
    if (this.written > MOST_WRITTEN) this.clear();
    const moved = this.makeRoom(ids.length + 1);
    for (const file of moved) this.append(file.name, file.ids);
    this.append(name, ids);
  }

  remove(name: string): void {
    const segment = this.byName.get(name);
    if (segment === undefined) return;
    this.byName.delete(name);
    this.kill(segment);
  }

  clear(): void {
    for (const head of this.heads) head.fill(0);
    this.segments.length = 0;
    this.byName.clear();
    this.written = 1;
    this.alive = 0;
  }

  /**
   * Adds the places after the longest runs that agree with the end of a text, the newest first among those of a chain.
   * @param tail the text's last tokens
   * @param except a file that is left out
   */
  find(tail: readonly number[], except: string, places: Places): void {
    const skipped = this.byName.get(except);
    const [from, to] = skipped === undefined ? [0, 0] : [skipped.from, skipped.from + skipped.length];
    for (let index = CHAINS.length - 1; index >= 0; index--) {
      const chain = CHAINS[index];
      const next = CHAINS[index + 1]?.order ?? Infinity;
      if (chain === undefined || tail.length < chain.order) continue;
      const before = this.before[index] ?? new Int32Array(0);
      let at = this.heads[index]?.[hash(tail, tail.length, chain.order, chain.bits)] ?? 0;
      for (let seen = 0; seen < chain.places && this.isThere(at); seen++) {
        const length = at >= from && at < to ? 0 : this.agreement(tail, at);
        // Longer ones were found by the chain above.
        if (length >= chain.order && length < next) places.add(at, length, this.at(at));
        at = before[at % this.capacity] ?? 0;
      }
    }
  }

  /** Tokens from a place on, up to the end of its file. */
  from(at: number, count: number): number[] {
    const ids: number[] = [];
    for (let place = at; place < at + count && this.isThere(place); place++) {
      const id = this.at(place);
      if (id === this.separator) break;
      ids.push(id);
    }
    return ids;
  }

  private agreement(tail: readonly number[], at: number): number {
    let length = 0;
    while (length < tail.length && this.at(at - 1 - length) === tail[tail.length - 1 - length]) length++;
    return this.at(at) === this.separator ? 0 : length;
  }

  private isThere(at: number): boolean {
    return at > 0 && at < this.written && at > this.written - this.capacity;
  }

  private at(position: number): number {
    return this.isThere(position) ? (this.ids[position % this.capacity] ?? this.separator) : this.separator;
  }

  /** Files that lay where there has to be room, and are to be written again. */
  private makeRoom(needed: number): { name: string; ids: number[] }[] {
    const moved: { name: string; ids: number[] }[] = [];
    let wanted = needed;
    let kept = 0;
    for (;;) {
      const oldest = this.segments[0];
      if (oldest === undefined || this.written + wanted - oldest.from < this.capacity) return moved;
      this.segments.shift();
      if (oldest.isDead) continue;
      this.byName.delete(oldest.name);
      if (this.alive + kept + needed <= this.capacity * FULL) {
        moved.push({ name: oldest.name, ids: this.from(oldest.from, oldest.length) });
        wanted += oldest.length + 1;
        kept += oldest.length;
      }
      this.kill(oldest);
    }
  }

  private kill(segment: Segment): void {
    segment.isDead = true;
    this.alive -= segment.length;
    for (let at = segment.from; at < segment.from + segment.length; at++)
      if (this.isThere(at)) this.ids[at % this.capacity] = this.separator;
  }

  private append(name: string, ids: readonly number[]): void {
    this.write(this.separator);
    const segment = { name, from: this.written, length: ids.length, isDead: false };
    for (const id of ids) this.write(id);
    this.segments.push(segment);
    this.byName.set(name, segment);
    this.alive += ids.length;
  }

  private write(id: number): void {
    const at = this.written;
    const slot = at % this.capacity;
    CHAINS.forEach(({ order, bits }, index) => {
      const before = this.before[index];
      const heads = this.heads[index];
      if (before === undefined || heads === undefined) return;
      before[slot] = 0;
      if (id === this.separator || this.run < order) return;
      let key = 0;
      for (let back = order; back > 0; back--) key = mix(key, this.ids[(at - back) % this.capacity] ?? 0);
      const bucket = key >>> (32 - bits);
      before[slot] = heads[bucket] ?? 0;
      heads[bucket] = at;
    });
    this.ids[slot] = id;
    this.run = id === this.separator ? 0 : this.run + 1;
    this.written++;
  }
}

const mix = (key: number, id: number): number => Math.imul((key ^ id) + 0x9e3779b9, 0x85ebca6b);

function hash(ids: readonly number[], end: number, order: number, bits: number): number {
  let key = 0;
  for (let at = end - order; at < end; at++) key = mix(key, ids[at] ?? 0);
  return key >>> (32 - bits);
}
