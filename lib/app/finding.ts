/** One thing that was checked. `warn` works, but not as well as it could; `fail` will not work. */
export interface Finding {
  readonly check: string;
  readonly verdict: "ok" | "warn" | "fail";
  /** What was found. */
  readonly detail: string;
  readonly where?: string;
  readonly why?: string;
  readonly mend?: string;
}
