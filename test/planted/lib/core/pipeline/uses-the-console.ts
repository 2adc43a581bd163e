// planted: TS2584
// planted: lint/suspicious/noConsole

console.log("folded");
