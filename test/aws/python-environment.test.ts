import { describe, expect, it } from "vitest";
import { findPython } from "./python-environment.ts";

describe("the Python for the AWS emulator", () => {
  it("is the first that is new enough", () => {
    expect(findPython(["old", "new", "newer"], (name) => name !== "old")).toBe("new");
  });

  it("is asked for in words where there is none, with what to do", () => {
    const missing = () => findPython(["python3", "python"], () => false);
    expect(missing).toThrow(/needs Python 3\.10 or newer/);
    expect(missing).toThrow(/BRAWLER_PYTHON=/);
    expect(missing).toThrow(/Tried: python3, python/);
  });
});
