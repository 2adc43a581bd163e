import type { FeedState } from "./simulator-feed.ts";

/** Lines in their order, and the state of their feed after the last of them. */
export interface ToldLines {
  readonly lines: readonly string[];
  readonly state: FeedState;
  /** When the next line is due. */
  readonly next: number;
}

/** Tells what a state allows, at most so many lines at a time. Ends when all of it is told. */
export type TellAhead = (state: FeedState, most: number) => AsyncIterable<ToldLines>;
