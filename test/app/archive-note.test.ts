import { describe, expect, it } from "vitest";
import {
  type ArchiveNote,
  decodeNote,
  encodeNote,
  UnknownNoteError,
} from "../../lib/app/archive-note.ts";

describe("a note in the archive", () => {
  it.each<ArchiveNote>([
    { note: "rows-from", rowsFrom: { "5s": 1, "1m": 2, "1h": 0, "1d": 0 } },
    { note: "input-ended", instruments: [] },
    { note: "input-ended", instruments: [{ account: "main", instrument: "BTC-PERP" }] },
  ])("$note is read as it was written", (note) => {
    expect(decodeNote(encodeNote(note), 7)).toEqual(note);
  });

  it.each([
    { text: '{"note":"from-the-future"}', when: "nobody knows it" },
    { text: '{"note":"rows-from","rowsFrom":{"5s":1}}', when: "a resolution is missing" },
    {
      text: '{"note":"rows-from","rowsFrom":{"5s":1.5,"1m":0,"1h":0,"1d":0}}',
      when: "a time is none",
    },
    { text: '{"note":"input-ended","instruments":["BTC-PERP"]}', when: "a name is none" },
    { text: "[]", when: "it is a list" },
  ])("is refused with its position when $when", ({ text }) => {
    expect(() => decodeNote(text, 7)).toThrow(UnknownNoteError);
    expect(() => decodeNote(text, 7)).toThrow("note at position 7");
  });
});
