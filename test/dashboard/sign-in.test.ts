import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accountOf } from "../../dashboard/model/account.ts";
import { stateWith, viewIn } from "../../dashboard/model/return-state.ts";
import { type SignedOut, signInWords } from "../../dashboard/model/sign-in-words.ts";
import { parseUrl, RANGES, writeUrl } from "../../dashboard/model/url-state.ts";

const view = fc.record({
  range: fc.constantFrom(...RANGES),
  instrument: fc.option(fc.stringMatching(/^(?:desk-1\/)?[A-Z0-9][A-Z0-9._:-]{0,20}$/)),
  horizon: fc.constantFrom("5s", "1m", "100ms"),
  sort: fc.constantFrom("-net", "name"),
  frozenAt: fc.constant(null),
});

describe("the state of a sign-in", () => {
  it("brings any view back, in letters that need no escape", () => {
    fc.assert(
      fc.property(view, (state) => {
        const text = stateWith("random", writeUrl(state));
        expect(text).toMatch(/^[\w.-]+$/);
        expect(viewIn(text)).toBe(writeUrl(state));
      }),
    );
  });

  it("leads nowhere but to a view, whatever somebody writes into it", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((text) => `x.${btoa(encodeURI(text))}`),
        ),
        (text) => {
          const found = viewIn(text);
          expect(found).toBe(writeUrl(parseUrl(found)));
        },
      ),
    );
    expect(viewIn(`x.${btoa("https://evil.example/?r=7d")}`)).toBe("");
    expect(viewIn(null)).toBe("");
  });
});

describe("who is signed in", () => {
  const token = (claims: unknown) =>
    `h.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.s`;

  it.each([
    { claims: { username: "zoë", "cognito:groups": ["viewer"] }, name: "zoë", role: "viewer" },
    { claims: { username: "a", "cognito:groups": ["admin", "viewer"] }, name: "a", role: "admin" },
    { claims: { username: "a" }, name: "a", role: null },
    { claims: { username: 7 }, name: "unknown", role: null },
    { claims: null, name: "unknown", role: null },
  ])("is $name as $role for $claims", ({ claims, name, role }) => {
    expect(accountOf(token(claims))).toEqual({ name, role });
  });

  it("is unknown for whatever is no token", () => {
    fc.assert(fc.property(fc.string(), (text) => void accountOf(text)));
    expect(accountOf("not a token")).toEqual({ name: "unknown", role: null });
  });
});

describe("the words for being signed out", () => {
  const CASES: readonly { readonly signedOut: SignedOut; readonly detail: string }[] = [
    { signedOut: { why: "none" }, detail: "Figures are for people of this desk." },
    {
      signedOut: { why: "denied", said: "You may not." },
      detail: "It said: You may not. Try again, or ask an administrator of this desk for access.",
    },
    {
      signedOut: { why: "denied", said: "" },
      detail: "Try again, or ask an administrator of this desk for access.",
    },
    {
      signedOut: { why: "clock", aheadMs: 600_000 },
      detail: "It is 10\u202fmin slow. Set it, then sign in again.",
    },
    {
      signedOut: { why: "clock", aheadMs: -7_200_000 },
      detail: "It is 2\u202fh fast. Set it, then sign in again.",
    },
    {
      signedOut: { why: "clock", aheadMs: 900 },
      detail: "It does not agree with the sign-in's. Set it, then sign in again.",
    },
  ];

  it.each(CASES)("are what to do about $signedOut", ({ signedOut, detail }) => {
    expect(signInWords(signedOut)).toMatchObject({ detail, button: "Sign in" });
  });

  it("offer a reload where the sign-in's own code is missing", () => {
    expect(signInWords({ why: "not-loaded" }).button).toBe("Reload");
  });
});
