/** A store that can be read as it stood at one instant, while others write to it. */
export interface ConsistentReads {
  /** What `read` reads is what stood when it read first. One at a time. */
  consistently<T>(read: () => Promise<T>): Promise<T>;
}
