const BUCKET_MS = 1_000;

/** What ends at a time, by the second: a look costs what has ended, not what waits. */
export class Expiries {
  readonly #buckets = new Map<number, Map<string, number>>();
  readonly #bucketOf = new Map<string, number>();
  /** Everything in the buckets before it is gone. */
  #bucket: number;

  constructor(nowMs: number) {
    this.#bucket = bucketAt(nowMs);
  }

  get size(): number {
    return this.#bucketOf.size;
  }

  /** In the place of what had its key. */
  put(key: string, atMs: number): void {
    this.remove(key);
    const bucket = Math.max(bucketAt(atMs), this.#bucket);
    const others = this.#buckets.get(bucket) ?? new Map<string, number>();
    this.#buckets.set(bucket, others.set(key, atMs));
    this.#bucketOf.set(key, bucket);
  }

  remove(key: string): void {
    const bucket = this.#bucketOf.get(key);
    if (bucket === undefined) return;
    this.#bucketOf.delete(key);
    const others = this.#buckets.get(bucket);
    others?.delete(key);
    if (others?.size === 0) this.#buckets.delete(bucket);
  }

  /** Takes out what has ended. A clock that is set back takes nothing out again. */
  take(nowMs: number): readonly string[] {
    const taken: string[] = [];
    const last = bucketAt(nowMs);
    for (let bucket = this.#bucket; bucket <= last; bucket += 1) {
      for (const [key, atMs] of this.#buckets.get(bucket) ?? []) if (atMs <= nowMs) taken.push(key);
    }
    for (const key of taken) this.remove(key);
    this.#bucket = Math.max(this.#bucket, last);
    return taken;
  }
}

const bucketAt = (atMs: number): number => Math.floor(atMs / BUCKET_MS);
