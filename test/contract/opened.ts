/** A store under test, fresh and empty when opened. */
export interface Opened<Store> {
  readonly store: Store;
  /** Waits until reads see every write that has resolved; absent where they do at once. */
  readonly settle?: () => Promise<void>;
  /** Closes the store and opens the same place again, as a restart does. */
  reopen(): Promise<Store>;
  /** Closes it and removes what it left. */
  close(): Promise<void>;
}
