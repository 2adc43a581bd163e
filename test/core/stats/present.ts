/** The value, where the test's input guarantees that there is one. */
export function present<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error("expected a value, was undefined");
  return value;
}
