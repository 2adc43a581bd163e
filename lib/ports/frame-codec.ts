/** Why nothing of a frame can be read: a closed list, so that counts by reason mean the same everywhere. */
export type FrameRefusalReason =
  /** Text that should be base64 is not. */
  | "not-base64"
  /** No byte, or nothing but blanks, compressed or not. */
  | "empty"
  /** Neither compressed in a way we know nor lines of JSON. */
  | "unrecognised"
  /** Records that the Kinesis Producer Library has packed into one. */
  | "aggregated"
  /** The compressed data ends before its end. */
  | "truncated"
  /** The compressed data contradicts itself or its checksum. */
  | "damaged"
  /** More than a frame may hold, compressed or not. */
  | "too-large";

/** A frame that is set aside whole. `detail` says what was expected, what it was, and how to mend it. */
export interface FrameRefusal {
  readonly outcome: "refused";
  readonly reason: FrameRefusalReason;
  readonly detail: string;
}

export type DecodedFrame =
  | {
      readonly outcome: "decoded";
      /** At least one line of NDJSON; the last may lack its line feed. What each line holds is not looked at. */
      readonly ndjson: Uint8Array;
    }
  | FrameRefusal;

export type EncodedFrame =
  | { readonly outcome: "encoded"; readonly data: Uint8Array }
  | FrameRefusal;

/** Between lines of events and what travels as one record of the stream. Never throws for what it is given. */
export interface FrameCodec {
  /** Plain or compressed, told by the first bytes. Holds no more than a frame may hold, whatever the bytes claim. */
  decode(data: Uint8Array): DecodedFrame;
  /** As `decode`, for data that a carrier has turned into base64. */
  decodeBase64(text: string): DecodedFrame;
  /** The same bytes for the same lines; compressed where that is smaller. What `decode` would refuse is refused. */
  encode(ndjson: Uint8Array): EncodedFrame;
}
